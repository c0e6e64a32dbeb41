"""請求・納付・決定(家計・税、保険)

納付・減免・納め終えたことは支えになる事実です(向きは−1)。見えない情報源では空欄になり、支えの分だけ点が下がることもありません。
"""


def _bills(spec, feature, bills, expected):
    """One drawing for both: `{s}` stands for the source."""
    spec(feature, day="2026-04-01", episodes=bills.replace("{s}", feature.split("_")[0]), expected=expected)


def _paid_count(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | quantity
            ----------+-------------+------------+---------
            a         | {s}_payment | 2026-04-01 | 5000
            a         | {s}_payment | 2025-10-04 | 5000
            b         | {s}_payment | 2025-10-03 | 5000
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_tax_paid_count_180d(spec):
    """tax_paid_count_180d この180日に納めた期の数。

    基準日と、その前の179日の納付を数えます。1期を分けて納めたときは、最後の収入日の1回です。
    """
    _paid_count(spec, "tax_paid_count_180d")


def test_insurance_paid_count_180d(spec):
    """insurance_paid_count_180d この180日に納めた期の数。

    数え方は市税と同じです。
    """
    _paid_count(spec, "insurance_paid_count_180d")


def _paid_yen(spec, feature, first, before):
    _bills(
        spec,
        feature,
        f"""
            household | kind        | began_on   | quantity
            ----------+-------------+------------+---------
            a         | {{s}}_payment | 2026-04-01 | 5000
            a         | {{s}}_payment | {first} | 7000
            b         | {{s}}_payment | {before} | 5000
        """,
        """
            household | value
            ----------+------
            a         | 12000
            b         | 0
        """,
    )


def test_tax_paid_yen_90d(spec):
    """tax_paid_yen_90d この90日に納めた額。

    基準日と、その前の89日の納付の額の合計です。
    """
    _paid_yen(spec, "tax_paid_yen_90d", "2026-01-02", "2026-01-01")


def test_tax_paid_yen_180d(spec):
    """tax_paid_yen_180d この180日に納めた額。

    基準日と、その前の179日の納付の額の合計です。
    """
    _paid_yen(spec, "tax_paid_yen_180d", "2025-10-04", "2025-10-03")


def test_insurance_paid_yen_90d(spec):
    """insurance_paid_yen_90d この90日に納めた額。

    数え方は市税と同じです。
    """
    _paid_yen(spec, "insurance_paid_yen_90d", "2026-01-02", "2026-01-01")


def test_insurance_paid_yen_180d(spec):
    """insurance_paid_yen_180d この180日に納めた額。

    数え方は市税と同じです。
    """
    _paid_yen(spec, "insurance_paid_yen_180d", "2025-10-04", "2025-10-03")


def _coming(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind       | began_on   | ended_on   | quantity
            ----------+------------+------------+------------+---------
            a         | {s}_billed | 2026-03-10 | 2026-04-30 | 20000
            a         | {s}_billed | 2026-03-10 | 2026-04-01 | 10000
            b         | {s}_billed | 2026-03-10 | 2026-03-31 | 10000
            c         | {s}_billed | 2026-04-02 | 2026-04-30 | 10000
        """,
        """
            household | value
            ----------+------
            a         | 30000
            b         | 0
            c         | 0
        """,
    )


def test_tax_coming_bill_yen(spec):
    """tax_coming_bill_yen 納期がこれから来る請求の額。

    基準日までに届いていて、納期限が基準日かそれより後の請求の額の合計です。納期限までは遅れではありません。
    """
    _coming(spec, "tax_coming_bill_yen")


def test_insurance_coming_bill_yen(spec):
    """insurance_coming_bill_yen 納期がこれから来る請求の額。

    数え方は市税と同じです。
    """
    _coming(spec, "insurance_coming_bill_yen")


def _caught_up(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind          | began_on   | ended_on
            ----------+---------------+------------+-----------
            a         | {s}_caught_up | 2026-04-01 | 2026-04-01
            a         | {s}_caught_up | 2025-10-04 | 2025-10-04
            b         | {s}_caught_up | 2025-10-03 | 2025-10-03
            c         | {s}_payment   | 2026-03-01 | 2026-03-01
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_tax_caught_up_180d(spec):
    """tax_caught_up_180d 遅れていた市税を納め終えた期の数。

    遅れていた期を自分で納め終えた日を数えます。期限のうちに納めた期は数えません(納付そのものは別の特徴量です)。
    """
    _caught_up(spec, "tax_caught_up_180d")


def test_insurance_caught_up_180d(spec):
    """insurance_caught_up_180d 遅れていた保険料を納め終えた期の数。

    数え方は市税と同じです。
    """
    _caught_up(spec, "insurance_caught_up_180d")


def _relief(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind         | began_on   | ended_on
            ----------+--------------+------------+-----------
            a         | {s}_reduced  | 2026-01-10 | 2026-01-10
            a         | {s}_deferred | 2025-04-02 | 2025-04-02
            b         | {s}_reduced  | 2025-04-01 | 2025-04-01
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_tax_relief_365d(spec):
    """tax_relief_365d この1年に市税の減免・猶予が決まった件数。

    減免の決定と猶予の決定を、期ごとに数えます。
    """
    _relief(spec, "tax_relief_365d")


def test_insurance_relief_365d(spec):
    """insurance_relief_365d この1年に保険料の減免・猶予が決まった件数。

    数え方は市税と同じです。
    """
    _relief(spec, "insurance_relief_365d")


def test_tax_levies_overdue(spec):
    """tax_levies_overdue お支払いが済んでいない市税の税目の数。

    納期限の翌日を1日目として31日目から数えます(それまでは収納の反映の遅れかもしれません)。同じ税目の期がいくつあっても1です。
    """
    spec(
        "tax_levies_overdue",
        day="2026-04-01",
        episodes="""
            household | kind                     | began_on   | ended_on
            ----------+--------------------------+------------+-----------
            a         | resident_tax_bill_unpaid | 2025-11-01 | -
            a         | resident_tax_bill_unpaid | 2026-02-01 | -
            a         | vehicle_tax_bill_unpaid  | 2026-03-02 | -
            b         | property_tax_bill_unpaid | 2026-03-03 | -
            c         | resident_tax_bill_unpaid | 2025-11-01 | -
            c         | property_tax_bill_unpaid | 2025-11-01 | -
            c         | vehicle_tax_bill_unpaid  | 2025-06-01 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 2
        """,
    )


def test_elderly_contributions_open(spec):
    """elderly_contributions_open 介護保険料・後期高齢者医療保険料のお支払いが済んでいない期の数。

    納期限の翌日を1日目として31日目から数えます。国民健康保険は数えません。
    """
    spec(
        "elderly_contributions_open",
        day="2026-04-01",
        episodes="""
            household | kind                | began_on   | ended_on
            ----------+---------------------+------------+-----------
            a         | care_bill_unpaid    | 2025-11-01 | -
            a         | elderly_bill_unpaid | 2026-03-02 | -
            b         | care_bill_unpaid    | 2026-03-03 | -
            c         | nhi_bill_unpaid     | 2025-11-01 | -
            d         | care_bill_unpaid    | 2025-11-01 | 2026-03-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
            d         | 0
        """,
    )


def _decision(spec, feature, kind):
    drawing = """
        household | kind             | began_on   | ended_on   | date_precision
        ----------+------------------+------------+------------+---------------
        a         | tax_{k}          | 2025-09-01 | -          | day
        a         | insurance_{k}    | 2025-10-01 | -          | day
        b         | tax_{k}          | 2025-09-01 | 2026-03-31 | day
        c         | tax_{k}          | 2026-03-20 | -          | unknown
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
            c         | 1
        """,
    )
    spec.reasons(
        feature,
        day="2026-04-01",
        episodes=drawing.replace("{k}", kind),
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | a-1    | 2025-09-01 | 2025-10-01 | 2
        """,
    )


def test_seizure_open(spec):
    """seizure_open 処分の手続きが続いている期の数。

    市税と保険の差押のうち、解かれていないものを期ごとに数えます。日付のない市の印(date_precision が unknown)は
    数には入りますが、理由のもとにはなりません。
    """
    _decision(spec, "seizure_open", "seized")


def test_hardship_finding_open(spec):
    """hardship_finding_open 徴収を見合わせる決定がある期の数。

    執行停止のうち、財産がない・生活の窮迫によるものを期ごとに数えます。取り消されたものは数えません。
    """
    _decision(spec, "hardship_finding_open", "suspended_hardship")
