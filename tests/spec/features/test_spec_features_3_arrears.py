"""遅れ(家計・税、保険)

市税と保険料は同じ定義です。どちらか一方の情報源だけから計算します。
"""

from datetime import date, timedelta


def _bills(spec, feature, bills, expected, *, day="2026-04-01"):
    """One drawing for both: `{s}` stands for the source, `{u}` for an unpaid bill before it counts."""
    source = feature.split("_")[0]
    unpaid = {"tax": "resident_tax_bill_unpaid", "insurance": "nhi_bill_unpaid"}[source]
    spec(feature, day=day, episodes=bills.replace("{s}", source).replace("{u}", unpaid), expected=expected)


def _overdue_open(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2025-09-01 | -
            a         | {s}_overdue | 2025-11-01 | -
            b         | {s}_overdue | 2025-09-01 | 2026-03-31
            c         | {u}         | 2025-09-01 | -
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_tax_overdue_open(spec):
    """tax_overdue_open 市税のお支払いが済んでいない期の数。

    数えるのは `tax_overdue` だけです。納期限を過ぎただけのもの(`…_bill_unpaid`)は、
    収納の反映の遅れかもしれないので数えません。
    """
    _overdue_open(spec, "tax_overdue_open")


def test_insurance_overdue_open(spec):
    """insurance_overdue_open 保険料のお支払いが済んでいない期の数。

    数えるのは `insurance_overdue` だけです。
    """
    _overdue_open(spec, "insurance_overdue_open")


def _longest(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2026-04-01 | -
            b         | {s}_overdue | 2026-03-01 | -
            b         | {s}_overdue | 2026-03-20 | -
            c         | {s}_overdue | 2018-01-01 | -
            d         | {s}_overdue | 2024-01-01 | 2026-03-31
        """,
        """
            household | value
            ----------+------
            a         | 1
            b         | 32
            c         | 1825
            d         | 0
        """,
    )


def test_tax_longest_overdue_days(spec):
    """tax_longest_overdue_days 最も長く済んでいない日数。

    始まった日を1日目と数えます。納められたものは数えません。上限は1,825日です。
    """
    _longest(spec, "tax_longest_overdue_days")


def test_insurance_longest_overdue_days(spec):
    """insurance_longest_overdue_days 最も長く済んでいない日数。

    数え方は市税と同じです。
    """
    _longest(spec, "insurance_longest_overdue_days")


def _year_open(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2025-04-01 | -
            a         | {s}_overdue | 2024-10-01 | -
            b         | {s}_overdue | 2025-04-02 | -
            c         | {s}_overdue | 2024-10-01 | 2026-03-31
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_tax_overdue_year_open(spec):
    """tax_overdue_year_open 1年を超えて済んでいない期の数。

    始まった日を1日目として、366日目から数えます。6月に付く繰越の印は見ません。
    """
    _year_open(spec, "tax_overdue_year_open")


def test_insurance_overdue_year_open(spec):
    """insurance_overdue_year_open 1年を超えて済んでいない期の数。

    保険では、1年を超えると給付に影響することがあります。
    """
    _year_open(spec, "insurance_overdue_year_open")


def _largest(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | {s}_overdue | 2026-01-01 | -          | 12000
            a         | {s}_overdue | 2026-02-01 | -          | 30000
            b         | {s}_overdue | 2026-01-01 | 2026-03-31 | 50000
            b         | {s}_overdue | 2026-02-01 | -          | -
        """,
        """
            household | value
            ----------+------
            a         | 30000
            b         | 0
        """,
    )


def test_tax_largest_overdue_yen(spec):
    """tax_largest_overdue_yen お支払いが済んでいない期の最も大きい額。

    基準日に続いている遅れのうち、まだの額が最も大きい1期の額です。合計ではありません。額が分からない期は0です。
    """
    _largest(spec, "tax_largest_overdue_yen")


def test_insurance_largest_overdue_yen(spec):
    """insurance_largest_overdue_yen お支払いが済んでいない期の最も大きい額。

    数え方は市税と同じです。
    """
    _largest(spec, "insurance_largest_overdue_yen")


def _months(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2025-11-02 | -
            b         | {s}_overdue | 2025-11-03 | 2026-03-31
            c         | {s}_overdue | 2026-04-01 | -
            c         | {s}_overdue | 2026-03-02 | -
            d         | {s}_overdue | 2026-03-03 | 2026-03-31
            e         | {s}_overdue | 2020-01-01 | 2025-11-02
        """,
        """
            household | value
            ----------+------
            a         | 6
            b         | 4
            c         | 3
            d         | 0
            e         | 1
        """,
    )


def test_tax_overdue_months(spec):
    """tax_overdue_months 市税のお支払いの遅れの重なり。

    基準日と、そこから30日おきにさかのぼる5時点(合わせて6時点)で続いていた期を数えて足します。
    半年続く1期は6、その日に始まった3期は3です。
    """
    _months(spec, "tax_overdue_months")


def test_insurance_overdue_months(spec):
    """insurance_overdue_months 保険料のお支払いの遅れの重なり。

    数え方は市税と同じです。
    """
    _months(spec, "insurance_overdue_months")


def _streak(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2026-04-01 | -
            b         | {s}_overdue | 2026-03-20 | -
            b         | {s}_overdue | 2026-01-20 | 2026-03-19
            b         | {s}_overdue | 2025-11-20 | 2026-01-19
            c         | {s}_overdue | 2025-06-01 | 2026-03-31
            d         | {s}_overdue | 2026-03-20 | -
            d         | {s}_overdue | 2025-06-01 | 2026-01-30
            e         | {s}_overdue | 2022-01-01 | -
        """,
        """
            household | value
            ----------+------
            a         | 1
            b         | 5
            c         | 0
            d         | 1
            e         | 12
        """,
    )


def test_tax_overdue_streak_months(spec):
    """tax_overdue_streak_months 遅れが途切れずに続いている月数。

    基準日から30日おきにさかのぼり、遅れのない時点に当たるまで数えます(上限12)。b は、前の期を納めるころに次の期が
    遅れている世帯です: 最も長い遅れは13日でも、5か月続いています。c は納め終えているので0です。
    """
    _streak(spec, "tax_overdue_streak_months")


def test_insurance_overdue_streak_months(spec):
    """insurance_overdue_streak_months 遅れが途切れずに続いている月数。

    数え方は市税と同じです。
    """
    _streak(spec, "insurance_overdue_streak_months")


def _unpaid_share(spec, feature, first):
    """`first`: the first day of the window."""
    _bills(
        spec,
        feature,
        f"""
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | {{s}}_billed  | 2026-01-10 | 2026-01-31 | 20000
            a         | {{s}}_billed  | 2026-02-10 | 2026-02-28 | 12000
            a         | {{s}}_payment | 2026-01-31 | 2026-01-31 | 20000
            b         | {{s}}_billed  | 2026-01-10 | 2026-03-31 | 10000
            c         | {{s}}_billed  | 2026-03-10 | 2026-04-01 | 10000
            d         | {{s}}_billed  | 2025-09-10 | {first - timedelta(days=1)} | 10000
            d         | {{s}}_billed  | 2025-09-10 | {first} | 10000
            d         | {{s}}_payment | {first - timedelta(days=1)} | {first - timedelta(days=1)} | 4000
            d         | {{s}}_payment | {first} | {first} | 3000
            e         | {{s}}_billed  | 2026-01-10 | 2026-01-31 | 10000
            e         | {{s}}_payment | 2026-03-01 | 2026-03-01 | 12500
            f         | {{s}}_billed  | 2026-01-10 | 2026-01-31 | 10000
            f         | {{s}}_payment | 2026-03-01 | 2026-03-01 | 80000
        """,
        """
            household | value
            ----------+------
            a         | 37.5
            b         | 100
            c         | 0
            d         | 70
            e         | -25
            f         | -100
        """,
    )


def test_tax_unpaid_share_90d(spec):
    """tax_unpaid_share_90d この90日に納期が来た額のうち、まだ納められていない割合。

    基準日の前90日に納期が来た額(請求の終わりの日が納期限)と、同じ90日の納付を比べます。前もって納めた分は納期限の日の納付です。
    端数はそのままです。古い遅れも納めていて、納期が来た額より多いとき(e)は負で、−100まで(f)。納期が来たものがなければ0です。
    """
    _unpaid_share(spec, "tax_unpaid_share_90d", date(2026, 1, 1))


def test_insurance_unpaid_share_90d(spec):
    """insurance_unpaid_share_90d この90日に納期が来た額のうち、まだ納められていない割合。

    数え方は市税と同じです。
    """
    _unpaid_share(spec, "insurance_unpaid_share_90d", date(2026, 1, 1))


def test_a_bill_that_waits_for_its_payment_to_be_posted_is_no_reason(spec):
    """納期が来たばかりの期は、きっかけにならない

    納付が市に届いて記録されるまでの間は、納められていない割合が上がることがあります。きっかけとして述べるのは、遅れになった期だけです。
    """
    spec.reasons(
        "tax_unpaid_share_90d",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | tax_billed  | 2026-01-10 | 2026-01-31 | 10000
            a         | tax_billed  | 2026-02-10 | 2026-03-31 | 10000
            a         | tax_overdue | 2026-02-20 | -          | 10000
        """,
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | a-1    | 2026-02-20 | 2026-02-20 | 1
        """,
    )


def test_tax_unpaid_share_180d(spec):
    """tax_unpaid_share_180d この180日に納期が来た額のうち、まだ納められていない割合。

    数え方は90日のものと同じで、納期の少ない季節にも左右されにくい数です。
    """
    _unpaid_share(spec, "tax_unpaid_share_180d", date(2025, 10, 3))


def test_insurance_unpaid_share_180d(spec):
    """insurance_unpaid_share_180d この180日に納期が来た額のうち、まだ納められていない割合。

    数え方は市税と同じです。
    """
    _unpaid_share(spec, "insurance_unpaid_share_180d", date(2025, 10, 3))


def _onset(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2026-04-01 | -
            b         | {s}_overdue | 2026-01-02 | -
            c         | {s}_overdue | 2026-01-01 | -
            d         | {s}_overdue | 2026-02-01 | 2026-02-20
        """,
        """
            household | value
            ----------+------
            a         | 1
            b         | 1
            c         | 0
            d         | 1
        """,
    )


def test_tax_overdue_onset_90d(spec):
    """tax_overdue_onset_90d この90日に遅れ始めた期の数。

    基準日と、その前の89日に始まったものを数えます(両端を含む)。その後に納められていても数えます。
    """
    _onset(spec, "tax_overdue_onset_90d")


def test_insurance_overdue_onset_90d(spec):
    """insurance_overdue_onset_90d この90日に遅れ始めた期の数。

    数え方は市税と同じです。
    """
    _onset(spec, "insurance_overdue_onset_90d")


def _trend(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2026-03-01 | -
            a         | {s}_overdue | 2026-01-02 | -
            a         | {s}_overdue | 2026-01-01 | -
            b         | {s}_overdue | 2025-10-04 | 2025-12-01
            c         | {s}_overdue | 2025-10-03 | -
        """,
        """
            household | value
            ----------+------
            a         | 1
            b         | -1
            c         | 0
        """,
    )


def test_tax_trend(spec):
    """tax_trend 市税のお支払いの遅れの増え方(その前の90日と比べて)。

    この90日に始まった数から、その前の90日に始まった数を引きます。減っていれば負の値です。
    """
    _trend(spec, "tax_trend")


def test_insurance_trend(spec):
    """insurance_trend 保険料のお支払いの遅れの増え方(その前の90日と比べて)。

    数え方は市税と同じです。
    """
    _trend(spec, "insurance_trend")


def _vs_last_year(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on
            ----------+-------------+------------+-----------
            a         | {s}_overdue | 2026-07-20 | -
            a         | {s}_overdue | 2026-08-20 | -
            a         | {s}_overdue | 2025-07-20 | 2025-11-30
            a         | {s}_overdue | 2025-08-20 | 2025-11-30
            b         | {s}_overdue | 2026-07-20 | -
            b         | {s}_overdue | 2026-08-20 | -
            c         | {s}_overdue | 2025-08-31 | 2025-11-30
            d         | {s}_overdue | 2025-09-01 | 2025-11-30
            e         | {s}_overdue | 2025-06-03 | 2025-11-30
            f         | {s}_overdue | 2025-06-02 | 2025-11-30
        """,
        """
            household | value
            ----------+------
            a         | 0
            b         | 2
            c         | -1
            d         | 0
            e         | -1
            f         | 0
        """,
        day="2026-08-31",
    )


def test_tax_overdue_vs_last_year(spec):
    """tax_overdue_vs_last_year 遅れの増え方(1年前の同じ90日と比べて)。

    基準日とその前の89日に始まった数から、365日前までの90日に始まった数を引きます。a は去年の夏も今年の夏も2期ずつ遅れた
    世帯で0、b は今年から遅れた世帯で2です。納期の並びによる夏の山は、どちらの世帯の印にもなりません。
    """
    _vs_last_year(spec, "tax_overdue_vs_last_year")


def test_insurance_overdue_vs_last_year(spec):
    """insurance_overdue_vs_last_year 遅れの増え方(1年前の同じ90日と比べて)。

    数え方は市税と同じです。
    """
    _vs_last_year(spec, "insurance_overdue_vs_last_year")


def _demand(spec, feature):
    _bills(
        spec,
        feature,
        """
            household | kind       | began_on   | ended_on
            ----------+------------+------------+-----------
            a         | {s}_demand | 2026-04-01 | 2026-04-01
            a         | {s}_demand | 2025-10-04 | 2025-10-04
            b         | {s}_demand | 2025-10-03 | 2025-10-03
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_tax_demand_180d(spec):
    """tax_demand_180d 市税の催告の数。

    基準日とその前の179日に催告のあった期を数えます。期ごとに、最後の催告の日が残ります。
    """
    _demand(spec, "tax_demand_180d")


def test_insurance_demand_180d(spec):
    """insurance_demand_180d 保険料の催告の数。

    数え方は市税と同じです。
    """
    _demand(spec, "insurance_demand_180d")
