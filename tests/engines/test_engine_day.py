"""The whole daily job: on Spark by Pipes, and with PostgreSQL for the features, a home ends with the same files."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from benchmarks.postgres import cluster
from pipelines import layout
from pipelines.cli import kizuki
from pipelines.digests import table_digest
from pipelines.engines import SPARK_FILES
from tests.engines.conftest import QUICK, left_in
from tests.home.building import Cli, status
from tests.home.cases import DAY
from tests.home.copies import held, opened

pytestmark = pytest.mark.engines
TABLES = (layout.features(DAY), layout.scores(DAY), layout.contributions(DAY))


def told(home: Path, **more: object) -> None:
    """More lines for settings.yaml, as an administrator would write them; a copy shares its files, so a new file."""
    path = home / "settings.yaml"
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.unlink()
    path.write_text(yaml.safe_dump(said | more, allow_unicode=True), encoding="utf-8")


def equal(home: Path, screened: Path) -> None:
    """The tables by digest, and every published file that both homes hold by its bytes."""
    here, there = opened(home).store, opened(screened).store
    for path in TABLES:
        assert table_digest(here.read_table(path)) == table_digest(there.read_table(path)), path
    mine, theirs = held(opened(home)), held(opened(screened))
    assert mine.keys() <= theirs.keys()
    assert [path for path in mine if mine[path] != theirs[path]] == []


def test_a_day_on_spark_ends_with_the_same_home(copy_of: Callable[..., Path], screened: Path) -> None:
    home = copy_of("signed")
    told(home, spark=QUICK)
    figures = Cli().ok("screen", "--home", home, "--date", str(DAY), "--engine", "spark")
    assert figures["engine"] == "spark"
    assert figures["lines"]
    equal(home, screened)
    assert left_in(home / SPARK_FILES) == [], "what Spark wrote went with it"


def test_a_gate_that_closes_in_the_other_process_is_told_in_its_own_line(copy_of: Callable[..., Path]) -> None:
    home = copy_of("signed")
    asked = ("screen", "--home", str(home), "--date", "2031-01-06")
    there = CliRunner().invoke(kizuki, [*asked, "--engine", "spark"])
    here = CliRunner().invoke(kizuki, list(asked))
    assert status(there) == status(here) == 1
    assert str(there.exception) == str(here.exception)


@pytest.mark.usefixtures("without_great_expectations")
def test_a_day_with_features_counted_in_postgresql(copy_of: Callable[..., Path], screened: Path) -> None:
    home = copy_of("signed")
    secret = home.parent / "pg.password"
    secret.write_text("nobody asks for it on a socket\n", encoding="utf-8")
    with cluster() as where:
        told(home, postgres={**where, "password_file": "../pg.password"})
        Cli().ok("screen", "--home", home, "--date", str(DAY))
    equal(home, screened)
    assert "nobody asks" not in "".join(p.read_text(errors="ignore") for p in (home / "runs").rglob("*.json"))
