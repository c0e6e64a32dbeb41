"""What an attack on paper found: slips, prints, wishes, guardians, desk copies and training (promises 2, 3 and 8)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pipelines import layout, steps
from pipelines.errors import GateClosed
from pipelines.printing import Sheet
from reports.sheet_model import ASK
from tests.home import traces
from tests.home.building import HOLDER
from tests.home.cases import ADULT, CASES, DAY, YES, Case, Person, Row, child, consent, guardian, measure
from tests.home.copies import opened, physical
from tests.home.deliveries import append, deliver, files
from tests.home.planting import TOWN, bills, consents, rent, residents, school, slip
from tests.home.running import run_day

NEXT, AFTER = date(2026, 4, 7), date(2026, 4, 8)
BY_NAME = {case.name: case for case in CASES}
WHO = BY_NAME["consents to everything"]
LATER = BY_NAME["second consent after a withdrawal"]
HELPED = BY_NAME["receives assistance"]
WORDS = "夜は来ないでください"


def protect(root: Path, resident: str, first: date) -> None:
    for path in files(root, "protected_persons"):
        if path.parent.name >= str(first):
            append(path, "protected_persons", [measure() | {"resident_id": resident}])


def printed(root: Path, day: date, sheet: Sheet = "week", team: str | None = "第一班") -> list[list[str]]:
    made = steps.print_copy(opened(root), day, team, HOLDER, sheet)
    book = openpyxl.load_workbook(str(made["xlsx"]))
    return [[str(cell.value or "") for cell in row] for row in book.active.iter_rows()]


def line_of(root: Path, day: date, sheet: Sheet, name: str) -> list[str]:
    (row,) = [row for row in printed(root, day, sheet) if any(name in cell for cell in row)]
    return row


@pytest.mark.long
def test_a_slip_that_names_who_left_goes_to_the_desk_from_any_address(copy_of: Callable[..., Path]) -> None:
    """Mother and child left the father's home; slips name them at a refuge, at his address, at home and nowhere."""
    left = date(2025, 12, 10)
    mother = Person(YES, protection=(measure(),), relationship="妻", left_on=left)
    small = Person((guardian(1),), born="2015-05-05", relationship="子", left_on=left)
    family = Case("mother and child who left", (ADULT, mother, small), (1, 2), "listed", number=98)
    root = copy_of("signed")
    deliver(root, "residents", DAY, list(residents(family, date(2025, 12, 9))), "delta_zz.csv")
    deliver(root, "consents", DAY, list(consents(family)), "delta_zz.csv")
    run_day(root, DAY)
    moved = [row | {"event_on": str(NEXT)} for row in residents(family, DAY) if row["history_no"] == "2"]
    deliver(root, "residents", NEXT, moved, "delta_zz.csv")
    protect(root, family.resident(1), NEXT)
    base = next(iter(slip(family))) | {"told_person": "1", "urgent": "1", "seen_on": str(DAY)}
    refuge = f"{TOWN}{CASES[3].lot}"
    said: list[Row] = [
        base | {"slip_no": f"SLIP{place}{member}", "address": address, "name_kana": family.kana(member)}
        for member in (1, 2)
        for place, address in enumerate((refuge, str(base["address"]), f"{TOWN}898番地", "どこか"))
    ]
    other = base | {"slip_no": "SLIPOTHER", "address": refuge, "name_kana": CASES[3].kana(0)}
    deliver(root, "community_flags", NEXT, [*said, other], "delta_zz.csv")
    run_day(root, NEXT)
    rows = opened(root).store.read_table(layout.slips(NEXT)).to_pylist()
    went = {row["slip_no"]: row["recipient"] for row in rows if row["slip_no"].startswith("SLIP")}
    assert {went[row["slip_no"]] for row in said} == {"desk"}
    assert went["SLIPOTHER"] == "chief"
    sheets = str([*printed(root, NEXT, "urgent"), *printed(root, NEXT, "slips", None)])
    assert family.kana(1) not in sheets
    assert family.kana(2) not in sheets


@pytest.mark.parametrize("how", ["refused", pytest.param("missing", marks=pytest.mark.long)])
def test_no_address_is_printed_while_nobody_knows_who_is_protected(copy_of: Callable[..., Path], how: str) -> None:
    root = copy_of("screened")
    (today,) = (path for path in files(root, "protected_persons") if path.parent.name == str(NEXT))
    if how == "refused":
        append(today, "protected_persons", [measure(starts_on="いつか") | {"resident_id": WHO.resident(0)}])
    else:
        today.unlink()
    with pytest.raises(GateClosed, match="no list"):
        run_day(root, NEXT)
    with pytest.raises(GateClosed, match="支援措置"):
        printed(root, DAY)


@pytest.mark.long
@pytest.mark.parametrize(
    "newer",
    [
        {"given_on": "2026-03-20", "withdrawn_on": "2026-04-01"},
        {"given_on": "2026-05-01"},
        {"given_on": "2026-04-06", "purposes": "early_outreach"},
    ],
    ids=["withdrawn", "of a later day", "not for contact"],
)
def test_what_to_avoid_is_said_by_the_consent_that_holds(copy_of: Callable[..., Path], newer: dict[str, str]) -> None:
    root = copy_of("screened")
    mine = next(iter(consents(WHO)))
    deliver(root, "consents", NEXT, [mine | {"contact_avoid": WORDS}])
    more = consent(**newer) | {"resident_id": WHO.resident(0), "consent_id": "ZZ1", "contact_avoid": ""}
    deliver(root, "consents", NEXT, [more], "delta_2.csv")
    run_day(root, NEXT)
    assert WORDS in line_of(root, DAY, "week", WHO.full_name(0))


def test_what_a_slip_tells_of_violence_is_carried_to_no_door(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    told = next(iter(slip(WHO))) | {"slip_no": "TELLS1", "told_person": "1", "seen_on": str(DAY)}
    deliver(root, "community_flags", NEXT, [told | {"name_kana": f"{WHO.kana(0)} ＤＶ"}])
    run_day(root, NEXT)
    sheets = [printed(root, NEXT, "urgent"), printed(root, NEXT, "slips", None)]
    carried, kept = (str(sheet) for sheet in sheets)
    assert (ASK in carried, "ＤＶ" in carried, "ＤＶ" in kept) == (True, False, True)


@pytest.mark.long
def test_a_wish_that_names_a_restricted_matter_is_asked_for_in_the_office(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    wish = "生活保護のことは家族に言わないで"
    deliver(root, "consents", NEXT, [next(iter(consents(WHO))) | {"contact_avoid": wish}])
    run_day(root, NEXT)
    line = line_of(root, DAY, "week", WHO.full_name(0))
    assert (ASK in line, wish in line) == (True, False)


@pytest.mark.long
def test_the_way_that_is_wished_stands_on_every_sheet(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    deliver(root, "consents", NEXT, [next(iter(consents(WHO))) | {"contact_by": "手紙"}])
    claimed = [row | {"claim_on": str(DAY), "month": "2021-02-01"} for row in rent(WHO)]
    deliver(root, "housing_rent", NEXT, claimed, "full_z.csv")
    run_day(root, NEXT)
    sheets: tuple[tuple[Sheet, date], ...] = (("week", DAY), ("urgent", NEXT))
    for sheet, day in sheets:
        assert "手紙" in line_of(root, day, sheet, WHO.full_name(0))


def test_of_the_school_nobody_hears_but_the_guardian_who_consented_to_it(copy_of: Callable[..., Path]) -> None:
    parents = (
        Person((consent(sources="housing|school"),), relationship="世帯主"),
        Person((consent(purposes="early_outreach"),), relationship="妻"),
    )
    pupil = child("2015-05-05", guardian(0, sources="housing"), guardian(1, sources="school"))
    family = Case("two parents", (*parents, pupil), (), "listed", number=99)
    root = copy_of("signed")
    deliver(root, "residents", DAY, list(residents(family, DAY)), "delta_zz.csv")
    deliver(root, "consents", DAY, list(consents(family)), "delta_zz.csv")
    flags = [
        row | {"flag": flag, "opened_on": "2026-04-01"} for row in school(family) for flag in ("給食費未納", "欠席30日")
    ]
    deliver(root, "school_flags", DAY, flags, "delta_zz.csv")
    run_day(root, DAY)
    home = opened(root)
    father = traces.keys_of(home, (*CASES, family))[family.name].persons[0]
    rows = home.store.read_table(layout.visit_list(DAY)).to_pylist()
    assert not [row for row in rows if row["person_key"] == father and "school" in str(row)]


@pytest.mark.long
def test_a_printed_desk_copy_goes_with_its_line(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    run_day(root, NEXT)
    home = opened(root)
    (key,) = traces.keys_of(home)[HELPED.name].household
    week = home.store.read_table(layout.desks(DAY, "week")).to_pylist()
    (mine,) = [row for row in week if row["household_key"] == key]
    assert mine["case_no"] in str(printed(root, DAY, "desk", mine["desk"]))
    deliver(root, "consents", AFTER, [row | {"withdrawn_on": str(AFTER)} for row in consents(HELPED)])
    run_day(root, AFTER)
    copies = [path for path in physical(root) if "printed" in str(path) and path.suffix in (".xlsx", ".pdf")]
    assert not [path for path in copies if mine["case_no"] in traces.text_of(path)]


@pytest.mark.long
def test_training_as_of_a_past_day_brings_nobody_back(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    deliver(root, "consents", NEXT, [row | {"withdrawn_on": str(NEXT)} for row in consents(WHO)])
    protect(root, LATER.resident(0), NEXT)
    run_day(root, NEXT)
    keys = traces.keys_of(opened(root))
    needles = [key for case in (WHO, LATER) for key in (*keys[case.name].household, *keys[case.name].persons)]
    steps.train(opened(root), DAY)
    traces.texts.cache_clear()
    assert traces.found(needles, traces.texts(root)) == []


def test_a_refused_row_from_before_a_gap_is_not_kept(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    whole = [row for case in CASES[:45] for row in bills(case, "tax_bills", 5)]
    broken = next(iter(bills(WHO, "tax_bills", 9))) | {"billed_yen": "many", "notice_no": "5"}
    deliver(root, "tax_bills", NEXT, [*whole, broken], "delta_bad.csv")
    run_day(root, NEXT)
    quarantine = f"restricted/quarantine/tax_bills/{NEXT}/"
    assert opened(root).store.under(quarantine)
    deliver(root, "consents", AFTER, [row | {"withdrawn_on": str(AFTER)} for row in consents(WHO)], "delta_a.csv")
    again = consent(given_on="2026-04-09") | {"resident_id": WHO.resident(0), "consent_id": "AGAIN1"}
    deliver(root, "consents", date(2026, 4, 9), [again], "delta_b.csv")
    run_day(root, date(2026, 4, 9))
    assert not opened(root).store.under(quarantine)
