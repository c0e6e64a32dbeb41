"""子ども・学校"""


def test_school_flags_open(spec):
    """school_flags_open 学校・SSWからの連絡で続いているもの。

    区分のあるものだけを数えます。就学援助の申請と認定は、支えが届いている事実なので数えません。子どもの事実は子どもについて行きます。
    """
    spec(
        "school_flags_open",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_absence_30d | 2026-01-20 | -
            a         | school_ssw         | 2026-02-01 | -
            a         | school_aid_granted | 2025-06-01 | -
            b         | school_meal_unpaid | 2025-09-01 | 2026-03-31
            c         | school_aid_refused | 2025-07-01 | -
            d         | school_aid_applied | 2026-03-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 1
            d         | 0
        """,
    )


def test_school_flags_onset_90d(spec):
    """school_flags_onset_90d この90日に始まった連絡。

    基準日とその前の89日に始まったものを数えます。その後に終わっていても数えます。
    """
    spec(
        "school_flags_onset_90d",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_absence_30d | 2026-01-02 | 2026-03-31
            a         | school_ssw         | 2026-04-01 | -
            b         | school_absence_30d | 2026-01-01 | -
            c         | school_aid_applied | 2026-03-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_school_flags_vs_last_year(spec):
    """school_flags_vs_last_year 連絡の増え方(1年前の同じ90日と比べて)。

    この90日に始まった数から、365日前までの90日に始まった数を引きます。毎年同じころに増える分は引かれます。
    """
    spec(
        "school_flags_vs_last_year",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_absence_30d | 2026-02-01 | 2026-03-31
            a         | school_absence_30d | 2025-02-01 | 2025-03-31
            b         | school_absence_30d | 2026-02-01 | 2026-03-31
            c         | school_absence_30d | 2025-04-01 | 2025-04-30
            d         | school_absence_30d | 2025-04-02 | 2025-04-30
        """,
        expected="""
            household | value
            ----------+------
            a         | 0
            b         | 1
            c         | -1
            d         | 0
        """,
    )


def test_school_sides_open(spec):
    """school_sides_open 連絡の種類の数。

    費用・欠席・居場所・支える人の4つのうち、続いているものがいくつあるかです。同じ種類がいくつあっても1です。
    """
    spec(
        "school_sides_open",
        day="2026-04-01",
        episodes="""
            household | kind                 | began_on   | ended_on
            ----------+----------------------+------------+-----------
            a         | school_meal_unpaid   | 2026-02-01 | -
            a         | school_aid_refused   | 2025-07-01 | -
            a         | school_absence_30d   | 2026-02-01 | -
            b         | school_ssw           | 2026-02-01 | -
            b         | school_home_visit    | 2026-02-01 | -
            c         | school_separate_room | 2026-02-01 | -
            c         | school_ssw           | 2026-02-01 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 1
            c         | 1
        """,
    )


def test_school_absence_days(spec):
    """school_absence_days 学校を休んだ日数。

    続いている「欠席30日」のうち、日数が最も多いお子さんの日数です(4月1日から。学校が知らせた日の時点)。
    """
    spec(
        "school_absence_days",
        day="2026-03-01",
        episodes="""
            household | kind               | began_on   | ended_on   | quantity
            ----------+--------------------+------------+------------+---------
            a         | school_absence_30d | 2025-11-20 | -          | 52
            a         | school_absence_30d | 2026-01-20 | -          | 34
            b         | school_absence_30d | 2025-11-20 | 2026-02-28 | 52
        """,
        expected="""
            household | value
            ----------+------
            a         | 52
            b         | 0
        """,
    )


def test_school_meal_open_days(spec):
    """school_meal_open_days 給食費のお支払いが済んでいない日数。

    続いている最も古いものの日数です(始まった日を1日目とし、上限365日)。
    """
    spec(
        "school_meal_open_days",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_meal_unpaid | 2026-03-01 | -
            b         | school_meal_unpaid | 2025-09-01 | 2026-03-31
            c         | school_meal_unpaid | 2024-09-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 32
            b         | 0
            c         | 365
        """,
    )


def test_school_aid_refused_365d(spec):
    """school_aid_refused_365d この1年に認められなかった就学援助。

    基準日とその前の364日に却下されたものを、終わったかどうかによらず数えます。
    """
    spec(
        "school_aid_refused_365d",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_aid_refused | 2025-07-01 | 2026-03-31
            b         | school_aid_refused | 2025-04-01 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_school_aid_granted_open(spec):
    """school_aid_granted_open 受けている就学援助。

    支えになる事実です(向きは−1)。続いている認定を、お子さんごとに数えます。
    """
    spec(
        "school_aid_granted_open",
        day="2026-03-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_aid_granted | 2025-07-01 | -
            a         | school_aid_granted | 2025-07-01 | -
            b         | school_aid_granted | 2024-07-01 | 2025-03-31
            b         | school_aid_applied | 2025-05-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )
