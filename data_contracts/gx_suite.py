"""Great Expectations proves the judge's counts on the delivery itself (DESIGN §6; idiom: LIBRARIES §2.2–2.3)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_contracts.contract import Contract, Rule
from data_contracts.profile import Source
from data_contracts.rules import (
    KEY_CONFLICT,
    KEY_CONFLICT_REMEDY,
    KEY_CONFLICT_SENTENCE,
    conflict_query,
    row_rules,
    rule_ids,
)
from data_contracts.spark_sql import to_spark
from data_contracts.staging import DELETED

if TYPE_CHECKING:
    from great_expectations.core.expectation_suite import ExpectationSuite
    from pyspark.sql import SparkSession

__all__ = ["COLUMNS", "GxResult", "compile_suite", "prove", "rule_ids", "staged_columns"]

# The staging table must have exactly the agreed columns; checked by GX before anything is counted.
COLUMNS = "file.columns"
# Without both options GX loses DuckDB's results and calls everything clean (LIBRARIES §2.2).
_ENGINE = {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
# Stands in a query for the table that GX calls {batch}.
_BATCH = "the_delivery"
# Counts only: no value of a row may reach a log or a result file (LIBRARIES §2.3).
_COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class GxResult:
    """What Great Expectations found for one rule. `found` is None when GX could not say (`error` names why)."""

    rule: str
    sentence: str
    severity: str
    expected: int
    found: int | None
    error: str | None = None

    @property
    def agrees(self) -> bool:
        """The same number of broken rows as the predicate found, and no exception on the way."""
        return self.error is None and self.found == self.expected


def prove(
    staged_parquet: Path, source: Source, expected: Mapping[str, int], spark: SparkSession | None = None
) -> list[GxResult]:
    """Run the compiled suite once on the staging Parquet and set its counts beside `expected`.

    DuckDB in memory runs it, or the Spark session, by the same rules. In: the file that holds staging.stage's table;
    rule id → rows that the judge found broken. A result that does not `agree` – another count, an exception inside GX,
    a rule unknown to one side – is a failure of the run.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when great_expectations is imported
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    suite = context.suites.add(compile_suite(source.contract, (lambda sql: sql) if spark is None else to_spark))
    data, batch = _on_duckdb(context, staged_parquet) if spark is None else _on_spark(context, staged_parquet, spark)
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=source.name, data=data, suite=suite))
    run: Any = definition.run(batch_parameters=batch, result_format=_COUNTS_ONLY)
    results: list[Any] = run.results
    found = {result.expectation_config.meta["rule"]: result for result in results}
    known = [*_rules(source.contract), _columns_rule()]
    return [_result(rule, found.get(rule.id), expected.get(rule.id, 0)) for rule in known] + [
        GxResult(rule, "", "error", count, None, "この規則は検査項目にありません")
        for rule, count in expected.items()
        if rule not in found
    ]


def _on_duckdb(context: Any, staged_parquet: Path) -> tuple[Any, dict[str, Any]]:
    data = context.data_sources.add_sql("staging", connection_string="duckdb:///:memory:", kwargs=_ENGINE)
    path = str(staged_parquet).replace("'", "''")
    asset = data.add_query_asset("delivery", query=f"SELECT * FROM read_parquet('{path}')")
    return asset.add_batch_definition_whole_table("all"), {}


def _on_spark(context: Any, staged_parquet: Path, spark: SparkSession) -> tuple[Any, dict[str, Any]]:
    asset = context.data_sources.add_spark("staging").add_dataframe_asset("delivery")
    return asset.add_batch_definition_whole_dataframe("all"), {
        "dataframe": spark.read.parquet(f"file://{staged_parquet}")
    }


def compile_suite(contract: Contract, said: Callable[[str], str] = lambda sql: sql) -> ExpectationSuite:
    """The expectation suite of a contract: one expectation per row rule, one for key conflicts, one for the columns.

    `said` turns DuckDB's SQL into that of the engine which will run it.
    """
    import great_expectations as gx
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    expectations: list[Any] = [
        gxe.ExpectTableColumnsToMatchSet(
            column_set=staged_columns(contract),
            exact_match=True,
            meta={"rule": COLUMNS},
            severity=FailureSeverity.CRITICAL,
        )
    ]
    for rule in _rules(contract):
        query = (
            conflict_query(contract, _BATCH)
            if rule.id == KEY_CONFLICT
            else f"SELECT delivery, row FROM {_BATCH} WHERE {rule.predicate}"
        )
        expectations.append(
            gxe.UnexpectedRowsExpectation(
                unexpected_rows_query=_template(said(query)),
                description=rule.sentence,
                meta={"rule": rule.id},
                severity=FailureSeverity.CRITICAL if rule.severity == "error" else FailureSeverity.WARNING,
            )
        )
    return gx.ExpectationSuite(name=contract.name, expectations=expectations)


def staged_columns(contract: Contract) -> list[str]:
    """Column names of the staging table, as staging.stage writes it."""
    out = ["delivery", "row", DELETED]
    for column in contract.columns:
        out += [column.name, f"{column.name}__raw"] + ([f"{column.name}__unknown"] if column.type == "date" else [])
    return out


def _rules(contract: Contract) -> list[Rule]:
    return [*row_rules(contract), Rule(KEY_CONFLICT, KEY_CONFLICT_SENTENCE, "", KEY_CONFLICT_REMEDY)]


def _columns_rule() -> Rule:
    return Rule(COLUMNS, "決められた列がすべてあり、ほかの列がない", "", "")


def _template(query: str) -> str:
    """GX passes the query through str.format, so braces of a pattern must be doubled."""
    return query.replace("{", "{{").replace("}", "}}").replace(_BATCH, "{batch}")


def _result(rule: Rule, result: Any, expected: int) -> GxResult:
    made = (rule.id, rule.sentence, rule.severity, expected)
    if result is None:
        return GxResult(*made, None, "検査の結果がありません")
    raised = _raised(result.exception_info)
    if raised:
        return GxResult(*made, None, raised)
    if rule.id == COLUMNS:
        return GxResult(*made, 0 if result.success else 1)
    value = result.result.get("unexpected_count", result.result.get("observed_value"))
    if not isinstance(value, int) or bool(result.success) != (value == 0):
        return GxResult(*made, None, "件数を読み取れません")
    return GxResult(*made, value)


def _raised(info: Any) -> str | None:
    """The kind of exception inside GX (never its text: it may quote a query over personal columns)."""
    if not info:
        return None
    each = [info] if "raised_exception" in info else list(info.values())
    raised = [one for one in each if one.get("raised_exception")]
    if not raised:
        return None
    kinds = re.findall(r"\w+(?:Error|Exception)\b", str(raised[0].get("exception_traceback") or ""))
    return f"検査の中で例外が起きました({kinds[-1] if kinds else '種類不明'})"
