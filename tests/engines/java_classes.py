"""Writes down, once, the Java classes that a Spark process loads and has checked: `python -m tests.engines.java_classes
FILE`. Each of the many short processes of a day maps them instead, and starts in half the time (Java's class data
sharing; a file that does not fit is passed over by Java).
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from data_contracts.catalog import load_catalog
from data_contracts.gx_suite import prove
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from pipelines.engines import spark_session
from pipelines.settings import CONFIG
from tests.engines.conftest import quick

CANARIES = Path(__file__).parents[1] / "canaries"


def main(archive: Path) -> None:
    """A delivery proved on Spark, for the sake of its classes."""
    catalog = load_catalog(CONFIG / "sources")
    source = catalog.source("teams", catalog.first_day("teams"))
    with TemporaryDirectory() as folder:
        staged = Path(folder) / "staged.parquet"
        pq.write_table(stage([(1, read_delivery(CANARIES / "teams" / "clean.csv", source))], source), staged)
        session = spark_session(Path(folder) / "spark", quick(f"-XX:ArchiveClassesAtExit={archive}"))
        prove(staged, source, {}, session)
        session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
