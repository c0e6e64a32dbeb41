"""住まい・ライフライン: 水道"""


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


def test_water_reminder_trend(spec):
    """water_reminder_trend お知らせの増え方(その前の180日と比べて)。

    この180日のお知らせの数から、その前の180日の数を引きます。
    """
    spec(
        "water_reminder_trend",
        day="2026-04-01",
        episodes="""
            household | kind           | began_on   | ended_on
            ----------+----------------+------------+-----------
            a         | water_reminder | 2026-04-01 | 2026-04-01
            a         | water_reminder | 2025-10-04 | 2025-10-04
            a         | water_reminder | 2025-10-03 | 2025-10-03
            b         | water_reminder | 2025-04-07 | 2025-04-07
            c         | water_reminder | 2025-04-06 | 2025-04-06
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | -1
            c         | 0
        """,
    )


def test_water_unpaid_yen_180d(spec):
    """water_unpaid_yen_180d お知らせにある最も大きい額。

    基準日とその前の179日のお知らせ(未納通知・催告・停止予告)のうち、額が最も大きい1通の額です。合計ではありません。
    """
    spec(
        "water_unpaid_yen_180d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on   | quantity
            ----------+-------------------+------------+------------+---------
            a         | water_reminder    | 2026-01-10 | 2026-01-10 | 6800
            a         | water_stop_notice | 2026-02-20 | 2026-02-20 | 13600
            b         | water_reminder    | 2025-10-03 | 2025-10-03 | 6800
            c         | water_reminder    | 2026-01-10 | 2026-01-10 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 13600
            b         | 0
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


def test_water_stop_730d(spec):
    """water_stop_730d この2年に水道が止まった回数。

    基準日とその前の729日に止まった回数です。すぐに開いたものも数えます。
    """
    spec(
        "water_stop_730d",
        day="2026-04-01",
        episodes="""
            household | kind       | began_on   | ended_on
            ----------+------------+------------+-----------
            a         | water_stop | 2025-06-10 | 2025-06-12
            a         | water_stop | 2024-04-02 | 2024-05-01
            b         | water_stop | 2024-04-01 | 2024-05-01
            c         | water_stop | 2026-03-31 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 1
        """,
    )


def test_water_unused_open_days(spec):
    """water_unused_open_days 使用量が0の検針が続いている日数。

    使用量0の検針は、次の検針までの2か月の出来事です。続けて0なら一つにつながります。使用中止の届けや停止のあいだは0とします。
    """
    spec(
        "water_unused_open_days",
        day="2026-04-01",
        episodes="""
            household | kind             | began_on   | ended_on
            ----------+------------------+------------+-----------
            a         | water_usage_zero | 2026-03-01 | 2026-04-30
            b         | water_usage_zero | 2025-11-01 | 2026-04-30
            c         | water_usage_zero | 2025-11-01 | 2026-02-28
            d         | water_usage_zero | 2025-11-01 | 2026-04-30
            d         | water_closed     | 2025-12-10 | -
            e         | water_usage_zero | 2026-03-01 | 2026-04-30
            e         | water_stop       | 2026-02-10 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 32
            b         | 152
            c         | 0
            d         | 0
            e         | 0
        """,
    )


def _events(spec, feature, kind):
    drawing = """
        household | kind | began_on   | ended_on
        ----------+------+------------+-----------
        a         | {k}  | 2026-04-01 | 2026-04-01
        a         | {k}  | 2025-04-02 | 2025-04-02
        b         | {k}  | 2025-04-01 | 2025-04-01
    """
    spec(
        feature,
        day="2026-04-01",
        episodes=drawing.replace("{k}", kind),
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_water_unreadable_365d(spec):
    """water_unreadable_365d メーターを読めなかった回数。

    基準日とその前の364日の検針不能を数えます。
    """
    _events(spec, "water_unreadable_365d", "water_unreadable")


def test_water_leak_365d(spec):
    """water_leak_365d 漏水の回数。

    基準日とその前の364日に見つかった漏水を数えます。
    """
    _events(spec, "water_leak_365d", "water_leak")


def test_water_grace_365d(spec):
    """water_grace_365d 支払いを待つ取り決めの回数。

    支えになる事実です(向きは−1)。基準日とその前の364日の支払猶予を数えます。
    """
    _events(spec, "water_grace_365d", "water_grace")


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
