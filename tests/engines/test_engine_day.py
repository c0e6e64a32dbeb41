"""The whole daily job: on Spark by Pipes, and with PostgreSQL for the features, a home ends with the same files."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner
from ibis.backends import BaseBackend

from benchmarks.postgres import cluster
from pipelines import engines, layout
from pipelines.cli import kizuki
from pipelines.digests import table_digest
from pipelines.engines import SPARK_FILES, postgres
from tests.engines import java_classes
from tests.engines.conftest import QUICK, left_in, quick
from tests.home.building import Cli, status
from tests.home.cases import DAY
from tests.home.copies import held, opened

pytestmark = pytest.mark.engines
STEPS = ("accepted/residents", "accepted/tax_bills", "hub", "features", "scores")
AFTERWARDS = ("published/reports/features/", "restricted/printed/", "working/backtests/")
TABLES = (layout.features(DAY), layout.scores(DAY), layout.contributions(DAY))


def told(home: Path, **more: object) -> None:
    """More lines for settings.yaml, as an administrator would write them; a copy shares its files, so a new file."""
    path = home / "settings.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.unlink()
    path.write_text(yaml.safe_dump(said | more, allow_unicode=True), encoding="utf-8")


def equal(home: Path, screened: Path) -> None:
    """Tables by digest, every published file by its bytes (`screened` was printed and tested back afterwards)."""
    here, there = opened(home).store, opened(screened).store
    for path in TABLES:
        assert table_digest(here.read_table(path)) == table_digest(there.read_table(path)), path
    mine, theirs = held(opened(home)), held(opened(screened))
    assert mine == {path: digest for path, digest in theirs.items() if path in mine or not path.startswith(AFTERWARDS)}


def on_spark(home: Path, step: str) -> bool:
    """Whether the process that Pipes started said that it made the asset."""
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        made = instance.get_latest_materialization_event(dg.AssetKey(step.split("/")))
    assert made is not None and made.asset_materialization is not None, step
    return "engine" in made.asset_materialization.metadata


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Java's classes as a Spark process needs them: each of the day's processes is spared loading them."""
    archive = tmp_path_factory.mktemp("java") / "spark.jsa"
    command = [sys.executable, "-m", java_classes.__name__, archive]
    # Java writes the file when Python is gone; it holds the pipe until then.
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True, capture_output=True)
    return archive


def test_a_day_on_spark_ends_with_the_same_home(copy_of: Callable[..., Path], screened: Path, classes: Path) -> None:
    home = copy_of("signed")
    told(home, spark=quick(f"-XX:SharedArchiveFile={classes}"))
    figures = Cli().ok("screen", "--home", home, "--date", str(DAY), "--engine", "spark")
    assert figures["lines"]
    equal(home, screened)
    assert {step: on_spark(home, step) for step in STEPS} == dict.fromkeys(STEPS, True)
    assert (home / SPARK_FILES).is_dir(), "no session was started in this home"
    assert left_in(home / SPARK_FILES) == [], "what Spark wrote went with it"


def test_a_gate_that_closes_in_the_other_process_is_told_in_its_own_line(copy_of: Callable[..., Path]) -> None:
    home = copy_of("signed")
    told(home, spark=QUICK)
    asked = ("screen", "--home", str(home), "--date", str(DAY))
    with opened(home).store.writing():
        there = CliRunner().invoke(kizuki, [*asked, "--engine", "spark"])
        here = CliRunner().invoke(kizuki, list(asked))
    assert status(there) == status(here) == 1
    assert str(there.exception) == str(here.exception)
    assert "another run is writing this home" in str(here.exception)


@pytest.mark.usefixtures("without_great_expectations")
def test_a_day_with_features_counted_in_postgresql(
    copy_of: Callable[..., Path], screened: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copy_of("signed")
    secret = home.parent / "pg.password"
    secret.write_text("nobody asks for it on a socket\n", encoding="utf-8")
    asked: list[BaseBackend] = []
    monkeypatch.setattr(engines, "postgres", lambda where: asked.append(postgres(where)) or asked[-1])
    with cluster() as where:
        told(home, postgres={**where, "password_file": "../pg.password"})
        Cli().ok("screen", "--home", home, "--date", str(DAY))
    assert asked, "features were counted elsewhere"
    equal(home, screened)
    assert "nobody asks" not in "".join(p.read_text(errors="ignore") for p in (home / "runs").rglob("*.json"))
