"""Promise 6: sources whose rows are read together (a contract with the waterworks, a tenancy) are gone on from day by
day, and are what telling everything anew gives: also where two households share one contract and one of them leaves.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import layout, steps
from pipelines.episodes import Episodes
from pipelines.hub import open_kept
from pipelines.store import Draft
from tests.home.cases import CASES, Case, consent
from tests.home.copies import opened
from tests.home.deliveries import deliver
from tests.home.planting import consents, rent, water
from tests.home.running import days

SHARED, MORE, LEFT, BACK = days(date(2026, 4, 7), date(2026, 4, 10))
BY_NAME = {case.name: case for case in CASES}
LEAVES, STAYS = BY_NAME["consents to everything"], BY_NAME["capacity empty is the person"]
UNITS = ("water", "housing")


def contract(case: Case, step: str, on: str) -> dict[str, str]:
    """A notice of one contract, which stands in the name of whoever lives there."""
    return next(water(case)) | {"customer_no": "W99999", "meter_no": "M99999", "step": step, "step_on": on}


def tenancy(case: Case, month: int) -> dict[str, str]:
    """A month of one tenancy, in the name of whoever is the tenant."""
    told = {"tenancy_no": "TENANCY99999", "resident_id": case.resident(0), "month": f"2026-{month:02d}-01"}
    return next(rent(case)) | told


def happen(root: Path) -> None:
    """Two households in turn under one contract and one tenancy: the supply that was stopped at one is opened again in
    the name of the other, who then withdraws, and consents again.
    """
    stopped = [contract(LEAVES, "停止予告", "2026-03-20"), contract(STAYS, "停止", "2026-04-01")]
    opened_again, first, third = contract(LEAVES, "開栓", "2026-04-05"), tenancy(LEAVES, 1), tenancy(LEAVES, 3)
    deliver(root, "water_notices", SHARED, stopped, "delta_shared.csv")
    deliver(root, "housing_rent", SHARED, [first, tenancy(STAYS, 2)], "delta_shared.csv")
    deliver(root, "water_notices", MORE, [opened_again], "delta_more.csv")
    deliver(root, "housing_rent", MORE, [third], "delta_more.csv")
    ended = [row | {"withdrawn_on": str(LEFT)} for row in consents(LEAVES)]
    deliver(root, "consents", LEFT, ended, "delta_ended.csv")
    again = consent(given_on=str(BACK)) | {"resident_id": LEAVES.resident(0), "consent_id": "AGAIN9"}
    deliver(root, "consents", BACK, [again], "delta_again.csv")
    deliver(root, "water_notices", BACK, [opened_again, stopped[0]], "delta_again.csv")
    deliver(root, "housing_rent", BACK, [first], "delta_again.csv")


def published(root: Path) -> dict[str, Any]:
    """Digests of files, and what is remembered."""
    home = opened(root)
    paths = [path for basis in UNITS for path in home.store.under(layout.episodes_folder(basis))]
    remembered = {basis: home.store.read_table(layout.units(basis)).to_pylist() for basis in UNITS}
    return {path: home.store.digest(path) for path in paths} | remembered


def told_anew(root: Path, to: Path, rebuild: Callable[[Episodes, Draft], None]) -> dict[str, Any]:
    """The same, of everything worked out again."""
    home = opened(root)
    day = home.store.days_of("hub")[-1]
    con, made, remembered = open_kept(home, day).con, Draft(to, "run", b"", lambda _name: None), {}
    for name in home.with_role("signal"):
        if (basis := str(home.basis(name))) in UNITS:
            rebuild(Episodes(home, con, name, day), made)
            remembered[basis] = con.sql("from units order by unit, whose").to_arrow_table().to_pylist()
    files_made = {path: output.sha256 for path, output in made.outputs.items() if path.startswith(layout.EPISODES)}
    return files_made | remembered


def gone_on(root: Path, days_run: tuple[date, ...], to: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is published after each day, gone on from and as everything told anew gives it."""
    rebuild, seen = Episodes.rebuild, []
    monkeypatch.setattr(Episodes, "rebuild", None)
    for day in days_run:
        steps.intake(opened(root), day)
        seen.append(published(root))
        assert seen[-1] == told_anew(root, to / str(day), rebuild), day
    return seen


@pytest.mark.usefixtures("without_great_expectations")
def test_a_unit_that_two_households_share_is_told_as_if_all_were_told_anew(
    copy_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of("screened")
    happen(root)
    seen = gone_on(root, (SHARED, MORE, LEFT, BACK), tmp_path, monkeypatch)
    for basis in UNITS:
        told = [str({path: digest for path, digest in of.items() if f"episodes/{basis}/" in path}) for of in seen]
        assert len(set(told)) == 4, f"{basis}: a day changed nothing"


@pytest.mark.usefixtures("without_great_expectations")
def test_months_of_one_tenancy_that_end_on_one_day_are_gone_whatever_is_told_of_many_contracts(
    copy_of: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows of a unit end alike: what is known of it is other than before. Many units change at once: their numbers
    are large and small.
    """
    root, both = copy_of("screened"), ("2020-05-01", "2020-06-01")
    many = [contract(LEAVES, "停止", "2026-04-01") | {"customer_no": f"W9999{number}"} for number in range(8)]
    deliver(root, "water_notices", SHARED, many, "delta_many.csv")
    ends, stays = ([tenancy(LEAVES, 1) | {"month": month, "tenancy_no": name} for month in both] for name in "AB")
    deliver(root, "housing_rent", SHARED, [*ends, *stays], "rents.csv")
    deliver(root, "housing_rent", LEFT, stays, "rents.csv")
    seen = gone_on(root, (SHARED, LEFT), tmp_path, monkeypatch)
    assert seen[0] != seen[1]
