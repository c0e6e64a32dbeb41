"""保険"""


def test_insurance_overdue_open(spec):
    """insurance_overdue_open 保険料のお支払いが済んでいない期の数。

    数えるのは `insurance_overdue` だけです。納期限を過ぎただけのもの(`…_bill_unpaid`)は、
    収納の反映の遅れかもしれないので数えません。
    """
    spec(
        "insurance_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | insurance_overdue | 2025-09-01 | -
            a         | insurance_overdue | 2025-11-01 | -
            b         | insurance_overdue | 2025-09-01 | 2026-03-31
            c         | nhi_bill_unpaid   | 2025-09-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_insurance_overdue_onset_90d(spec):
    """insurance_overdue_onset_90d この90日に遅れ始めた期の数。

    基準日と、その前の89日に始まったものを数えます(両端を含む)。その後に納められていても数えます。
    """
    spec(
        "insurance_overdue_onset_90d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | insurance_overdue | 2026-04-01 | -
            b         | insurance_overdue | 2026-01-02 | -
            c         | insurance_overdue | 2026-01-01 | -
            d         | insurance_overdue | 2026-02-01 | 2026-02-20
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 1
            c         | 0
            d         | 1
        """,
    )


def test_insurance_longest_overdue_days(spec):
    """insurance_longest_overdue_days 最も長く済んでいない日数。

    始まった日を1日目と数えます。納められたものは数えません。上限は1,825日です。
    """
    spec(
        "insurance_longest_overdue_days",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | insurance_overdue | 2026-04-01 | -
            b         | insurance_overdue | 2026-03-01 | -
            b         | insurance_overdue | 2026-03-20 | -
            c         | insurance_overdue | 2018-01-01 | -
            d         | insurance_overdue | 2024-01-01 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 32
            c         | 1825
            d         | 0
        """,
    )
