"""住まい・ライフライン"""


def test_water_reminder_365d(spec):
    """water_reminder_365d 水道料金のお支払いのお知らせの回数。

    基準日と、その前の364日に出たお知らせ(未納通知・催告)を数えます。
    """
    spec(
        "water_reminder_365d",
        day="2026-04-01",
        episodes="""
            household | kind           | began_on   | ended_on
            ----------+----------------+------------+-----------
            a         | water_reminder | 2026-01-10 | 2026-01-10
            a         | water_reminder | 2026-03-10 | 2026-03-10
            b         | water_reminder | 2025-04-02 | 2025-04-02
            c         | water_reminder | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 1
            c         | 0
        """,
    )


def test_water_stop_notice_365d(spec):
    """water_stop_notice_365d 水道を止める予告の回数。

    基準日と、その前の364日に出た予告を数えます。
    """
    spec(
        "water_stop_notice_365d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | water_stop_notice | 2026-03-10 | 2026-03-10
            b         | water_stop_notice | 2025-04-02 | 2025-04-02
            c         | water_stop_notice | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 1
            c         | 0
        """,
    )


def test_water_stop_open_days(spec):
    """water_stop_open_days 水道が止まっている日数。

    7日を超えて続いているもの、つまり止まった日を1日目として8日目からを数えます。開栓されたものは数えません。上限は365日です。
    使用中止の届けが出ている住まいは、空き家かもしれないので0とします。
    """
    spec(
        "water_stop_open_days",
        day="2026-04-01",
        episodes="""
            household | kind         | began_on   | ended_on
            ----------+--------------+------------+-----------
            a         | water_stop   | 2026-03-25 | -
            b         | water_stop   | 2026-03-26 | -
            c         | water_stop   | 2026-03-01 | 2026-03-31
            d         | water_stop   | 2024-01-01 | -
            e         | water_stop   | 2026-03-01 | -
            e         | water_closed | 2026-03-20 | -
            f         | water_stop   | 2026-03-01 | -
            f         | water_closed | 2026-02-01 | 2026-02-28
        """,
        expected="""
            household | value
            ----------+------
            a         | 8
            b         | 0
            c         | 0
            d         | 365
            e         | 0
            f         | 32
        """,
    )


def test_vacancy_is_suspected_while_the_supply_is_closed_on_request(spec):
    """空き家の疑いは、使用中止の届けが出ている間。

    まず電話で確かめる世帯です。水道が見えない世帯については何も言いません。
    """
    spec.vacant(
        day="2026-04-01",
        visible="""
            household | source
            ----------+-------
            a         | water
            b         | water
            c         | water
            d         | tax
        """,
        episodes="""
            household | kind         | began_on   | ended_on
            ----------+--------------+------------+-----------
            a         | water_closed | 2026-03-20 | -
            b         | water_closed | 2026-03-20 | 2026-03-31
            c         | water_stop   | 2026-01-01 | -
            d         | water_closed | 2026-03-20 | -
        """,
        expected="""
            household | suspected
            ----------+----------
            a         | yes
            b         | no
            c         | no
            d         | no
        """,
    )
