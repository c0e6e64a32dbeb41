"""The scheduler was off for a week; files kept arriving, and some did not. The next run takes all in, in day order.

Days that were not run are not made up: no scores, no list of the missed Monday. What was known when is as if every
day had been run; the page on deliveries says what happened.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import layout, steps
from pipelines.cli import kizuki
from pipelines.closing import close_day, is_working_day, last_working_day
from pipelines.deliveries import days_not_run, late_on, overdue, report, weeks_without_list
from pipelines.errors import GateClosed
from pipelines.intake import sources_in_order
from pipelines.verify import verify
from tests.home.copies import copied, different_versions, held, opened
from tests.home.deliveries import files
from tests.home.running import run_day

WEEK, NEXT = date(2026, 3, 23), date(2026, 3, 30)
"""The Monday of the week without a run, and the Monday after it."""

pytestmark = pytest.mark.usefixtures("without_great_expectations")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small city taken in up to the week, without a model: lists are the last test's matter."""
    root = tmp_path_factory.mktemp("week") / "home"
    period = ["--from", "2026-03-02", "--to", str(NEXT), "--seed", "9"]
    result = CliRunner().invoke(kizuki, ["simulate", "--home", str(root), "--households", "60", *period])
    assert result.exit_code == 0, result.output
    steps.intake(opened(root), WEEK)
    return root


def take_all_in(root: Path, day: date) -> None:
    for source in sources_in_order(opened(root)):
        steps.take_in(opened(root), source, day)
    steps.hub(opened(root), day)


@pytest.fixture(scope="module")
def undisturbed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every working day of the week run and closed."""
    root = copied(before, tmp_path_factory.mktemp("undisturbed") / "copy")
    for day in (WEEK + timedelta(days=n) for n in range(8)):
        if is_working_day(day):
            take_all_in(root, day)
            home = opened(root)
            with home.store.writing():
                close_day(home, day)
    return root


@pytest.fixture(scope="module")
def missed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing run from Monday to Friday; the run of the next Monday."""
    root = copied(before, tmp_path_factory.mktemp("missed") / "copy")
    take_all_in(root, NEXT)
    return root


def test_what_is_known_is_as_if_every_day_had_been_run(missed: Path, undisturbed: Path) -> None:
    one, other = opened(missed), opened(undisturbed)
    assert different_versions(one, other) == []
    for zone in ("published/receipts/", "restricted/ledger/profiles/"):
        mine, theirs = ({p: d for p, d in held(h).items() if p.startswith(zone)} for h in (one, other))
        assert mine == theirs, zone
    assert one.store.digest(layout.LEDGER) == other.store.digest(layout.LEDGER)
    mine, theirs = ({p: d for p, d in held(h).items() if p.startswith("working/")} for h in (one, other))
    hub = {p for p in mine | theirs if p.startswith((layout.EPISODES, layout.MEMBERSHIP, layout.RESIDENCE))}
    assert hub
    assert {p: mine.get(p) for p in hub} == {p: theirs.get(p) for p in hub}
    assert verify(one) == []


def test_files_were_taken_in_day_order_on_their_own_days(missed: Path) -> None:
    entries = [e for e in opened(missed).ledger().entries if WEEK < e.folder_day <= NEXT]
    assert entries
    assert all(e.known_from == e.folder_day for e in entries)
    for source in {e.source for e in entries}:
        days = [e.folder_day for e in entries if e.source == source]
        assert days == sorted(days)


def test_days_not_run_are_not_made_up(missed: Path) -> None:
    home = opened(missed)
    days = [WEEK + timedelta(days=n) for n in range(5)]
    assert days_not_run(home, NEXT) == days
    assert weeks_without_list(home, NEXT) == [WEEK]
    for day in days[1:]:
        assert not [p for p in home.store.held if p.startswith(("working/", "published/lists/")) and str(day) in p]
    assert not home.store.has(layout.visit_list(WEEK))


def test_the_page_says_so(missed: Path, undisturbed: Path) -> None:
    page = opened(missed).store.read_bytes(layout.deliveries_page(NEXT)).decode()
    assert "実行されなかった開庁日が5日あります" in page
    assert f"訪問リストのない週: {WEEK}" in page
    ordinary = opened(undisturbed).store.read_bytes(layout.deliveries_page(NEXT)).decode()
    assert "開庁日ごとの差分と毎月の全件<" in ordinary, "what an office promised is said once"
    assert "実行されなかった開庁日" not in ordinary
    assert ordinary.count("<h2>") == page.count("<h2>") == len(opened(missed).catalog.names)


def gone(root: Path, source: str, first: date, last: date) -> None:
    for path in files(root, source):
        if first <= date.fromisoformat(path.parent.name) <= last:
            path.unlink()


@pytest.mark.parametrize(
    ("first", "last", "closed"),
    [(WEEK + timedelta(days=1), NEXT - timedelta(days=1), False), (NEXT, NEXT, True)],
    ids=["protection missed in the week only", "protection missing on the day of the run"],
)
def test_the_protection_gate_asks_for_the_day_of_the_run(
    first: date, last: date, closed: bool, before: Path, tmp_path: Path
) -> None:
    """The whole file of the day says who is protected now: those of missed days are not asked for afterwards."""
    root = copied(before, tmp_path / "copy")
    gone(root, "protected_persons", first, last)
    steps.take_in(opened(root), "protected_persons", NEXT)
    if closed:
        with pytest.raises(GateClosed, match=f"no file for {NEXT} was delivered"):
            steps.protection(opened(root), NEXT)
    else:
        assert steps.protection(opened(root), NEXT) == {"day": str(NEXT)}


def test_a_source_that_stayed_away_is_said_to_be_overdue(before: Path, tmp_path: Path) -> None:
    root = copied(before, tmp_path / "copy")
    late = NEXT + timedelta(days=14)
    home = opened(root)
    assert overdue(home, WEEK) == {}
    found = overdue(home, late)
    assert "tax_bills" in found
    assert "protected_persons" in found
    assert "届いていません" in found["tax_bills"][0]
    told = {s["name"]: s["overdue"] for s in report(home, late)["sources"]}
    assert told["tax_bills"] == found["tax_bills"]


def test_nothing_becomes_late_on_a_closed_day(before: Path) -> None:
    home = opened(before)
    closed = [d for d in (NEXT + timedelta(days=n) for n in range(60)) if not is_working_day(d)]
    assert all(overdue(home, day) == overdue(home, last_working_day(day)) for day in closed)
    by_the_calendar = [(name, day) for day in closed for name in home.catalog.names if late_on(home, name, day)]
    assert [one for one in by_the_calendar if one[0] not in overdue(home, one[1])], "days on which this matters"
    saturday = date(2026, 3, 28)
    assert report(home, saturday)["open_before"] == "2026-03-27"
    assert report(home, NEXT)["open_before"] == ""


def test_a_week_run_late_with_its_model_makes_this_weeks_list_alone(copy_of: Callable[..., Path]) -> None:
    """The signed session home: the Monday of DAY is missed, the run is on the Thursday of that week."""
    root = copy_of("signed")
    thursday = date(2026, 4, 9)
    run_day(root, thursday)
    home = opened(root)
    assert home.store.has(layout.visit_list(date(2026, 4, 6))), "the week's list is frozen by its first run"
    assert [p for p in home.store.under("working/features/") if "2026-04-06" in p] == []
    assert days_not_run(home, thursday) == [date(2026, 4, d) for d in (6, 7, 8)]
    assert weeks_without_list(home, thursday) == []
    assert home.ledger().closed_through == thursday
