"""家計・税"""


def test_tax_overdue_open(spec):
    """tax_overdue_open 市税のお支払いが済んでいない期の数。

    数えるのは `tax_overdue` だけです。納期限を過ぎただけのもの(`…_bill_unpaid`)は、
    収納の反映の遅れかもしれないので数えません。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind                     | began_on   | ended_on
            ----------+--------------------------+------------+-----------
            a         | tax_overdue              | 2025-09-01 | -
            a         | tax_overdue              | 2025-11-01 | -
            b         | tax_overdue              | 2025-09-01 | 2026-03-31
            c         | resident_tax_bill_unpaid | 2025-09-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_tax_overdue_onset_90d(spec):
    """tax_overdue_onset_90d この90日に遅れ始めた期の数。

    基準日と、その前の89日に始まったものを数えます(両端を含む)。その後に納められていても数えます。
    """
    spec(
        "tax_overdue_onset_90d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | tax_overdue | 2026-04-01 | -
            b         | tax_overdue | 2026-01-02 | -
            c         | tax_overdue | 2026-01-01 | -
            d         | tax_overdue | 2026-02-01 | 2026-02-20
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


def test_tax_longest_overdue_days(spec):
    """tax_longest_overdue_days 最も長く済んでいない日数。

    始まった日を1日目と数えます。納められたものは数えません。上限は1,825日です。
    """
    spec(
        "tax_longest_overdue_days",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | tax_overdue | 2026-04-01 | -
            b         | tax_overdue | 2026-03-01 | -
            b         | tax_overdue | 2026-03-20 | -
            c         | tax_overdue | 2018-01-01 | -
            d         | tax_overdue | 2024-01-01 | 2026-03-31
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


def test_tax_trend(spec):
    """tax_trend 市税のお支払いの遅れの増え方。

    この90日に始まった数から、その前の90日に始まった数を引きます。減っていれば負の値です。
    """
    spec(
        "tax_trend",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | tax_overdue | 2026-03-01 | -
            a         | tax_overdue | 2026-01-02 | -
            a         | tax_overdue | 2026-01-01 | -
            b         | tax_overdue | 2025-10-04 | 2025-12-01
            c         | tax_overdue | 2025-10-03 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | -1
            c         | 0
        """,
    )
