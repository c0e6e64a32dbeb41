"""PRACTICE «Three lanes», «Who is on the list»: exclusions, who goes first, slips, and what a desk is told.

Each rule is a planted household of the session home. What excludes stays sealed; a slip needs no score.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from outreach.desks import CHANGED, SLIP, VISIT
from outreach.safeguards import DESKS
from pipelines import layout, steps
from pipelines.copies import copies, taken_back
from pipelines.deskwork import lines_of
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.printing import Sheet
from pipelines.slips import CHIEF, DESK
from tests.home import traces
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY, PROTECTED, Case, measure
from tests.home.copies import opened, physical
from tests.home.deliveries import append, deliver, files
from tests.home.planting import bills, slip
from tests.home.running import run_day

BY_NAME = {case.name: case for case in CASES}
GUARDED = [BY_NAME[c.name] for c in PROTECTED if c.household == "absent"]
KEPT_OFF = [c for c in CASES if c.household == "kept off"]
FIRST = [BY_NAME[n] for n in ("application declined", "only asked", "assistance ended within a year")]
NEXT = date(2026, 4, 7)


@pytest.fixture(scope="module")
def home(screened: Path) -> Home:
    return opened(screened)


@pytest.fixture(scope="module")
def keys(home: Home) -> dict[str, traces.Keys]:
    return traces.keys_of(home)


def rows_of(table: pa.Table, known: traces.Keys) -> list[dict[str, object]]:
    return table.filter(pc.is_in(table["household_key"], pa.array(sorted(known.household)))).to_pylist()


@pytest.mark.parametrize("case", KEPT_OFF, ids=lambda case: case.name)
def test_who_is_looked_after_is_scored_but_on_no_published_list(
    case: Case, home: Home, keys: dict[str, traces.Keys]
) -> None:
    assert rows_of(home.store.read_table(layout.scores(DAY)), keys[case.name])
    # A stop of water does not wait for a hospital: that is told to the team all the same.
    urgent = layout.urgent(DAY) if case.name == "the only adult is in hospital" else ""
    for path in home.store.under("published/lists/"):
        assert path == urgent or rows_of(home.store.read_table(path), keys[case.name]) == [], path


def position(home: Home, known: traces.Keys) -> int:
    (row,) = rows_of(home.store.read_table(layout.visit_list(DAY)), known)
    return int(str(row["position"]))


def test_who_was_declined_or_only_asked_goes_first_on_their_own_word(home: Home, keys: dict[str, traces.Keys]) -> None:
    last = max(position(home, keys[case.name]) for case in FIRST)
    others = ("consents to everything", "care and day care", "the wife was declined and does not consent")
    assert last < min(position(home, keys[name]) for name in others)


def test_the_councils_card_asks_to_see_the_chief_and_others_do_too(home: Home, keys: dict[str, traces.Keys]) -> None:
    table = home.store.read_table(layout.visit_list(DAY))
    (row,) = rows_of(table, keys["a child known to the council"])
    assert row["ask_first"] is True
    assert 1 < sum(table["ask_first"].to_pylist()) < table.num_rows / 2


def case_no(case: Case, place: int = 0) -> str:
    return f"CASENUM{case.number:03d}{place}1"


def test_each_desk_is_told_its_case_numbers_and_nothing_else(home: Home) -> None:
    lines = {(row["desk"], row["case_no"], row["message"]) for row in lines_of(home, DAY).to_pylist()}
    for name, place, why in (
        ("receives assistance", 0, "welfare_recipient"),
        ("the wife receives assistance and does not consent", 1, "welfare_recipient"),
        ("a plan is running", 0, "plan_running"),
    ):
        assert (DESKS[why], case_no(BY_NAME[name], place), CHANGED) in lines, name
    assert (DESKS["council"], case_no(BY_NAME["a child known to the council"], 1), VISIT) in lines
    assert {(DESKS["protected"], f"SLIPNUM{case.number:04d}", SLIP) for case in GUARDED} <= lines


def test_every_slip_goes_to_the_chief_but_those_of_protected_households(home: Home) -> None:
    rows = {row["slip_no"]: row for row in home.store.read_table(layout.slips(DAY)).to_pylist()}
    for case in CASES:
        row = rows[f"SLIPNUM{case.number:04d}"]
        closed = case in GUARDED
        assert row["recipient"] == (DESK if closed else CHIEF), case.name
        told = bool(case.number % 2) and not closed
        assert (row["team"] is not None) is told, case.name
        assert (row["resident_id"] is None) is closed, case.name


def test_safeguards_and_slips_lie_sealed(home: Home) -> None:
    for path in (layout.safeguards("welfare_contacts"), layout.slips(DAY), layout.desks(DAY, "week")):
        assert home.store.read_table(path).num_rows > 0
    sealed = [p for p in physical(home.root) if "restricted/" in p.as_posix() and "people" in p.parts]
    assert sealed
    assert [p for p in sealed if p.read_bytes()[:4] == b"PAR1"] == []
    for path in home.store.under("restricted/accepted/welfare_contacts/opened-"):
        assert "要対協" not in home.store.read_table(path)["kind"].to_pylist()


@pytest.fixture
def printed(copy_of: Callable[..., Path]) -> Callable[..., str]:
    root = copy_of("screened")

    def text(sheet: Sheet, team: str | None = None) -> str:
        made = steps.print_copy(opened(root), DAY, team, HOLDER, sheet)
        return traces.text_of(Path(str(made["xlsx"]))) + traces.text_of(Path(str(made["pdf"])))

    return text


def test_the_chiefs_copy_holds_every_slip_but_the_protected(printed: Callable[..., str]) -> None:
    text = printed("slips")
    for case in CASES:
        assert (f"SLIPNUM{case.number:04d}" in text) is (case not in GUARDED), case.name
    for case in GUARDED:
        assert traces.found([n for p in range(len(case.people)) for n in traces.names_of(case, p)], {"": text}) == []


def test_the_urgent_copy_holds_only_what_the_person_knows_of_and_not_what_was_seen(printed: Callable[..., str]) -> None:
    text = "".join(printed("urgent", team) for team in ("第一班", "第二班")).replace("\n", "")
    assert "架空の様子" not in text
    assert "民生委員" not in text
    silent = BY_NAME["no consent"]
    assert (silent.kana(0) in text) is bool(silent.number % 2)
    for case in GUARDED:
        assert case.kana(0) not in text


def test_a_desks_copy_holds_case_numbers_only(printed: Callable[..., str]) -> None:
    text = printed("desk", DESKS["welfare_recipient"])
    assert case_no(BY_NAME["receives assistance"]) in text
    assert case_no(BY_NAME["a plan is running"]) not in text
    named = [n for case in CASES for place in range(len(case.people)) for n in traces.names_of(case, place)]
    assert traces.found(named, {"": text}) == []
    with pytest.raises(WrongUse, match="no such desk"):
        printed("desk", "ほかの窓口")


@pytest.mark.long
def test_no_copy_goes_out_when_its_week_is_over_but_the_chief_may_read_late(copy_of: Callable[..., Path]) -> None:
    root, later = copy_of("screened"), DAY + timedelta(days=7)
    deliver(root, "tax_bills", later, list(bills(CASES[0], "tax_bills", 11)))
    protected = root / "inbox" / "protected_persons"
    copytree(protected / str(NEXT), protected / str(later))
    run_day(root, later)
    out: tuple[Sheet, ...] = ("week", "urgent")
    for sheet in out:
        with pytest.raises(GateClosed, match="had to be back by 2026-04-12"):
            steps.print_copy(opened(root), DAY, "第一班", HOLDER, sheet)
    made = steps.print_copy(opened(root), DAY, None, HOLDER, "slips")
    assert "2026-04-19" in traces.text_of(Path(str(made["xlsx"])))


def test_slips_leave_the_chiefs_sheets_and_their_copies_when_protection_begins(copy_of: Callable[..., Path]) -> None:
    """Two sheets of two days, and on each a slip about somebody who is protected from the third day on."""
    root, after = copy_of("screened"), NEXT + timedelta(days=1)
    cases = {DAY: BY_NAME["no consent"], NEXT: BY_NAME["withdrawn"]}
    numbers = {day: f"SLIPNUM{case.number:04d}" for day, case in cases.items()}
    steps.print_copy(opened(root), DAY, None, HOLDER, "slips")
    again = [row | {"seen_on": "2026-04-06"} for row in slip(cases[NEXT])]
    deliver(root, "community_flags", NEXT, again)
    run_day(root, NEXT)
    assert sheet_of(root, NEXT) == {numbers[NEXT]: CHIEF}, "the corrected one again"
    steps.print_copy(opened(root), DAY, "first", HOLDER, "week")  # the one before went with somebody who left today
    others = sheet_of(root, DAY).keys() - set(numbers.values())  # what was said before the correction too
    for path in files(root, "protected_persons"):
        if path.parent.name >= str(after):
            append(path, "protected_persons", [measure() | {"resident_id": c.resident(0)} for c in cases.values()])
    run_day(root, after)
    assert (sheet_of(root, DAY).keys(), sheet_of(root, NEXT)) == (others, {})
    assert {path.rsplit("/", 1)[1] for path in copies(opened(root), DAY)} == {"003-week.pdf", "003-week.xlsx"}
    assert taken_back(opened(root), after) == [f"{DAY} 002"]
    assert sheet_of(root, after) == dict.fromkeys(numbers.values(), DESK)


def sheet_of(root: Path, day: date) -> dict[str, str]:
    rows = opened(root).store.read_table(layout.slips(day)).to_pylist()
    return {row["slip_no"]: row["recipient"] for row in rows}
