"""Asset checks from the contracts: what broke each rule, as a warning with counts, and one error check, protection.

They report what the publications already enforce; a blocking check guards only its own run, so nothing relies on it.
A contract is one check with a line for each of its rules: a check for each rule took Dagster longer to record than a
small city took to screen (docs/decisions/0023).
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from dagster_project.intake_assets import accepted_key
from dagster_project.partitions import DAYS
from dagster_project.resources import HomeResource
from data_contracts.gx_suite import rule_ids
from pipelines import steps
from pipelines.closing import MANDATORY, ages
from pipelines.deliveries import overdue
from pipelines.errors import GateClosed
from pipelines.receipts import broken_on

CONTRACT = "contract"
"""The check that no row of the day broke a rule of the contract, and no file a rule about files."""
LATENCY = "latency"
"""The check that a source is not overdue by its contract; its age is −1 when nothing was ever accepted."""
_COLUMNS = dg.TableSchema(
    [dg.TableColumn("rule"), dg.TableColumn("count", "int"), dg.TableColumn("sentence", description="取り決めの文")]
)


def contract_checks(source: str) -> dg.AssetChecksDefinition:
    """A source's contract and its latency as one multi-check. The table of the contract counts rows; for a rule about
    files, files.
    """
    key = accepted_key(source)
    said = {CONTRACT: "取り決めのどの規則にも反していない", LATENCY: "取り決めた日数のうちに届いている"}
    specs = [
        dg.AssetCheckSpec(name, asset=key, description=sentence, partitions_def=DAYS) for name, sentence in said.items()
    ]

    @dg.multi_asset_check(name=f"contract_{source}", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        opened, day = home.open(), date.fromisoformat(context.partition_key)
        declared = opened.catalog.source(source, max(day, opened.catalog.first_day(source)))
        rules = {rule: sentence for rule, sentence, _severity in rule_ids(declared)}
        broken = broken_on(opened, source, day)
        lines = [(rule, broken[rule], rules.get(rule, "")) for rule in sorted({*rules, *broken})]
        lines.sort(key=lambda line: -line[1])
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=CONTRACT,
            passed=not +broken,
            severity=dg.AssetCheckSeverity.WARN,
            metadata={
                "broken_rules": len(+broken),
                "rules": dg.MetadataValue.table(
                    [dg.TableRecord({"rule": rule, "count": n, "sentence": text}) for rule, n, text in lines], _COLUMNS
                ),
            },
        )
        age = ages(opened, day)[source]
        yield dg.AssetCheckResult(
            asset_key=key,
            check_name=LATENCY,
            passed=source not in overdue(opened, day),
            severity=dg.AssetCheckSeverity.WARN,
            metadata={"age_days": -1 if age is None else age},
        )

    return checks


@dg.asset_check(
    asset=accepted_key(MANDATORY), partitions_def=DAYS, description="支援措置のファイルがその日の分そろっている"
)
def protection(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
    """ERROR when the day's protection file is missing, late, short or refused: then there is no list."""
    try:
        steps.protection(home.open(), date.fromisoformat(context.partition_key))
    except GateClosed as closed:
        return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.ERROR, description=str(closed))
    return dg.AssetCheckResult(passed=True, severity=dg.AssetCheckSeverity.ERROR)
