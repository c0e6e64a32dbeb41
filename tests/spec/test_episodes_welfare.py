"""Chapter: how rows of 支援・受給状況 become episodes. 要対協 never does."""

from drawn_episodes import check

CASE = {"case_no": "F1", "resident_id": "000000000000101"}
NONE = "kind | began | ended | amount | precision | known from | until"


def test_an_application_is_a_point_and_its_refusal_another() -> None:
    check(
        "welfare_contacts",
        """
        known      | kind         | began_on   | ended_on   | outcome
        2026-02-02 | 生活保護申請 | 2026-01-30 | -          | -
        2026-02-20 | 生活保護申請 | 2026-01-30 | 2026-02-18 | 却下
        """,
        """
        kind                        | began      | ended      | amount | precision | known from | until
        welfare_assistance_applied  | 2026-01-30 | 2026-01-30 | -      | day       | 2026-02-02 | -
        welfare_assistance_declined | 2026-02-18 | 2026-02-18 | -      | day       | 2026-02-20 | -
        """,
        **CASE,
    )


def test_a_refusal_without_a_day_is_of_the_day_it_became_known() -> None:
    check(
        "welfare_contacts",
        """
        known      | kind         | began_on   | outcome
        2026-02-02 | 生活保護申請 | 2026-01-30 | 取下げ
        """,
        """
        kind                        | began      | ended      | amount | precision | known from | until
        welfare_assistance_applied  | 2026-01-30 | 2026-01-30 | -      | day       | 2026-02-02 | -
        welfare_assistance_declined | 2026-02-02 | 2026-02-02 | -      | unknown   | 2026-02-02 | -
        """,
        **CASE,
    )


def test_a_plan_lasts_through_its_last_day() -> None:
    check(
        "welfare_contacts",
        """
        known      | kind       | began_on   | ended_on   | outcome
        2026-01-16 | プラン作成 | 2026-01-15 | -          | -
        2026-04-02 | プラン作成 | 2026-01-15 | 2026-03-31 | 終了
        """,
        """
        kind         | began      | ended      | amount | precision | known from | until
        welfare_plan | 2026-01-15 | -          | -      | day       | 2026-01-16 | 2026-04-02
        welfare_plan | 2026-01-15 | 2026-03-31 | -      | day       | 2026-04-02 | -
        """,
        **CASE,
    )


def test_the_councils_cases_never_become_an_episode() -> None:
    check(
        "welfare_contacts",
        """
        known      | kind   | began_on
        2026-01-16 | 要対協 | 2026-01-15
        """,
        NONE,
        **CASE,
    )


def test_a_housing_benefit_that_was_refused_is_none() -> None:
    check(
        "welfare_contacts",
        """
        known      | kind           | began_on   | ended_on   | outcome
        2026-01-16 | 住居確保給付金 | 2026-01-15 | 2026-01-30 | 却下
        """,
        NONE,
        **CASE,
    )
