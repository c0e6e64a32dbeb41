"""One asset per declared source, made from the catalog: «accepted as of D» always materialises, with its age.

A refused file leaves the source's last accepted state; it stops nothing but its own update.
"""

from collections.abc import Iterator

import dagster as dg

from dagster_project.partitions import DAY_BEFORE, DAYS, ONE_RUN
from dagster_project.resources import HomeResource
from dagster_project.running import RETRY, run
from data_contracts.catalog import Catalog
from pipelines.layout import PEOPLE_ROLES


def accepted_key(source: str) -> dg.AssetKey:
    """The asset of a source's accepted state."""
    return dg.AssetKey(["accepted", source])


def accepted_assets(catalog: Catalog) -> list[dg.AssetsDefinition]:
    """An asset per source; signals and lists wait for those that say who is who and whether we may look."""
    about_people = [name for name in catalog.names if catalog.contracts[name][-1].role in PEOPLE_ROLES]
    return [_accepted(catalog, name, [] if name in about_people else about_people) for name in _ordered(catalog)]


def _ordered(catalog: Catalog) -> list[str]:
    order = ("frame", "consents", "protection", "teams", "slips", "signal", "outcomes")
    return sorted(catalog.names, key=lambda name: (order.index(catalog.contracts[name][-1].role), name))


def _accepted(catalog: Catalog, source: str, after: list[str]) -> dg.AssetsDefinition:
    contract = catalog.contracts[source][-1]
    before = after or _before(catalog, source)
    deps: list[dg.AssetDep] = [dg.AssetDep(accepted_key(name)) for name in before]
    deps.append(dg.AssetDep(accepted_key(source), partition_mapping=DAY_BEFORE))

    @dg.asset(
        key=accepted_key(source),
        deps=deps,
        partitions_def=DAYS,
        backfill_policy=ONE_RUN,
        retry_policy=RETRY,
        pool="home",
        group_name="intake",
        kinds={"parquet"},
        description=f"{contract.title}: accepted as of the day, by contract {contract.version}",
    )
    def accepted(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult]:
        yield from run(context, home, "take_in", source)

    return accepted


def _before(catalog: Catalog, source: str) -> list[str]:
    """Sources about people are taken in one after the other; the last of them publishes who is who."""
    ordered = [name for name in _ordered(catalog) if catalog.contracts[name][-1].role in PEOPLE_ROLES]
    place = ordered.index(source)
    return ordered[place - 1 : place] if place else []
