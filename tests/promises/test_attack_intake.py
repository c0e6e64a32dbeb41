"""Promises 1 and 7 attacked: same names, what a killed check leaves, mistyped days, and runs that are quietly wrong."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from pipelines import layout, steps
from pipelines.accepted import versions
from pipelines.errors import GateClosed, WrongUse
from pipelines.settings import CONFIG
from pipelines.store import STAGING
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY
from tests.home.copies import differences, held, opened
from tests.home.deliveries import deliver, files, folder, read, write
from tests.home.planting import bills, confirm
from tests.home.running import run_day


def test_another_file_of_the_same_name_is_not_erased_before_it_was_taken_in(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    old = next(e for e in opened(root).ledger().of("tax_bills", "accepted") if e.known_from < DAY - timedelta(days=20))
    corrected = deliver(root, "tax_bills", old.folder_day, [*bills(CASES[0], "tax_bills", 9)], old.file)
    steps.hub(opened(root), DAY)
    assert corrected.exists()


def test_delivered_rows_left_by_a_killed_check_go_with_the_next_command(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    left = root / STAGING / "tax_bills.parquet"
    left.parent.mkdir()
    left.write_bytes(b"rows of everybody")
    steps.key(opened(root), CASES[0].resident(0), HOLDER)
    assert not left.parent.exists()


def test_a_team_whose_visits_changed_can_be_printed_for(copy_of: Callable[..., Path]) -> None:
    """Its log has two versions; today's counts."""
    root = copy_of("screened")
    teams = versions(opened(root), "teams")
    assert teams is not None
    later = DAY + timedelta(days=1)
    rows = [
        {"team": team["team"], "wards": "|".join(team["wards"]), "weekly_visits": "7", "members": "2"}
        for team in teams.filter(pc.is_null(teams["known_until"])).to_pylist()
    ]
    deliver(root, "teams", later, rows, "full_teams.csv")
    run_day(root, later)
    assert steps.print_copy(opened(root), DAY, "第二班", HOLDER)["lines"] >= 0


def test_a_mistyped_year_closes_no_day_and_purges_nothing(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    before = held(opened(root))
    for step in (lambda: steps.intake(opened(root), date(2036, 4, 7)), lambda: run_day(root, date(2036, 4, 7))):
        with pytest.raises(GateClosed, match="days after the newest delivery"):
            step()
    assert held(opened(root)) == before


def test_a_day_that_has_not_come_closes_no_day_of_a_real_city(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up = opened(copy_of("screened"))
    home = replace(made_up, settings=replace(made_up.settings, demonstration=False))
    monkeypatch.setattr("pipelines.closing.today", lambda: DAY)
    before, tomorrow = held(home), DAY + timedelta(days=1)
    for step in (steps.intake, steps.train):
        with pytest.raises(WrongUse, match=f"{tomorrow} has not come yet"):
            step(home, tomorrow)
    assert held(home) == before


def test_a_folder_that_is_no_day_stops_nothing_and_is_told(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    later = DAY + timedelta(days=1)
    (root / "inbox" / "teams" / "2026-02-30").mkdir(parents=True)
    (root / "inbox" / "consents" / "2026-W15-2").mkdir(parents=True)
    deliver(root, "tax_bills", later, list(bills(CASES[0], "tax_bills", 11)))
    said = steps.intake(opened(root), later)
    assert said["files"]["tax_bills"] >= 1
    assert said["without_effect"].split("; ") == [
        f"inbox/{name}: a folder that is no day like 2026-04-01 is not read → name it by the delivery's day"
        for name in ("consents", "teams")
    ]


@pytest.mark.long
def test_intake_counts_the_files_that_this_run_refused(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    first, second = DAY + timedelta(days=1), DAY + timedelta(days=2)
    deliver(root, "teams", first, []).write_text("班\n", encoding="utf-8")
    assert steps.intake(opened(root), first)["refused_files"] == 1
    deliver(root, "tax_bills", second, list(bills(CASES[0], "tax_bills", 11)))
    assert steps.intake(opened(root), second)["refused_files"] == 0


def test_a_file_that_was_refused_for_its_name_is_taken_in_under_another(copy_of: Callable[..., Path]) -> None:
    root, later = copy_of("screened"), DAY + timedelta(days=1)
    names = ["full and delta.csv", "delta.csv"]
    path = deliver(root, "tax_bills", later, list(bills(CASES[0], "tax_bills", 11)), names[0])
    for name in (names[0], *names):
        path = path.rename(path.with_name(name))
        steps.take_in(opened(root), "tax_bills", later)
    told = [(e.file, e.rule, e.kind) for e in opened(root).ledger().of("tax_bills") if e.file in names]
    assert told == [(names[0], "file.two_kinds", "full"), (names[1], "", "delta")]


def test_a_file_that_came_before_says_so_and_counts_again_once_it_is_signed_for(copy_of: Callable[..., Path]) -> None:
    """The teams change for a day; then the office drops the old file once more."""
    root = copy_of("screened")
    first, second, third, fourth = (DAY + timedelta(days=n) for n in range(1, 5))

    def teams() -> list[dict[str, Any]]:
        log = versions(opened(root), "teams")
        assert log is not None
        return log.filter(pc.is_null(log["known_until"])).to_pylist()

    def dropped(day: date, visits: str) -> None:
        told = [
            {"team": team["team"], "wards": "|".join(team["wards"]), "weekly_visits": visits, "members": "2"}
            for team in teams()
        ]
        deliver(root, "teams", day, told, "full_teams.csv")

    dropped(first, "5")
    dropped(second, "1")
    dropped(third, "5")
    said = steps.intake(opened(root), third)["without_effect"]
    assert {team["weekly_visits"] for team in teams()} == {1}
    assert said == (
        f"teams: the file of {third} is that of {first} again, and others came since → if it says how things stand "
        f"now, sign for its rows in inbox/teams/{third}/confirmed.yaml"
    )
    confirm(root, "teams", third, len(teams()))
    assert steps.intake(opened(root), fourth)["without_effect"] == ""
    assert {team["weekly_visits"] for team in teams()} == {5}
    assert [e.verdict for e in opened(root).ledger().of("teams")][-4:] == ["accepted", "accepted", "repeat", "accepted"]


def test_a_register_cut_short_empties_no_list_until_the_office_signs_for_it(copy_of: Callable[..., Path]) -> None:
    """The days between bring a few rows each: what a full is held against is the last full."""
    root, undisturbed, day = copy_of("screened", "cut"), copy_of("screened", "whole"), DAY + timedelta(days=1)
    encoding, cells = read(next(path for path in files(root, "residents") if "full" in path.name))
    write(folder(root, "residents", day) / "full_cut.csv", encoding, cells[: len(cells) * 2 // 3])
    for home in (root, undisturbed):
        steps.take_in(opened(home), "residents", day)
        steps.hub(opened(home), day)
    (refused,) = opened(root).ledger().of("residents", "refused")
    assert refused.rule == "F-RES-01"
    assert opened(root).store.digest(layout.MEMBERSHIP) == opened(undisturbed).store.digest(layout.MEMBERSHIP)
    confirm(root, "residents", day, refused.rows_in)
    steps.take_in(opened(root), "residents", day)
    assert opened(root).ledger().of("residents")[-1].verdict == "accepted"


def test_a_full_of_bills_cut_short_is_told_to_the_office_and_to_the_analyst(copy_of: Callable[..., Path]) -> None:
    root, day = copy_of("screened"), DAY + timedelta(days=1)
    encoding, cells = read(next(path for path in files(root, "tax_bills") if "full" in path.name))
    write(folder(root, "tax_bills", day) / "full_cut.csv", encoding, cells[: len(cells) * 2 // 3])
    steps.take_in(opened(root), "tax_bills", day)
    entry = next(e for e in opened(root).ledger().of("tax_bills") if e.file == "full_cut.csv")
    receipt = opened(root).store.read_json(layout.receipt("tax_bills", day, entry.order, "json"))
    assert "drift.within" in {one["rule"] for one in receipt["drift"]}
    steps.hub(opened(root), day)
    page = opened(root).store.file(layout.deliveries_page(day)).read_text(encoding="utf-8")
    assert "相当年度「2025」の行数が" in page


def test_what_is_known_of_a_source_never_goes_back_while_days_stand_open(copy_of: Callable[..., Path]) -> None:
    """Two days without a list are not closed; a file for the first of them comes after the second was taken in."""
    root = copy_of("screened")
    first, second = DAY + timedelta(days=1), DAY + timedelta(days=2)
    bill = [row | {"billed_yen": "40000"} for row in bills(CASES[0], "tax_bills", 11)]
    for day in (first, second):
        deliver(root, "tax_bills", day, [row | {"billed_yen": f"{day.day}0000"} for row in bill])
        steps.take_in(opened(root), "tax_bills", day)
    deliver(root, "tax_bills", first, bill, "delta_late.csv")
    steps.take_in(opened(root), "tax_bills", second)
    late = opened(root).ledger().of("tax_bills")[-1]
    assert (late.file, late.folder_day, late.known_from, late.verdict) == ("delta_late.csv", first, second, "accepted")
    log = versions(opened(root), "tax_bills")
    assert log is not None
    told = log.filter(pc.equal(log["notice_no"], bill[0]["notice_no"])).select(["billed_yen", "known_from"])
    assert sorted({tuple(row.values()) for row in told.to_pylist()}) == [(40000, second), (70000, first)]


@pytest.mark.long
def test_what_came_and_went_on_one_day_leaves_no_episode(copy_of: Callable[..., Path]) -> None:
    """A bill is told of and the hub published; a full of the same day lacks it: it was never there."""
    day = DAY + timedelta(days=1)
    came, once = copy_of("screened", "came"), copy_of("screened", "once")
    for root in (came, once):
        deliver(root, "tax_bills", day, list(bills(CASES[0], "tax_bills", 8)))
        steps.take_in(opened(root), "tax_bills", day)
        if root is came:
            steps.hub(opened(root), day)
        rest = [row for case in CASES for row in bills(case, "tax_bills", 7)]
        deliver(root, "tax_bills", day, rest, "full_rest.csv")
        steps.take_in(opened(root), "tax_bills", day)
        steps.hub(opened(root), day)
    one, other = ({p: d for p, d in held(opened(root)).items() if p.startswith("working/")} for root in (came, once))
    assert {e.verdict for e in opened(came).ledger().of("tax_bills")[-2:]} == {"accepted"}
    assert differences(one, other) == []


def test_a_run_says_what_had_no_effect_and_names_nobody(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    later = DAY + timedelta(days=1)
    (root / "inbox" / "山田太郎").mkdir()
    (root / "inbox" / "tax_bill").mkdir()
    (root / "inbox" / "山田花子.csv").touch()
    (root / "inbox" / "teams" / "20260407").mkdir(parents=True)
    (root / "inbox" / "teams" / "山田太郎.csv").touch()
    consents = root / "inbox" / "consents" / str(later)
    consents.mkdir(parents=True, exist_ok=True)
    (consents / "delta_broken.csv").write_text("山田 太郎,1\n", encoding="utf-8")
    said = run_day(root, later)["without_effect"]
    sources = ", ".join(opened(root).catalog.names)
    assert said.split("; ") == [
        f"consents: a file of {later} was refused (file.header_missing)",
        f"inbox: a folder that is no source is not read → is it tax_bills? the sources are {sources}",
        "inbox/teams: a folder that is no day like 2026-04-01 is not read → name it by the delivery's day",
        "inbox/teams: what lies outside the folder of a day is not read (1) → "
        "put it into inbox/teams/DAY, with DAY like 2026-04-01",
        f"inbox: a folder that is no source is not read → the sources are {sources}",
        "inbox: a file outside the folder of a source is not read → put it into inbox/SOURCE/DAY",
    ]


def test_a_source_that_is_declared_no_more_stops_the_run(copy_of: Callable[..., Path], tmp_path: Path) -> None:
    root = copy_of("screened")
    config = shutil.copytree(CONFIG, tmp_path / "config")
    shutil.rmtree(config / "sources" / "water_notices")
    with pytest.raises(GateClosed, match="water_notices is declared no more"):
        run_day(root, DAY + timedelta(days=1), config)
