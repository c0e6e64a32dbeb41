"""From the hub to the list: an asset per step. Each body calls one step; the gate is the publication, not Dagster."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from dagster_project.intake_assets import accepted_key
from dagster_project.partitions import DAYS, ONE_RUN
from dagster_project.resources import HomeResource
from dagster_project.running import RETRY, run
from pipelines.closing import MANDATORY

COMMON: dict[str, Any] = {"partitions_def": DAYS, "backfill_policy": ONE_RUN, "retry_policy": RETRY, "pool": "home"}


def screening_assets(sources: list[str]) -> list[dg.AssetsDefinition]:
    """hub → features → scores → visit_list, and model."""

    @dg.asset(deps=[accepted_key(name) for name in sources], group_name="screening", kinds={"parquet"}, **COMMON)
    def hub(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        """Episodes, membership and residence under pseudonyms, as permitted today."""
        yield from run(context, home, "hub")

    @dg.asset(deps=[hub], group_name="screening", kinds={"ibis"}, **COMMON)
    def features(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        """One row per household in scope, as known on the day."""
        yield from run(context, home, "features")

    @dg.asset(deps=[features], group_name="screening", kinds={"numpy"}, **COMMON)
    def scores(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        """Margins and contributions by the signed model; base + Σ = margin or the run stops."""
        yield from run(context, home, "scores")

    @dg.asset(
        deps=[scores, accepted_key("teams"), accepted_key(MANDATORY)], group_name="lists", kinds={"parquet"}, **COMMON
    )
    def visit_list(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        """The week's list, frozen on its first working day, and the day's urgent sheet. Closes the day."""
        yield from run(context, home, "lists")

    @dg.asset(deps=[hub], group_name="models", kinds={"scikitlearn"}, **COMMON)
    def model(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        """Candidates, validation and the ethics report; waits for two signatures."""
        yield from run(context, home, "train")

    return [hub, features, scores, visit_list, model]
