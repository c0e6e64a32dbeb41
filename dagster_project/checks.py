"""Asset checks from the contracts: rows broken by rule as warnings with counts, and one error check, protection.

They report what the publications already enforce; a blocking check guards only its own run, so nothing relies on it.
"""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from dagster_project.intake_assets import accepted_key
from dagster_project.partitions import DAYS
from dagster_project.resources import HomeResource
from data_contracts.catalog import Catalog
from data_contracts.gx_suite import rule_ids
from pipelines import steps
from pipelines.closing import MANDATORY, ages
from pipelines.deliveries import overdue
from pipelines.errors import GateClosed
from pipelines.receipts import broken_on

LATENCY = "latency"
"""The check that a source is not overdue by its contract; its age is −1 when nothing was ever accepted."""


def check_name(rule: str) -> str:
    """A rule's id as Dagster allows names."""
    return "".join(c if c.isalnum() else "_" for c in rule)


def contract_checks(catalog: Catalog, source: str) -> dg.AssetChecksDefinition:
    """All rules of a source's contract as one multi-check; passed = no row of the day broke the rule."""
    declared = catalog.source(source, catalog.first_day(source))
    rules = {rule: sentence for rule, sentence, _severity in rule_ids(declared)}
    key = accepted_key(source)
    specs = [
        dg.AssetCheckSpec(check_name(rule), asset=key, description=sentence, partitions_def=DAYS)
        for rule, sentence in rules.items()
    ]
    late = "取り決めた日数のうちに届いている"
    specs.append(dg.AssetCheckSpec(LATENCY, asset=key, description=late, partitions_def=DAYS))

    @dg.multi_asset_check(name=f"contract_{source}", specs=specs)
    def checks(context: dg.AssetCheckExecutionContext, home: HomeResource) -> Iterator[dg.AssetCheckResult]:
        opened, day = home.open(), date.fromisoformat(context.partition_key)
        broken = broken_on(opened, source, day)
        for rule in rules:
            rows = broken.get(rule, 0)
            yield dg.AssetCheckResult(
                asset_key=key,
                check_name=check_name(rule),
                passed=rows == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"rows": rows},
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
