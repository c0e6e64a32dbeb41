"""Great Expectations proves the judge's counts, can fail, and says no more than numbers."""

from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from contract_cases import judged, like, names, source, staged

from data_contracts.canary import canary_rows
from data_contracts.contract import Rule
from data_contracts.gx_suite import COLUMNS, GxResult, prove
from data_contracts.profile import Source
from data_contracts.rules import rule_ids


def proof(of: Source, rows: list[dict[str, str]], folder: Path, expected: dict[str, int]) -> dict[str, GxResult]:
    path = folder / "it's staged.parquet"
    pq.write_table(staged(of, rows), path)
    return {result.rule: result for result in prove(path, of, expected)}


@pytest.mark.parametrize("name", names())
def test_gx_finds_exactly_what_the_judge_found(name: str, tmp_path: Path) -> None:
    of = source(name)
    rows = [row.cells for row in canary_rows(of.contract)]
    counts = judged(of, rows).rule_counts
    results = proof(of, rows, tmp_path, counts)
    assert [result for result in results.values() if not result.agrees] == []
    assert {rule: result.found for rule, result in results.items() if rule != COLUMNS} == counts
    assert set(counts) <= {rule for rule, _, _ in rule_ids(of)}


def test_an_all_bad_file_is_never_called_clean(tmp_path: Path) -> None:
    """The known failure: GX on DuckDB loses its results and says «clean» (LIBRARIES §2.2). Many rows, no cap."""
    of = source("teams")
    rows = [like(of, 0, team=str(n), weekly_visits="たくさん") for n in range(1500)]
    results = proof(of, rows, tmp_path, {"weekly_visits.type": 1500})
    assert results["weekly_visits.type"].found == 1500
    assert results["weekly_visits.type"].agrees
    believed_clean = proof(of, rows, tmp_path, {})
    assert [rule for rule, result in believed_clean.items() if not result.agrees] == ["weekly_visits.type"]


def test_an_exception_inside_gx_is_a_failure_of_its_own(tmp_path: Path) -> None:
    of = source("teams")
    fallible = Rule("R-BAD", "壊れた規則", "no_such_column > 0", "直す")
    of = replace(of, contract=replace(of.contract, rules=(*of.contract.rules, fallible)))
    results = proof(of, [like(of, 0)], tmp_path, {})
    assert [rule for rule, result in results.items() if not result.agrees] == ["R-BAD"]
    assert results["R-BAD"].found is None
    assert "例外" in (results["R-BAD"].error or "")
    assert "no_such_column" not in (results["R-BAD"].error or "")


def test_a_rule_that_gx_does_not_know_is_not_proven(tmp_path: Path) -> None:
    of = source("teams")
    assert not proof(of, [like(of, 0)], tmp_path, {"R-LOST": 0})["R-LOST"].agrees


def test_a_staging_file_with_other_columns_is_not_proven(tmp_path: Path) -> None:
    of = source("teams")
    path = tmp_path / "staged.parquet"
    pq.write_table(staged(of, [like(of, 0)]).append_column("extra", [["x"]]), path)
    results = {result.rule: result for result in prove(path, of, {})}
    assert not results[COLUMNS].agrees


def test_no_value_of_a_row_is_in_the_results(tmp_path: Path) -> None:
    of = source("residents")
    rows = [like(of, n, name="秘密太郎" * 60, status="秘密") for n in range(5)]
    results = proof(of, rows, tmp_path, {"name.length": 5, "status.values": 5})
    assert results["name.length"].agrees
    assert results["status.values"].agrees
    assert "秘密" not in repr(results)
