"""つながり・支援"""


def test_sources_overdue(spec):
    """sources_overdue お支払いの遅れがある種類の数。

    市税と保険のうち、いくつで遅れが続いているかです。同じ種類の遅れがいくつあっても1と数えます。
    一方が見えない世帯では、見えるほうだけを数えます。どちらも見えなければ空欄です。
    """
    spec(
        "sources_overdue",
        day="2026-04-01",
        visible="""
            household | source
            ----------+----------
            a         | tax
            a         | insurance
            b         | tax
            b         | insurance
            c         | insurance
            d         | water
        """,
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+---------
            a         | tax_overdue       | 2025-09-01 | -
            a         | tax_overdue       | 2025-10-01 | -
            b         | tax_overdue       | 2025-09-01 | -
            b         | insurance_overdue | 2025-09-01 | -
            c         | tax_overdue       | 2025-09-01 | -
            c         | insurance_overdue | 2025-09-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 2
            c         | 1
            d         | -
        """,
    )


def test_reminder_returned_365d(spec):
    """reminder_returned_365d お知らせの郵便が戻った回数。

    基準日と、その前の364日に戻ってきた回数です(市税・保険の合計)。
    """
    spec(
        "reminder_returned_365d",
        day="2026-04-01",
        episodes="""
            household | kind                        | began_on   | ended_on
            ----------+-----------------------------+------------+-----------
            a         | tax_reminder_returned       | 2026-01-10 | 2026-01-10
            a         | insurance_reminder_returned | 2025-12-10 | 2025-12-10
            b         | tax_reminder_returned       | 2025-04-02 | 2025-04-02
            c         | tax_reminder_returned       | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 1
            c         | 0
        """,
    )


def test_plan_broken_365d(spec):
    """plan_broken_365d 続けられなくなった分割納付の件数。

    基準日と、その前の364日に続けられなくなったお約束を、期ごとに数えます(市税・保険の合計)。
    """
    spec(
        "plan_broken_365d",
        day="2026-04-01",
        episodes="""
            household | kind                  | began_on   | ended_on
            ----------+-----------------------+------------+-----------
            a         | tax_plan_broken       | 2026-01-10 | 2026-01-10
            a         | insurance_plan_broken | 2026-01-10 | 2026-01-10
            b         | tax_plan_broken       | 2025-04-02 | 2025-04-02
            c         | tax_plan_broken       | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 1
            c         | 0
        """,
    )


def test_plan_kept_open(spec):
    """plan_kept_open 続いている分割納付の件数。

    支えになる事実です(向きは−1)。守られなくなったお約束と、納め終わったお約束は数えません。
    """
    spec(
        "plan_kept_open",
        day="2026-04-01",
        episodes="""
            household | kind            | began_on   | ended_on
            ----------+-----------------+------------+-----------
            a         | tax_plan        | 2025-10-01 | -
            a         | insurance_plan  | 2025-11-01 | -
            b         | tax_plan        | 2025-10-01 | 2026-03-14
            b         | tax_plan_broken | 2026-03-15 | 2026-03-15
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )
