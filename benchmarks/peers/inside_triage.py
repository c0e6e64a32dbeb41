"""Runs in triage's own environment: loads the tables, runs the experiment stage by stage, says what it took.

`python -m benchmarks.peers.inside_triage FOLDER DATABASE_URL [POSTMASTER]`. FOLDER holds `experiment.json`,
`tables.sql` and one CSV per table; `triage.json` and triage's own project appear in it. Validation, individual
importances, bias audit and the final report of an experiment are not run.
"""

import json
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.peers.stages import Stages

WITH = ("triage", "scikit-learn", "pandas", "numpy", "polars", "pyarrow", "sqlalchemy", "psycopg2-binary")


def _load(engine: Any, folder: Path) -> None:
    raw = engine.raw_connection()
    with raw.cursor() as cursor:
        cursor.execute((folder / "tables.sql").read_text())
        for file in sorted(folder.glob("*.csv")):
            with file.open() as rows:
                cursor.copy_expert(f"copy city.{file.stem} from stdin csv header", rows)
        cursor.execute((folder / "indexes.sql").read_text())
    raw.commit()
    raw.close()


def _run(engine: Any, folder: Path, stages: Stages) -> Any:
    from triage.experiments import SingleThreadedExperiment

    config = json.loads((folder / "experiment.json").read_text())
    with stages.stage("set-up"):
        experiment = SingleThreadedExperiment(
            config=config, db_engine=engine, project_path=str(folder / "project"), replace=True, skip_validation=True
        )
    tester = experiment.model_train_tester
    trainer, predictor, evaluator = tester.model_trainer, tester.predictor, tester.model_evaluator
    trainer.process_train_task = stages.timed("training", trainer.process_train_task)
    predictor.predict = stages.timed("prediction", predictor.predict)
    evaluator.evaluate = stages.timed("evaluation", evaluator.evaluate)
    with stages.stage("cohort and labels"):
        experiment.generate_labels()
        experiment.generate_cohort()
    with stages.stage("features"):
        experiment.generate_preimputation_features()
        experiment.impute_missing_features()
    with stages.stage("matrix"):
        experiment.build_matrices()
    with stages.stage("models, whole"):
        experiment.train_and_test_models()
    return experiment


def main(folder: Path, url: str, postmaster: int | None) -> None:
    """See the module."""
    from sqlalchemy import text
    from triage import create_engine

    engine = create_engine(url)
    stages = Stages(postmaster)
    with stages.stage("load"):
        _load(engine, folder)
    _run(engine, folder, stages)
    with engine.connect() as connection:
        server = connection.execute(text("show server_version")).scalar()
        found = connection.execute(
            text("select metric || parameter, stochastic_value from test_results.evaluations where subset_hash = ''")
        )
        metrics = {name: float(value) for name, value in found if value is not None}
    versions = {name: version(name) for name in WITH}
    said = {"stages": stages.figures, "metrics": metrics}
    said["versions"] = {"python": platform.python_version(), "postgresql": server, **versions}
    (folder / "triage.json").write_text(json.dumps(said, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)
