"""Visits of a made-up team: only to a demonstration's published list, after the truth, the same for the same seed."""

import csv
import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from data_contracts.catalog import load_catalog
from data_contracts.judging import FileContext, judge
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from identity.pseudonyms import Pseudonymiser
from simulation.command import simulate
from simulation.visits import NotADemonstration, play

MONDAY = dt.date(2026, 3, 2)
SOURCES = Path(__file__).parents[3] / "config" / "sources"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city with a list of forty of its people, as `kizuki screen` would publish it."""
    arguments = ["--households", "100", "--from", "2026-02-02", "--to", "2026-03-31", "--seed", "3"]
    out = ["--home", str(tmp_path / "home"), "--truth", str(tmp_path / "truth")]
    assert CliRunner().invoke(simulate, [*out, *arguments]).exit_code == 0
    names = Pseudonymiser(bytes.fromhex((tmp_path / "home.key").read_text().strip()))
    residents = pq.read_table(tmp_path / "truth" / "persons.parquet")["resident_id"].slice(0, 80)
    folder = tmp_path / "home" / "published" / "lists" / str(MONDAY)
    folder.mkdir(parents=True)
    people = names.keys("person", residents)
    table = pa.table({"household_key": people, "person_key": people, "contact_by": ["訪問", "電話"] * 40})
    pq.write_table(table, folder / "visit_list.parquet")
    return tmp_path


def written(city: Path) -> dict[str, bytes]:
    root = city / "home" / "inbox" / "visit_outcomes"
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.csv"))}


def test_records_pass_the_contract_and_are_the_same_for_the_same_seed(city: Path) -> None:
    count = play(city / "home", MONDAY, city / "truth", 1)
    first = written(city)
    rows = [row for data in first.values() for row in csv.DictReader(data.decode().splitlines())]
    assert 50 < count == len(rows) < 80, "not every line is reached"
    assert {row["接触結果"] for row in rows} >= {"本人と面談", "不在"}
    assert any("困りごとの話なし" in row["対応"] for row in rows)
    assert any(row["課題"] for row in rows)
    assert all(path > str(MONDAY) for path in first)
    play(city / "home", MONDAY, city / "truth", 1)
    assert written(city) == first
    source = load_catalog(SOURCES).source("visit_outcomes", MONDAY)
    raws = [
        (n, read_delivery(path, source))
        for n, path in enumerate(sorted((city / "home" / "inbox" / "visit_outcomes").rglob("*.csv")), 1)
    ]
    judgement = judge(stage(raws, source), source, {n: FileContext("delta") for n, _ in raws})
    assert judgement.broken.num_rows == 0
    play(city / "home", MONDAY, city / "truth", 2)
    assert written(city) != first


def test_another_home_another_week_and_another_truth_are_refused(city: Path) -> None:
    with pytest.raises(NotADemonstration, match="no list"):
        play(city / "home", MONDAY + dt.timedelta(7), city / "truth", 1)
    settings = city / "home" / "settings.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("demonstration: true", "demonstration: false"))
    with pytest.raises(NotADemonstration, match="demonstration homes only"):
        play(city / "home", MONDAY, city / "truth", 1)
    assert written(city) == {}
