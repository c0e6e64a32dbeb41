"""Chapter: how monthly rows of municipal housing become episodes.

Rent is due at the end of its month. There is no day of payment: a month that was told as unpaid ends on the day it was
first told as paid; a month that was never told otherwise than paid leaves nothing.
"""

from drawn_episodes import check

ROOM = {"tenancy_no": "S1", "resident_id": "000000000000101", "tenant_kana": "ミホン", "address": "中央1-2-3"}


def test_a_month_paid_later_ends_when_that_became_known() -> None:
    check(
        "housing_rent",
        """
        known      | month      | rent_yen | paid_yen
        2026-05-08 | 2026-04-01 | 20000    | 5000
        2026-06-05 | 2026-04-01 | 20000    | 20000
        """,
        """
        kind                | began      | ended      | amount | precision | known from | until
        housing_rent_unpaid | 2026-05-01 | -          | 15000  | day       | 2026-05-08 | 2026-06-05
        housing_rent_unpaid | 2026-05-01 | 2026-06-04 | 20000  | unknown   | 2026-06-05 | -
        """,
        **ROOM,
    )


def test_a_month_that_was_paid_when_first_told_is_no_episode() -> None:
    check(
        "housing_rent",
        """
        known      | month      | rent_yen | paid_yen
        2026-05-08 | 2026-04-01 | 20000    | 20000
        """,
        "kind | began | ended | amount | precision | known from | until",
        **ROOM,
    )


def test_months_in_arrears_are_one_run_until_the_next_file_is_due() -> None:
    """A month's state is of its last day; it is believed until 翌々月15日, when the next month's file is there."""
    check(
        "housing_rent",
        """
        known      | month      | rent_yen | paid_yen | months_overdue
        2026-05-08 | 2026-04-01 | 0        | -        | 1
        2026-06-08 | 2026-05-01 | 0        | -        | 2
        2026-07-08 | 2026-06-01 | 0        | -        | 0
        """,
        """
        kind            | began      | ended      | amount | precision | known from | until
        housing_arrears | 2026-04-30 | 2026-06-15 | 1      | batch     | 2026-05-08 | 2026-06-08
        housing_arrears | 2026-04-30 | 2026-07-15 | 2      | batch     | 2026-06-08 | -
        """,
        **ROOM,
    )


def test_claim_and_suit_repeated_every_month_are_one_episode_each() -> None:
    check(
        "housing_rent",
        """
        known      | month      | rent_yen | claim_on   | suit_on
        2026-05-08 | 2026-04-01 | 0        | 2026-04-20 | -
        2026-06-08 | 2026-05-01 | 0        | 2026-04-20 | 2026-05-25
        2026-07-08 | 2026-06-01 | 0        | 2026-04-20 | 2026-05-25
        """,
        """
        kind          | began      | ended      | amount | precision | known from | until
        housing_claim | 2026-04-20 | 2026-04-20 | -      | day       | 2026-05-08 | -
        housing_suit  | 2026-05-25 | 2026-05-25 | -      | day       | 2026-06-08 | -
        """,
        **ROOM,
    )


def test_reduction_is_a_run_of_its_months() -> None:
    check(
        "housing_rent",
        """
        known      | month      | rent_yen | reduction | income_unreported
        2026-05-08 | 2026-04-01 | 0        | 1         | 1
        """,
        """
        kind                      | began      | ended      | amount | precision | known from | until
        housing_income_unreported | 2026-04-01 | 2026-06-15 | -      | batch     | 2026-05-08 | -
        housing_reduced           | 2026-04-01 | 2026-06-15 | -      | batch     | 2026-05-08 | -
        """,
        **ROOM,
    )
