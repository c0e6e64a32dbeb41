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
