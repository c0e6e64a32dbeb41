"""Promise 8, and promises 2 and 4 at run time: what a withdrawal, a new protection and later facts do on the next run.

One copy of the screened home, one more day. One person withdraws, one is newly protected, one no longer wants
to be contacted, one bill is found to be paid, and the city's ordinary deliveries arrive.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines import accepted, layout, steps
from pipelines import purge as purging
from pipelines.audit import HANDLES
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.verify import verify
from tests.home import traces
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY, Case, Row, measure
from tests.home.copies import copied, opened, physical
from tests.home.deliveries import append, deliver, files
from tests.home.planting import WARD, bills, consents
from tests.home.running import run_day

NEXT = date(2026, 4, 7)
BY_NAME = {case.name: case for case in CASES}
WITHDRAWS = BY_NAME["consents to everything"]
PROTECTED = BY_NAME["second consent after a withdrawal"]
NO_CONTACT = BY_NAME["an agreeing child of 17"]
ENDED = tuple(BY_NAME[name] for name in ("consent ends today, inclusive", "withdrawn from tomorrow"))
LEAVE = (WITHDRAWS, PROTECTED, NO_CONTACT, *ENDED)
PAID = BY_NAME["capacity empty is the person"]


def later_deliveries(home: Path) -> None:
    """What arrives on the next day."""
    withdrawn = [row | {"withdrawn_on": str(NEXT)} for row in consents(WITHDRAWS)]
    first = next(iter(consents(NO_CONTACT)))
    silent = first | {"purposes": "early_outreach|model_training|model_evaluation"}
    deliver(home, "consents", NEXT, [*withdrawn, silent])
    (today,) = (path for path in files(home, "protected_persons") if path.parent.name == str(NEXT))
    append(today, "protected_persons", [measure() | {"resident_id": PROTECTED.resident(0)}])
    paid: list[Row] = [row for month in (9, 12) for row in bills(PAID, "tax_bills", month, unpaid=False)]
    again: list[Row] = list(bills(WITHDRAWS, "insurance_bills", 9))
    deliver(home, "tax_bills", NEXT, paid)
    deliver(home, "insurance_bills", NEXT, again)


@dataclass(frozen=True)
class Later:
    """The home before and after the next day's run, and the keys of planted people."""

    before: Home
    after: Home
    keys: dict[str, traces.Keys]


@pytest.fixture(scope="module")
def later(screened: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Later]:
    root = copied(screened, tmp_path_factory.mktemp("later") / "copy")
    later_deliveries(root)
    run_day(root, NEXT)
    steps.backtest(opened(root), DAY, DAY)
    yield Later(opened(screened), opened(root), traces.keys_of(opened(root)))


def of_household(later: Later, case: Case, table: pa.Table) -> pa.Table:
    return table.filter(pc.is_in(table["household_key"], pa.array(sorted(later.keys[case.name].household))))


def others(later: Later, table: pa.Table, *cases: Case) -> pa.Table:
    gone = sorted(key for case in cases for key in later.keys[case.name].household)
    return table.filter(pc.invert(pc.is_in(table["household_key"], pa.array(gone))))


@pytest.mark.parametrize("case", [WITHDRAWS, PROTECTED], ids=lambda case: case.name)
def test_every_zone_forgets_whoever_withdraws_or_is_protected(case: Case, later: Later) -> None:
    keys = later.keys[case.name]
    needles = [*keys.persons, *keys.household, *keys.dwelling, *traces.plain_traces(case)]
    assert traces.found(needles, traces.texts(later.before.root)) != [], "they were there before"
    assert traces.found(needles, traces.texts(later.after.root)) == []


def test_accepted_rows_and_quarantine_of_the_withdrawn_are_gone(later: Later) -> None:
    def rows(home: Home) -> int:
        paths = [
            p for p in home.store.under("restricted/") if p.startswith(("restricted/accepted", "restricted/quarantine"))
        ]
        tables = [home.store.read_table(p) for p in paths]
        named = [t["resident_id"] for t in tables if "resident_id" in t.column_names]
        return sum(pc.sum(pc.equal(column, WITHDRAWS.resident(0))).as_py() or 0 for column in named)

    assert rows(later.before) > 0
    assert rows(later.after) == 0


def test_old_files_are_really_deleted(later: Later) -> None:
    """Not only unlinked: no generation that nothing names stays on the disk."""
    zones = tuple(f"{zone}/" for zone in layout.ZONES)
    files_there = {p.relative_to(later.after.root).as_posix() for p in physical(later.after.root)}
    named = {
        "/".join([path.split("/", 1)[0], ".gen", output.gen, path.split("/", 1)[1]])
        for path, output in later.after.store.held.items()
    }
    assert {name for name in files_there if name.startswith(zones)} == named


def test_the_frozen_list_loses_exactly_these_lines(later: Later) -> None:
    path = layout.visit_list(DAY)
    before, after = later.before.store.read_table(path), later.after.store.read_table(path)
    lost = before.num_rows - after.num_rows
    ordinary = households_that_left(later, before)
    assert lost == len(LEAVE) + len(ordinary)
    kept = others(later, before, *LEAVE)
    kept = kept.filter(pc.invert(pc.is_in(kept["household_key"], pa.array(ordinary, pa.string()))))
    assert kept.sort_by("household_key").equals(after.sort_by("household_key"))
    assert of_household(later, PAID, after).num_rows == 1, "a paid bill does not change a frozen list"


def households_that_left(later: Later, table: pa.Table) -> list[str]:
    """Lines of the simulated city whose permission ended on that day, by the sealed permission table."""
    planted = {key for known in later.keys.values() for key in known.household}
    now = set(later.after.store.read_table(layout.scores(NEXT))["household_key"].to_pylist())
    return [key for key in table["household_key"].to_pylist() if key not in planted and key not in now]


def test_who_only_withdraws_contact_stays_scored_and_leaves_the_list(later: Later) -> None:
    lines = later.after.store.read_table(layout.visit_list(DAY))
    assert of_household(later, NO_CONTACT, lines).num_rows == 0
    assert of_household(later, NO_CONTACT, later.after.store.read_table(layout.scores(NEXT))).num_rows == 1


def test_printed_copies_of_that_list_are_removed(later: Later) -> None:
    prefix = f"restricted/printed/{DAY}/"
    assert len(later.before.store.under(prefix)) == 2
    assert later.after.store.under(prefix) == []
    assert not list((later.after.root / prefix).glob("*"))


def test_each_rewritten_file_has_its_chained_entry_and_verify_passes(later: Later) -> None:
    purged = [m for m in later.after.store.chain if m.step == "purge" and m.day == str(NEXT)]
    rewritten = {path: entry for manifest in purged for path, entry in manifest.rewritten.items()}
    for path in (layout.visit_list(DAY), layout.scores(DAY), layout.contributions(DAY), layout.features(DAY)):
        assert rewritten[path]["old"] == later.before.store.digest(path)
        assert rewritten[path]["why"] == "purge"
    assert [path for path in rewritten if path.startswith("restricted/accepted/")]
    assert [path for path in rewritten if path.endswith("/validation.parquet")]
    assert verify(later.after) == []


def test_the_audit_trail_names_the_withdrawn_no_more(later: Later) -> None:
    mapped = later.after.store.read_table(HANDLES)["resident_id"].to_pylist()
    assert WITHDRAWS.resident(0) in later.before.store.read_table(HANDLES)["resident_id"].to_pylist()
    assert WITHDRAWS.resident(0) not in mapped
    assert PAID.resident(0) in mapped
    assert later.after.store.under("audit/")[: len(later.before.store.under("audit/"))] == later.before.store.under(
        "audit/"
    )


def test_back_test_and_live_run_give_the_same_bytes(later: Later) -> None:
    """Promise 4: on the day itself, and again after later facts, withdrawals and protections."""
    for home in (later.before, later.after):
        for path in (layout.scores(DAY), layout.contributions(DAY)):
            again = path.replace("working", layout.backtest_root(DAY), 1)
            assert home.store.digest(path) == home.store.digest(again), path


@pytest.mark.parametrize("of", [layout.scores, layout.contributions, layout.features])
def test_later_facts_change_no_bit_of_a_past_day(of: Any, later: Later) -> None:
    """Every household that is still permitted has the same row, whatever was learnt and whoever left."""
    path = of(DAY)
    before, after = later.before.store.read_table(path), later.after.store.read_table(path)
    left = set(before["household_key"].to_pylist()) - set(after["household_key"].to_pylist())
    assert {*later.keys[WITHDRAWS.name].household, *later.keys[PROTECTED.name].household} <= left
    still = before.filter(pc.is_in(before["household_key"], after["household_key"].combine_chunks()))
    assert still.equals(after)
    again = later.after.store.read_table(path.replace("working", layout.backtest_root(DAY), 1))
    assert again.equals(after)


def test_the_next_day_sees_what_was_learnt(later: Later) -> None:
    """Otherwise «changes nothing» would show nothing: the paid bill lowers the next day's score."""
    before = of_household(later, PAID, later.before.store.read_table(layout.scores(DAY)))["margin"][0].as_py()
    after = of_household(later, PAID, later.after.store.read_table(layout.scores(NEXT)))["margin"][0].as_py()
    assert after < before


def test_the_week_stays_frozen_and_a_print_names_nobody_who_left(later: Later, tmp_path: Path) -> None:
    root = copied(later.after.root, tmp_path / "printing")
    made = steps.print_copy(opened(root), DAY, "第一班", HOLDER)
    shown = traces.text_of(Path(str(made["xlsx"]))) + traces.text_of(Path(str(made["pdf"])))
    named = [n for case in (WITHDRAWS, PROTECTED, NO_CONTACT) for n in traces.names_of(case, 0)]
    assert traces.found(named, {"print": shown}) == []
    assert PAID.full_name(0) in traces.text_of(Path(str(made["xlsx"])))
    assert WARD in shown or made["lines"]


def test_the_page_of_single_households_goes_with_one_of_them(city: Path, later: Later) -> None:
    trained = opened(city / "signed" / "home")
    path = next(p for p in trained.store.under("models/") if p.endswith("/model.json"))
    model = path.split("/")[1]
    shown = set(trained.store.read_table(layout.case_keys(model))["household_key"].to_pylist())
    left = {key for case in LEAVE for key in later.keys[case.name].household}
    assert shown & left, "nobody who leaves was shown: plant somebody with a higher margin"
    assert trained.store.has(layout.cases(model))
    assert not later.after.store.has(layout.cases(model))
    assert not later.after.store.has(layout.case_keys(model))
    report = layout.ethics(model, "report.html")
    assert later.after.store.digest(report) == trained.store.digest(report), "the signed report stays"


@pytest.mark.parametrize("missed", ["the log", "a table of a past day"])
def test_a_purge_that_would_leave_rows_behind_is_not_published(
    missed: str, screened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes is counted twice: where it was found, and where files are written anew."""
    root = copied(screened, tmp_path / "copy")
    later_deliveries(root)

    def nothing(_whose: pa.Table) -> Callable[[pa.Table], pa.ChunkedArray]:
        return lambda group: pa.chunked_array([pa.repeat(pa.scalar(False), group.num_rows)])

    if missed == "the log":
        monkeypatch.setattr(accepted, "not_held", nothing)
    else:
        monkeypatch.setattr(purging, "without", lambda groups, _gone: groups)
    with pytest.raises(GateClosed, match="not the rows that may no longer be held went"):
        run_day(root, NEXT)
    assert opened(root).store.last("purge", NEXT) is None
