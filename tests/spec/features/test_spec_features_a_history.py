"""前の年からのこと(家計・税、保険)

年に一度の請求や、毎年くり返す遅れは、この章の値にだけ表れます。5年(1,825日)は市税の徴収権の時効と同じです。
"""


def _both(spec, feature, episodes, expected, day="2026-04-01"):
    """One drawing for both: `{s}` stands for the source."""
    spec(feature, day=day, episodes=episodes.replace("{s}", feature.split("_")[0]), expected=expected)


def _seized(spec, feature, first, before):
    _both(
        spec,
        feature,
        f"""
            household | kind         | began_on   | ended_on
            ----------+--------------+------------+-----------
            a         | {{s}}_seized | 2026-03-31 | -
            a         | {{s}}_seized | {first}    | {first}
            b         | {{s}}_seized | {before}   | -
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
        """,
    )


def test_tax_seized_365d(spec):
    """tax_seized_365d この1年に始まった手続きの件数。

    基準日と、その前の364日に始まったものを、いまは終わっているものも含めて数えます。
    """
    _seized(spec, "tax_seized_365d", "2025-04-02", "2025-04-01")


def test_tax_seized_1825d(spec):
    """tax_seized_1825d この5年に始まった手続きの件数。

    基準日と、その前の1,824日です。
    """
    _seized(spec, "tax_seized_1825d", "2021-04-03", "2021-04-02")


def test_insurance_seized_365d(spec):
    """insurance_seized_365d この1年に始まった手続きの件数。

    数え方は市税と同じです。
    """
    _seized(spec, "insurance_seized_365d", "2025-04-02", "2025-04-01")


def test_insurance_seized_1825d(spec):
    """insurance_seized_1825d この5年に始まった手続きの件数。

    数え方は市税と同じです。
    """
    _seized(spec, "insurance_seized_1825d", "2021-04-03", "2021-04-02")


def _ended(spec, feature, first, before):
    _both(
        spec,
        feature,
        f"""
            household | kind          | began_on   | ended_on   | date_precision
            ----------+---------------+------------+------------+---------------
            a         | {{s}}_overdue | 2020-05-01 | 2026-03-31 | day
            a         | {{s}}_overdue | 2020-06-01 | {first}    | day
            b         | {{s}}_overdue | 2020-05-01 | {before}   | day
            c         | {{s}}_overdue | 2020-05-01 | 2026-04-01 | day
            d         | {{s}}_overdue | 2020-05-01 | -          | day
            e         | {{s}}_overdue | 2020-05-01 | 2026-03-31 | unknown
        """,
        """
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
            d         | 0
            e         | 0
        """,
    )


def test_tax_overdue_ended_365d(spec):
    """tax_overdue_ended_365d この1年に終わった遅れの数。

    終わった日が基準日の前365日にあるものです。基準日に続いているものと、終わった日が分からないものは数えません。
    """
    _ended(spec, "tax_overdue_ended_365d", "2025-04-01", "2025-03-31")


def test_tax_overdue_ended_1825d(spec):
    """tax_overdue_ended_1825d この5年に終わった遅れの数。

    終わった日が基準日の前1,825日にあるものです。
    """
    _ended(spec, "tax_overdue_ended_1825d", "2021-04-02", "2021-04-01")


def test_insurance_overdue_ended_365d(spec):
    """insurance_overdue_ended_365d この1年に終わった遅れの数。

    数え方は市税と同じです。
    """
    _ended(spec, "insurance_overdue_ended_365d", "2025-04-01", "2025-03-31")


def test_insurance_overdue_ended_1825d(spec):
    """insurance_overdue_ended_1825d この5年に終わった遅れの数。

    数え方は市税と同じです。
    """
    _ended(spec, "insurance_overdue_ended_1825d", "2021-04-02", "2021-04-01")


def _growth(spec, feature):
    _both(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | {s}_overdue | 2026-04-01 | -          | 9000
            a         | {s}_overdue | 2025-04-02 | 2025-05-01 | 1000
            a         | {s}_overdue | 2025-04-01 | 2025-05-01 | 3000
            a         | {s}_overdue | 2024-04-02 | -          | 1000
            b         | {s}_overdue | 2026-04-01 | -          | 9000
            b         | {s}_overdue | 2024-04-01 | -          | 5000
            c         | {s}_overdue | 2025-04-01 | -          | 5000
        """,
        """
            household | value
            ----------+------
            a         | 6000
            b         | 0
            c         | -5000
        """,
    )


def test_tax_overdue_yen_growth(spec):
    """tax_overdue_yen_growth 遅れの額の、前の年からの増え方。

    直近365日に始まった額から、その前の365日に始まった額を引きます。前の年に何もなければ(b)、増えたとは言わず0です。
    """
    _growth(spec, "tax_overdue_yen_growth")


def test_insurance_overdue_yen_growth(spec):
    """insurance_overdue_yen_growth 遅れの額の、前の年からの増え方。

    数え方は市税と同じです。
    """
    _growth(spec, "insurance_overdue_yen_growth")


def _of_billed(spec, feature):
    _both(
        spec,
        feature,
        """
            household | kind        | began_on   | ended_on   | quantity
            ----------+-------------+------------+------------+---------
            a         | {s}_overdue | 2025-08-01 | -          | 3125
            a         | {s}_billed  | 2025-06-10 | 2025-06-30 | 5000
            a         | {s}_billed  | 2025-03-10 | 2025-04-01 | 5000
            b         | {s}_overdue | 2022-08-01 | -          | 40000
            b         | {s}_billed  | 2025-06-10 | 2025-06-30 | 10000
            c         | {s}_overdue | 2025-08-01 | -          | 3000
            c         | {s}_billed  | 2025-03-10 | 2025-03-31 | 5000
            d         | {s}_overdue | 2025-08-01 | 2026-03-31 | 3000
            d         | {s}_billed  | 2025-06-10 | 2025-06-30 | 5000
        """,
        """
            household | value
            ----------+------
            a         | 31.25
            b         | 400
            c         | 0
            d         | 0
        """,
    )


def test_tax_overdue_of_billed(spec):
    """tax_overdue_of_billed 1年分の請求に対する、済んでいない額の割合。

    この365日に納期が来た請求100円あたり、基準日に続いている遅れが何円か(端数はそのまま)。古い遅れも入るので100を超えます(b)。
    この1年に納期が来たものがなければ(c)0です。
    """
    _of_billed(spec, "tax_overdue_of_billed")


def test_insurance_overdue_of_billed(spec):
    """insurance_overdue_of_billed 1年分の請求に対する、済んでいない額の割合。

    数え方は市税と同じです。
    """
    _of_billed(spec, "insurance_overdue_of_billed")
