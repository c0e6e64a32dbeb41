"""Forty months of a made-up city's clean deliveries: not one false warning; and what an office may do wrong is seen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from data_contracts.catalog import Catalog, load_catalog
from data_contracts.drift import drifts
from data_contracts.profiles import Profile, profiles
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from pipelines.cli import kizuki
from pipelines.settings import CONFIG

pytestmark = pytest.mark.long
CATALOG: Catalog = load_catalog(CONFIG / "sources")
LAST = date(2026, 11, 2)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Profile]]:
    """Profiles of every delivery, by source."""
    home = tmp_path_factory.mktemp("drift") / "home"
    period = ["--from", "2023-07-03", "--to", str(LAST), "--seed", "5"]
    result = CliRunner().invoke(kizuki, ["simulate", "--home", str(home), "--households", "2400", *period])
    assert result.exit_code == 0, result.output
    return {name: list(_profiles(home, name)) for name in CATALOG.names if (home / "inbox" / name).exists()}


def _profiles(home: Path, name: str) -> Iterator[Profile]:
    source = CATALOG.source(name, LAST)
    for order, path in enumerate(sorted((home / "inbox" / name).glob("*/*.csv"))):
        table = read_delivery(path, source)
        counted = profiles(stage([(order, table)], source), source.contract, {order: table.num_rows})
        kind = source.profile.kind_of(path.name, source.contract.default_kind)
        day = date.fromisoformat(path.parent.name)
        yield Profile(order, day, kind, table.num_rows, *counted.get(order, ()))


def test_no_clean_delivery_is_warned_about(city: dict[str, list[Profile]]) -> None:
    found = {
        (name, str(new.folder_day), one.rule, one.about)
        for name, past in city.items()
        for n, new in enumerate(past)
        for one in drifts(new, past[:n], CATALOG.source(name, LAST).contract)
    }
    assert found == set()


def test_no_clean_source_is_ever_overdue(city: dict[str, list[Profile]]) -> None:
    for name, past in city.items():
        for kind, cadence in CATALOG.source(name, LAST).contract.cadence.items():
            days = sorted({p.folder_day for p in past if kind in ("any", p.kind)})
            gaps = [(after - before).days for before, after in pairwise(days)]
            assert max(gaps, default=0) <= cadence.overdue, name


@pytest.mark.parametrize("name", ["tax_bills", "insurance_bills", "residents", "housing_rent"])
def test_a_spoilt_full_is_seen_in_any_month_of_the_last_year(name: str, city: dict[str, list[Profile]]) -> None:
    """An eighth of the rows; a column that is always filled left empty: every month of the last year."""
    contract = CATALOG.source(name, LAST).contract
    fulls = [p for p in city[name] if p.kind == "full"]
    for n in range(len(fulls) - 12, len(fulls)):
        eighth = replace(fulls[n], rows=fulls[n].rows // 8, looked_at=0, within={})
        assert [d.rule for d in drifts(eighth, fulls[:n], contract)] == ["drift.rows"], fulls[n].folder_day
        column = min(fulls[n].empty, key=lambda c: max(p.empty[c] / p.looked_at for p in fulls[:n] if p.looked_at))
        emptied = replace(fulls[n], empty={**fulls[n].empty, column: fulls[n].looked_at})
        assert (column, "drift.empty") in [(d.about, d.rule) for d in drifts(emptied, fulls[:n], contract)]
