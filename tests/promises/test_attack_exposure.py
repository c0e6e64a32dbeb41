"""Promises 2 and 8 attacked: between an intake and its purge, from a past day, by way of neighbours, of late lists."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import layout, listing, steps
from pipelines.audit import HANDLES, requested
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.intake import sources_in_order
from pipelines.requests import request_list
from tests.home import traces
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY, Case, measure
from tests.home.copies import opened
from tests.home.deliveries import append, deliver, files
from tests.home.planting import bills
from tests.home.running import run_day

NEXT, AFTER = date(2026, 4, 7), date(2026, 4, 8)
BY_NAME = {case.name: case for case in CASES}
FAMILY = BY_NAME["an agreeing child of 14"]
ALONE = BY_NAME["capacity empty is the person"]
TOMORROW = BY_NAME["given tomorrow"]


def protect(root: Path, case: Case, place: int, first: date) -> None:
    """The protection files from `first` on name one person more."""
    for path in files(root, "protected_persons"):
        if path.parent.name >= str(first):
            append(path, "protected_persons", [measure() | {"resident_id": case.resident(place)}])


def take_all(root: Path, day: date) -> None:
    """Take in everything and die before the purge."""
    for name in sources_in_order(opened(root)):
        steps.take_in(opened(root), name, day)


def key_of(home: Home, case: Case) -> str:
    (key,) = traces.keys_of(home)[case.name].household
    return key


@pytest.fixture
def taken(copy_of: Callable[..., Path]) -> Path:
    """A home that has learnt of a protection, and whose run died before anything was purged."""
    root = copy_of("screened")
    protect(root, ALONE, 0, NEXT)
    take_all(root, NEXT)
    return root


def test_nothing_is_printed_or_explained_before_the_purge(taken: Path) -> None:
    home = opened(taken)
    key = key_of(home, ALONE)
    assert key in home.store.read_table(layout.visit_list(DAY))["household_key"].to_pylist(), "the line is still there"
    with pytest.raises(GateClosed, match="not deleted yet"):
        steps.print_copy(opened(taken), DAY, "第一班", HOLDER)
    with pytest.raises(GateClosed, match="not deleted yet"):
        steps.explain(opened(taken), key, DAY)
    run_day(taken, NEXT)
    steps.print_copy(opened(taken), DAY, "第一班", HOLDER)
    with pytest.raises(WrongUse, match="no such household"):
        steps.explain(opened(taken), key, DAY)


@pytest.mark.long
def test_intake_to_a_past_day_brings_nobody_back(taken: Path) -> None:
    run_day(taken, NEXT)
    home = opened(taken)
    needles = [*traces.keys_of(home)[ALONE.name].persons, key_of(home, ALONE)]
    assert traces.found(needles, traces.texts(taken)) == []
    before = {path: home.store.digest(path) for path in home.store.under("restricted/accepted/")}
    steps.intake(opened(taken), date(2026, 3, 2))
    assert traces.found(needles, traces.texts(taken)) == []
    again = opened(taken)
    assert {path: again.store.digest(path) for path in again.store.under("restricted/accepted/")} == before


def test_a_request_by_name_tells_no_address_of_a_protected_household(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    asked = request_list(opened(root), "housing_rent", HOLDER)["name_kana"].to_pylist()
    assert FAMILY.kana(1) in asked
    protect(root, FAMILY, 0, NEXT)
    take_all(root, NEXT)
    table = request_list(opened(root), "housing_rent", HOLDER)
    assert FAMILY.kana(1) not in table["name_kana"].to_pylist()
    assert FAMILY.lot not in table["lot"].to_pylist()


@pytest.mark.long
def test_a_list_frozen_late_in_its_week_forgets_whoever_is_protected_later(copy_of: Callable[..., Path]) -> None:
    """The household came into scope after the list's Monday: its line goes all the same."""
    root = copy_of("signed")
    (monday,) = (path for path in files(root, "protected_persons") if path.parent.name == str(DAY))
    monday.unlink()
    with pytest.raises(GateClosed, match="no list"):
        run_day(root, DAY)
    for source in ("tax_bills", "insurance_bills"):
        rows = [row for month in (9, 12) for row in bills(TOMORROW, source, month)]
        deliver(root, source, NEXT, rows, "delta_attack.csv")
    run_day(root, NEXT)
    home = opened(root)
    key = key_of(home, TOMORROW)
    listed = layout.visit_list(DAY)
    assert key in home.store.read_table(listed)["household_key"].to_pylist()
    protect(root, TOMORROW, 0, AFTER)
    run_day(root, AFTER)
    assert key not in opened(root).store.read_table(listed)["household_key"].to_pylist()
    assert traces.found([key], traces.texts(root)) == []


def test_the_audit_trail_tells_each_list_of_an_office_and_leads_back_by_no_order(copy_of: Callable[..., Path]) -> None:
    """The second list's entry says only who came and who is gone, and together they say who was on it."""
    root = copy_of("screened")
    first, _entry, named = _asked(root)  # an earlier test may have asked, too
    assert len(named) == len(first) > 50
    run_day(root, NEXT)
    second, entry, named_then = _asked(root)
    assert (len(entry["came"]), len(entry["gone"])) == (len(second - first), len(first - second))
    assert 0 < len(entry["came"]) + len(entry["gone"]) < 20
    home = opened(root)
    handles = {row["resident_id"]: row["handle"] for row in home.store.read_table(HANDLES).to_pylist()}
    assert named_then == {handles[resident] for resident in second}
    assert named - set(handles.values()) == set(entry["gone"]), "who withdrew is named by nobody's handle"
    assert handles[BY_NAME["given tomorrow"].resident(0)] in entry["came"]
    told = [home.store.read_json(path) for path in home.store.under("audit/")]
    assert all(one["came"] == sorted(one["came"]) for one in told if "came" in one)


def _asked(root: Path) -> tuple[set[str], dict[str, Any], set[str]]:
    """Who is on a request list, what the audit trail says of it, and the handles on it by the whole trail."""
    on_it = set(request_list(opened(root), "insurance_bills", HOLDER)["resident_id"].to_pylist())
    home = opened(root)
    newest = home.store.under("audit/")[-1]
    return on_it, home.store.read_json(newest), requested(home, newest)


@pytest.mark.long
def test_reasons_are_of_the_model_that_made_the_scores(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model signed between the scores and the list makes no list of its own reasons and the other's scores."""
    root = copy_of("signed")
    whole = listing.standing_model
    monkeypatch.setattr(listing, "standing_model", lambda home, day: ("0" * 64, whole(home, day)[1]))
    with pytest.raises(GateClosed, match="another model"):
        run_day(root, DAY)
    assert not opened(root).store.has(layout.visit_list(DAY))
