"""Chapter: how the steps of the water works become episodes of a dwelling.

A stop and its reopening arrive as two rows: they are read together, anew for each day on which something became known.
"""

from drawn_episodes import check

STEP = {"customer_no": "7", "meter_no": "1", "address": "中央1-2-3", "contract": "個人"}
STOP = ("water_stop",)
NONE = "kind | began | ended | amount | precision | known from | until"


def test_a_stop_is_open_until_the_reopening_is_known() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on
        2026-07-02 | 停止 | 2026-07-01
        2026-07-11 | 開栓 | 2026-07-10
        """,
        """
        kind       | began      | ended      | amount | precision | known from | until
        water_stop | 2026-07-01 | -          | -      | day       | 2026-07-02 | 2026-07-11
        water_stop | 2026-07-01 | 2026-07-09 | -      | day       | 2026-07-11 | -
        """,
        **STEP,
    )


def test_a_stop_known_late_is_not_known_before() -> None:
    """The stop of 1 July is told after the reopening: until then there was nothing to believe."""
    check(
        "water_notices",
        """
        known      | step | step_on
        2026-07-11 | 開栓 | 2026-07-10
        2026-07-20 | 停止 | 2026-07-01
        """,
        """
        kind       | began      | ended      | amount | precision | known from | until
        water_stop | 2026-07-01 | 2026-07-09 | -      | day       | 2026-07-20 | -
        """,
        **STEP,
    )


def test_reopened_on_the_same_day_there_was_no_stop() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on
        2026-07-02 | 停止 | 2026-07-01
        2026-07-02 | 開栓 | 2026-07-01
        """,
        NONE,
        **STEP,
    )


def test_reopened_and_stopped_again_on_one_day_are_two_stops() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on
        2026-07-02 | 停止 | 2026-07-01
        2026-07-11 | 停止 | 2026-07-10
        2026-07-11 | 開栓 | 2026-07-10
        """,
        """
        kind       | began      | ended      | amount | precision | known from | until
        water_stop | 2026-07-01 | -          | -      | day       | 2026-07-02 | 2026-07-11
        water_stop | 2026-07-01 | 2026-07-09 | -      | day       | 2026-07-11 | -
        water_stop | 2026-07-10 | -          | -      | day       | 2026-07-11 | -
        """,
        **STEP,
    )


def test_stopped_twice_without_reopening_is_one_stop() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on
        2026-07-02 | 停止 | 2026-07-01
        2026-08-02 | 停止 | 2026-08-01
        2026-08-21 | 開栓 | 2026-08-20
        """,
        """
        kind       | began      | ended      | amount | precision | known from | until
        water_stop | 2026-07-01 | -          | -      | day       | 2026-07-02 | 2026-08-21
        water_stop | 2026-07-01 | 2026-08-19 | -      | day       | 2026-08-21 | -
        """,
        **STEP,
    )


def test_a_stop_that_was_an_error_is_no_longer_believed() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on    | deleted
        2026-07-02 | 停止 | 2026-07-01 | -
        2026-07-09 | 停止 | 2026-07-01 | 1
        """,
        """
        kind       | began      | ended | amount | precision | known from | until
        water_stop | 2026-07-01 | -     | -      | day       | 2026-07-02 | 2026-07-09
        """,
        **STEP,
    )


def test_another_meter_reopens_nothing() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on    | meter_no
        2026-07-02 | 停止 | 2026-07-01 | 1
        2026-07-11 | 開栓 | 2026-07-10 | 2
        """,
        """
        kind       | began      | ended | amount | precision | known from | until
        water_stop | 2026-07-01 | -     | -      | day       | 2026-07-02 | -
        """,
        **STEP,
    )


def test_a_notice_is_a_point_with_its_amount() -> None:
    check(
        "water_notices",
        """
        known      | step     | step_on    | unpaid_yen
        2026-06-11 | 停止予告 | 2026-06-10 | ８，４００
        """,
        """
        kind              | began      | ended      | amount | precision | known from | until
        water_stop_notice | 2026-06-10 | 2026-06-10 | 8400   | day       | 2026-06-11 | -
        """,
        **STEP,
    )


def test_readings_of_zero_run_on_until_the_next_reading_is_due() -> None:
    """Bimonthly readings: a reading with use, or a missing one, ends the run."""
    check(
        "water_notices",
        """
        known      | step | step_on    | usage_m3
        2026-01-12 | 検針 | 2026-01-10 | 0
        2026-03-12 | 検針 | 2026-03-11 | 0
        2026-05-12 | 検針 | 2026-05-10 | 9
        2026-07-12 | 検針 | 2026-07-10 | 0
        """,
        """
        kind             | began      | ended      | amount | precision | known from | until
        water_usage_zero | 2026-01-01 | 2026-02-28 | -      | day       | 2026-01-12 | 2026-03-12
        water_usage_zero | 2026-01-01 | 2026-04-30 | -      | day       | 2026-03-12 | -
        water_usage_zero | 2026-07-01 | 2026-08-31 | -      | day       | 2026-07-12 | -
        """,
        kinds=("water_usage_zero",),
        **STEP,
    )


def test_companies_and_shared_meters_tell_nothing_about_a_home() -> None:
    check(
        "water_notices",
        """
        known      | step | step_on    | contract
        2026-07-02 | 停止 | 2026-07-01 | 法人
        2026-07-02 | 停止 | 2026-07-01 | 共同
        """,
        NONE,
        **STEP,
    )


def test_other_steps_are_events_and_companies_have_none() -> None:
    check(
        "water_notices",
        """
        known      | step     | step_on    | contract
        2026-07-02 | 漏水     | 2026-07-01 | 個人
        2026-07-03 | 検針不能 | 2026-07-02 | 個人
        2026-07-04 | 支払猶予 | 2026-07-03 | 個人
        2026-07-05 | 名義変更 | 2026-07-04 | 個人
        2026-07-06 | 漏水     | 2026-07-05 | 法人
        """,
        """
        kind               | began      | ended      | amount | precision | known from | until
        water_leak         | 2026-07-01 | 2026-07-01 | -      | day       | 2026-07-02 | -
        water_unreadable   | 2026-07-02 | 2026-07-02 | -      | day       | 2026-07-03 | -
        water_grace        | 2026-07-03 | 2026-07-03 | -      | day       | 2026-07-04 | -
        water_name_changed | 2026-07-04 | 2026-07-04 | -      | day       | 2026-07-05 | -
        """,
        **{name: text for name, text in STEP.items() if name != "contract"},
    )
