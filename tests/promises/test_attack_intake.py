"""Promises 1 and 7 attacked: files of the same name, what a killed check leaves behind."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow.compute as pc

from pipelines import steps
from pipelines.accepted import versions
from pipelines.store import STAGING
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY
from tests.home.copies import opened
from tests.home.deliveries import deliver
from tests.home.planting import bills


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
    steps.take_in(opened(root), "teams", later)
    assert steps.print_copy(opened(root), DAY, "第二班", HOLDER)["lines"] >= 0
