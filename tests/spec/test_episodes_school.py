"""Chapter: how coded flags of schools become episodes."""

from drawn_episodes import check

PUPIL = {"school": "北小", "pupil_no": "1"}


def test_thirty_days_of_absence_are_of_one_school_year() -> None:
    """Days are counted from 1 April, so what was true of last year is not told this year, closed or not."""
    check(
        "school_flags",
        """
        known      | flag     | opened_on  | closed_on  | absence_days
        2025-04-01 | 欠席30日 | 2025-03-31 | -          | 30
        2025-04-02 | 欠席30日 | 2025-04-01 | -          | 31
        2026-01-16 | 欠席30日 | 2026-01-15 | 2026-02-20 | 32
        2026-02-03 | 欠席30日 | 2026-02-02 | 2026-06-30 | 33
        """,
        """
        kind               | began      | ended      | amount | precision | known from | until
        school_absence_30d | 2025-03-31 | 2025-03-31 | 30     | day       | 2025-04-01 | -
        school_absence_30d | 2025-04-01 | 2026-03-31 | 31     | day       | 2025-04-02 | -
        school_absence_30d | 2026-01-15 | 2026-02-20 | 32     | day       | 2026-01-16 | -
        school_absence_30d | 2026-02-02 | 2026-03-31 | 33     | day       | 2026-02-03 | -
        """,
        **PUPIL,
    )


def test_support_by_the_social_worker_goes_on_until_it_is_closed() -> None:
    check(
        "school_flags",
        """
        known      | flag    | opened_on  | closed_on
        2026-01-16 | SSW支援 | 2026-01-15 | -
        2026-06-02 | SSW支援 | 2026-01-15 | 2026-05-29
        """,
        """
        kind       | began      | ended      | amount | precision | known from | until
        school_ssw | 2026-01-15 | -          | -      | day       | 2026-01-16 | 2026-06-02
        school_ssw | 2026-01-15 | 2026-05-29 | -      | day       | 2026-06-02 | -
        """,
        **PUPIL,
    )
