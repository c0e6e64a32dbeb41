"""Great Expectations on Spark counts what the judge counts, for every rule of every source: nothing in the clean canary
file, and what the other breaks. What makes a whole file refused is counted by neither.
"""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from data_contracts.catalog import load_catalog
from data_contracts.contract import Rule
from data_contracts.gx_suite import COLUMNS, GxResult, prove
from data_contracts.judging import FileContext, judge
from data_contracts.profile import Source
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from pipelines.settings import CONFIG

pytestmark = pytest.mark.engines
CATALOG = load_catalog(CONFIG / "sources")
CANARIES = Path(__file__).parents[1] / "canaries"
FILES = [f"{name}/{kind}.csv" for name in CATALOG.names for kind in ("clean", "rows")]


def source(name: str) -> Source:
    return CATALOG.source(name, CATALOG.first_day(name))


@pytest.mark.parametrize("file", FILES)
def test_spark_counts_what_the_judge_counts(file: str, session: SparkSession, tmp_path: Path) -> None:
    """Every rule of the contract, zeros included."""
    of = source(file.split("/")[0])
    rows = stage([(1, read_delivery(CANARIES / file, of))], of)
    judged = judge(rows, of, {1: FileContext(of.contract.default_kind)})
    path = tmp_path / "it's staged.parquet"
    pq.write_table(rows, path)
    results = prove(path, of, judged.rule_counts, session)
    assert [result for result in results if not result.agrees] == []
    assert {result.rule: result.found for result in results if result.rule != COLUMNS} == judged.rule_counts
    assert (sum(judged.rule_counts.values()) > 0) == (file.endswith("/rows.csv"))


def proof(session: SparkSession, of: Source, folder: Path, expected: dict[str, int]) -> dict[str, GxResult]:
    rows = stage([(1, read_delivery(CANARIES / of.name / "rows.csv", of))], of)
    path = folder / "staged.parquet"
    pq.write_table(rows, path)
    return {result.rule: result for result in prove(path, of, expected, session)}


def test_a_wrong_count_an_exception_and_an_unknown_rule_do_not_agree(session: SparkSession, tmp_path: Path) -> None:
    of = source("teams")
    fallible = Rule("R-BAD", "壊れた規則", "no_such_column > 0", "直す")
    of = replace(of, contract=replace(of.contract, rules=(*of.contract.rules, fallible)))
    results = proof(session, of, tmp_path, {"R-LOST": 0})
    assert not results["R-LOST"].agrees
    assert not results["team.required"].agrees, "the canary breaks it, and nobody expected that"
    assert results["R-BAD"].found is None
    assert "例外" in (results["R-BAD"].error or "")
    assert "no_such_column" not in (results["R-BAD"].error or "")


def test_no_value_of_a_row_is_in_the_results(session: SparkSession, tmp_path: Path) -> None:
    assert "〓" not in repr(proof(session, source("residents"), tmp_path, {}))
