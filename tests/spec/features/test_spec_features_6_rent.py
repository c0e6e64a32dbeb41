"""住まい・ライフライン: 家賃と住まいの給付"""


def _unpaid(spec, feature, values):
    a, b, c = values
    spec(
        feature,
        day="2026-04-01",
        episodes="""
            household | kind                | began_on   | ended_on   | quantity | date_precision
            ----------+---------------------+------------+------------+----------+---------------
            a         | housing_rent_unpaid | 2026-02-01 | -          | 18000    | day
            a         | housing_rent_unpaid | 2026-03-01 | -          | 22000    | day
            b         | housing_rent_unpaid | 2026-03-03 | -          | 22000    | day
            c         | housing_rent_unpaid | 2025-12-01 | 2026-03-14 | 22000    | unknown
        """,
        expected=f"""
            household | value
            ----------+------
            a         | {a}
            b         | {b}
            c         | {c}
        """,
    )


def test_rent_unpaid_open(spec):
    """rent_unpaid_open 家賃のお支払いが済んでいない月の数。

    家賃の月末の翌日を1日目として31日目から数えます(それまでは収納の反映の遅れかもしれません)。納まったと分かった月は数えません。
    """
    _unpaid(spec, "rent_unpaid_open", (2, 0, 0))


def test_rent_unpaid_yen(spec):
    """rent_unpaid_yen 家賃のお支払いが済んでいない額。

    同じ月々の、まだの額の合計です。
    """
    _unpaid(spec, "rent_unpaid_yen", (40000, 0, 0))


def _arrears(spec, feature, values, *, day="2026-04-01"):
    a, b, c, d = values
    spec(
        feature,
        day=day,
        episodes="""
            household | kind            | began_on   | ended_on   | quantity | date_precision
            ----------+-----------------+------------+------------+----------+---------------
            a         | housing_arrears | 2026-01-31 | 2026-05-14 | 3        | batch
            b         | housing_arrears | 2025-09-30 | 2026-02-14 | 4        | batch
            b         | housing_arrears | 2026-02-28 | 2026-05-14 | 1        | batch
            c         | housing_arrears | 2025-09-30 | 2026-02-14 | 4        | batch
            d         | housing_arrears | 2022-01-31 | 2026-05-14 | 12       | batch
        """,
        expected=f"""
            household | value
            ----------+------
            a         | {a}
            b         | {b}
            c         | {c}
            d         | {d}
        """,
    )


def test_rent_months_overdue(spec):
    """rent_months_overdue 家賃の遅れの月数(管理の台帳)。

    続いている遅れについて、管理者が数えた月数のうち最も大きいものです。続く月は、次の月のファイルが届くころまで続くとみなします。
    """
    _arrears(spec, "rent_months_overdue", (3, 1, 0, 12))


def test_rent_arrears_onset_90d(spec):
    """rent_arrears_onset_90d この90日に始まった家賃の遅れ。

    遅れのなかった世帯で始まったことです。b は、いったん終わったあとにまた始まっています。
    """
    _arrears(spec, "rent_arrears_onset_90d", (1, 1, 0, 0))


def test_rent_arrears_open_days(spec):
    """rent_arrears_open_days 家賃の遅れが途切れずに続いている日数。

    始まった日を1日目と数えます(上限は3年、1,095日)。
    """
    _arrears(spec, "rent_arrears_open_days", (61, 33, 0, 1095))


def test_eviction_steps_365d(spec):
    """eviction_steps_365d 住まいの明渡しの手続きの数。

    基準日とその前の364日の、明渡しの請求と訴えです。明渡しの日は、先の日付なら見えません。
    """
    spec(
        "eviction_steps_365d",
        day="2026-04-01",
        episodes="""
            household | kind            | began_on   | ended_on
            ----------+-----------------+------------+-----------
            a         | housing_claim   | 2025-11-10 | 2025-11-10
            a         | housing_suit    | 2026-02-10 | 2026-02-10
            b         | housing_claim   | 2025-04-01 | 2025-04-01
            c         | housing_vacate  | 2026-03-31 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def _state(spec, feature, kind):
    drawing = """
        household | kind | began_on   | ended_on   | date_precision
        ----------+------+------------+------------+---------------
        a         | {k}  | 2025-10-01 | 2026-05-14 | batch
        b         | {k}  | 2025-10-01 | 2026-03-14 | batch
    """
    spec(
        feature,
        day="2026-04-01",
        episodes=drawing.replace("{k}", kind),
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_rent_income_unreported_open(spec):
    """rent_income_unreported_open 収入の申告がまだ。

    申告がまだの月が、基準日に続いているかどうかです。
    """
    _state(spec, "rent_income_unreported_open", "housing_income_unreported")


def test_rent_reduced_open(spec):
    """rent_reduced_open 続いている家賃の減免。

    支えになる事実です(向きは−1)。
    """
    _state(spec, "rent_reduced_open", "housing_reduced")


def test_housing_benefit_ended_180d(spec):
    """housing_benefit_ended_180d この180日に終わった住居確保給付金。

    終わった日の翌日を数えます。終わる日が先に決まっていても、その日が来るまでは見えません。
    """
    spec(
        "housing_benefit_ended_180d",
        day="2026-04-01",
        episodes="""
            household | kind                          | began_on   | ended_on   | known_from
            ----------+-------------------------------+------------+------------+-----------
            a         | welfare_housing_benefit_ended | 2026-04-01 | 2026-04-01 | 2026-01-05
            b         | welfare_housing_benefit_ended | 2026-04-02 | 2026-04-02 | 2026-01-05
            c         | welfare_housing_benefit_ended | 2025-10-03 | 2025-10-03 | 2025-10-03
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 0
        """,
    )
