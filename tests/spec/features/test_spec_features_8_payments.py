"""請求と納付(家計・税、保険)"""


def test_tax_overdue_months(spec):
    """tax_overdue_months 市税のお支払いの遅れの重なり。

    基準日と、そこから30日おきにさかのぼる5時点(合わせて6時点)で続いていた期を数えて足します。
    半年続く1期は6、その日に始まった3期は3です。
    """
    spec(
        "tax_overdue_months",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | tax_overdue | 2025-11-02 | -
            b         | tax_overdue | 2025-11-03 | 2026-03-31
            c         | tax_overdue | 2026-04-01 | -
            c         | tax_overdue | 2026-03-02 | -
            d         | tax_overdue | 2026-03-03 | 2026-03-31
            e         | tax_overdue | 2020-01-01 | 2025-11-02
        """,
        expected="""
            household | value
            ----------+------
            a         | 6
            b         | 4
            c         | 3
            d         | 0
            e         | 1
        """,
    )


def test_tax_largest_overdue_yen(spec):
    """tax_largest_overdue_yen お支払いが済んでいない期の最も大きい額。

    基準日に続いている遅れのうち、まだの額が最も大きい1期の額です。合計ではありません。額が分からない期は0です。
    """
    spec(
        "tax_largest_overdue_yen",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | tax_overdue | 2026-01-01 | -          | 12000
            a         | tax_overdue | 2026-02-01 | -          | 30000
            b         | tax_overdue | 2026-01-01 | 2026-03-31 | 50000
            b         | tax_overdue | 2026-02-01 | -          | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 30000
            b         | 0
        """,
    )


def test_tax_unpaid_share_180d(spec):
    """tax_unpaid_share_180d 納期が来た額のうち、まだ納められていない割合。

    基準日の前180日に納期が来た額(請求の終わりの日が納期限)と、基準日までの180日の納付を比べます。
    納められた割合の端数は切り捨てます。納期が来たものがなければ0で、多く納めても0です。
    """
    spec(
        "tax_unpaid_share_180d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | tax_billed  | 2026-01-10 | 2026-01-31 | 20000
            a         | tax_billed  | 2026-02-10 | 2026-02-28 | 10000
            a         | tax_payment | 2026-01-31 | 2026-01-31 | 20000
            b         | tax_billed  | 2026-01-10 | 2026-03-31 | 10000
            c         | tax_billed  | 2026-03-10 | 2026-04-01 | 10000
            d         | tax_billed  | 2025-09-10 | 2025-10-02 | 10000
            d         | tax_billed  | 2025-10-03 | 2025-10-03 | 10000
            d         | tax_payment | 2025-10-03 | 2025-10-03 | 4000
            d         | tax_payment | 2025-10-04 | 2025-10-04 | 3000
            e         | tax_billed  | 2026-01-10 | 2026-01-31 | 10000
            e         | tax_payment | 2026-03-01 | 2026-03-01 | 30000
        """,
        expected="""
            household | value
            ----------+------
            a         | 34
            b         | 100
            c         | 0
            d         | 70
            e         | 0
        """,
    )


def test_tax_paid_count_180d(spec):
    """tax_paid_count_180d この180日に納めた期の数。

    基準日と、その前の179日の納付を数えます。1期を分けて納めたときは、最後の収入日の1回です。
    """
    spec(
        "tax_paid_count_180d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | quantity
            ----------+-------------+------------+---------
            a         | tax_payment | 2026-04-01 | 5000
            a         | tax_payment | 2025-10-04 | 5000
            b         | tax_payment | 2025-10-03 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_tax_paid_yen_90d(spec):
    """tax_paid_yen_90d この90日に納めた額。

    基準日と、その前の89日の納付の額の合計です。
    """
    spec(
        "tax_paid_yen_90d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | quantity
            ----------+-------------+------------+---------
            a         | tax_payment | 2026-04-01 | 5000
            a         | tax_payment | 2026-01-02 | 7000
            b         | tax_payment | 2026-01-01 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 12000
            b         | 0
        """,
    )


def test_tax_paid_yen_180d(spec):
    """tax_paid_yen_180d この180日に納めた額。

    基準日と、その前の179日の納付の額の合計です。
    """
    spec(
        "tax_paid_yen_180d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | quantity
            ----------+-------------+------------+---------
            a         | tax_payment | 2026-01-01 | 5000
            a         | tax_payment | 2025-10-04 | 7000
            b         | tax_payment | 2025-10-03 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 12000
            b         | 0
        """,
    )


def test_tax_coming_bill_yen(spec):
    """tax_coming_bill_yen 納期がこれから来る請求の額。

    基準日までに届いていて、納期限が基準日かそれより後の請求の額の合計です。納期限までは遅れではありません。
    """
    spec(
        "tax_coming_bill_yen",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | tax_billed  | 2026-03-10 | 2026-04-30 | 20000
            a         | tax_billed  | 2026-03-10 | 2026-04-01 | 10000
            b         | tax_billed  | 2026-03-10 | 2026-03-31 | 10000
            c         | tax_billed  | 2026-04-02 | 2026-04-30 | 10000
        """,
        expected="""
            household | value
            ----------+------
            a         | 30000
            b         | 0
            c         | 0
        """,
    )


def test_insurance_overdue_months(spec):
    """insurance_overdue_months 保険料のお支払いの遅れの重なり。

    基準日と、そこから30日おきにさかのぼる5時点(合わせて6時点)で続いていた期を数えて足します。
    半年続く1期は6、その日に始まった3期は3です。
    """
    spec(
        "insurance_overdue_months",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | insurance_overdue | 2025-11-02 | -
            b         | insurance_overdue | 2025-11-03 | 2026-03-31
            c         | insurance_overdue | 2026-04-01 | -
            c         | insurance_overdue | 2026-03-02 | -
            d         | insurance_overdue | 2026-03-03 | 2026-03-31
            e         | insurance_overdue | 2020-01-01 | 2025-11-02
        """,
        expected="""
            household | value
            ----------+------
            a         | 6
            b         | 4
            c         | 3
            d         | 0
            e         | 1
        """,
    )


def test_insurance_largest_overdue_yen(spec):
    """insurance_largest_overdue_yen お支払いが済んでいない期の最も大きい額。

    基準日に続いている遅れのうち、まだの額が最も大きい1期の額です。合計ではありません。額が分からない期は0です。
    """
    spec(
        "insurance_largest_overdue_yen",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on   | quantity
            ----------+-------------------+------------+------------+---------
            a         | insurance_overdue | 2026-01-01 | -          | 12000
            a         | insurance_overdue | 2026-02-01 | -          | 30000
            b         | insurance_overdue | 2026-01-01 | 2026-03-31 | 50000
            b         | insurance_overdue | 2026-02-01 | -          | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 30000
            b         | 0
        """,
    )


def test_insurance_unpaid_share_180d(spec):
    """insurance_unpaid_share_180d 納期が来た額のうち、まだ納められていない割合。

    基準日の前180日に納期が来た額(請求の終わりの日が納期限)と、基準日までの180日の納付を比べます。
    納められた割合の端数は切り捨てます。納期が来たものがなければ0で、多く納めても0です。
    """
    spec(
        "insurance_unpaid_share_180d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on   | quantity
            ----------+-------------------+------------+------------+---------
            a         | insurance_billed  | 2026-01-10 | 2026-01-31 | 20000
            a         | insurance_billed  | 2026-02-10 | 2026-02-28 | 10000
            a         | insurance_payment | 2026-01-31 | 2026-01-31 | 20000
            b         | insurance_billed  | 2026-01-10 | 2026-03-31 | 10000
            c         | insurance_billed  | 2026-03-10 | 2026-04-01 | 10000
            d         | insurance_billed  | 2025-09-10 | 2025-10-02 | 10000
            d         | insurance_billed  | 2025-10-03 | 2025-10-03 | 10000
            d         | insurance_payment | 2025-10-03 | 2025-10-03 | 4000
            d         | insurance_payment | 2025-10-04 | 2025-10-04 | 3000
            e         | insurance_billed  | 2026-01-10 | 2026-01-31 | 10000
            e         | insurance_payment | 2026-03-01 | 2026-03-01 | 30000
        """,
        expected="""
            household | value
            ----------+------
            a         | 34
            b         | 100
            c         | 0
            d         | 70
            e         | 0
        """,
    )


def test_insurance_paid_count_180d(spec):
    """insurance_paid_count_180d この180日に納めた期の数。

    基準日と、その前の179日の納付を数えます。1期を分けて納めたときは、最後の収入日の1回です。
    """
    spec(
        "insurance_paid_count_180d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | quantity
            ----------+-------------------+------------+---------
            a         | insurance_payment | 2026-04-01 | 5000
            a         | insurance_payment | 2025-10-04 | 5000
            b         | insurance_payment | 2025-10-03 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_insurance_paid_yen_90d(spec):
    """insurance_paid_yen_90d この90日に納めた額。

    基準日と、その前の89日の納付の額の合計です。
    """
    spec(
        "insurance_paid_yen_90d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | quantity
            ----------+-------------------+------------+---------
            a         | insurance_payment | 2026-04-01 | 5000
            a         | insurance_payment | 2026-01-02 | 7000
            b         | insurance_payment | 2026-01-01 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 12000
            b         | 0
        """,
    )


def test_insurance_paid_yen_180d(spec):
    """insurance_paid_yen_180d この180日に納めた額。

    基準日と、その前の179日の納付の額の合計です。
    """
    spec(
        "insurance_paid_yen_180d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | quantity
            ----------+-------------------+------------+---------
            a         | insurance_payment | 2026-01-01 | 5000
            a         | insurance_payment | 2025-10-04 | 7000
            b         | insurance_payment | 2025-10-03 | 5000
        """,
        expected="""
            household | value
            ----------+------
            a         | 12000
            b         | 0
        """,
    )


def test_insurance_coming_bill_yen(spec):
    """insurance_coming_bill_yen 納期がこれから来る請求の額。

    基準日までに届いていて、納期限が基準日かそれより後の請求の額の合計です。納期限までは遅れではありません。
    """
    spec(
        "insurance_coming_bill_yen",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on   | quantity
            ----------+-------------------+------------+------------+---------
            a         | insurance_billed  | 2026-03-10 | 2026-04-30 | 20000
            a         | insurance_billed  | 2026-03-10 | 2026-04-01 | 10000
            b         | insurance_billed  | 2026-03-10 | 2026-03-31 | 10000
            c         | insurance_billed  | 2026-04-02 | 2026-04-30 | 10000
        """,
        expected="""
            household | value
            ----------+------
            a         | 30000
            b         | 0
            c         | 0
        """,
    )
