"""つながり・支援"""


def test_sources_overdue(spec):
    """sources_overdue お支払いの遅れがある種類の数。

    市税・保険・家賃のうち、いくつで遅れが続いているかです。同じ種類の遅れがいくつあっても1と数えます。
    見えない情報源のある世帯では、見えるものだけを数えます。どれも見えなければ空欄です。
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


def test_sources_seen_180d(spec):
    """sources_seen_180d この180日にお支払いの遅れが見られた種類の数。

    市税・保険・家賃・水道のうち、いくつで遅れやお知らせが見られたかです。済んだものも、基準日の180日前までに続いていれば数えます。
    """
    spec(
        "sources_seen_180d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | tax_overdue       | 2025-06-01 | 2025-10-03
            a         | insurance_overdue | 2026-01-01 | -
            a         | water_reminder    | 2026-02-01 | 2026-02-01
            b         | tax_overdue       | 2025-06-01 | 2025-10-02
            b         | water_reminder    | 2025-10-03 | 2025-10-03
            c         | water_reminder    | 2025-10-02 | 2025-10-02
        """,
        expected="""
            household | value
            ----------+------
            a         | 3
            b         | 1
            c         | 0
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


def test_public_notice_365d(spec):
    """public_notice_365d 掲示で知らせた回数(公示送達)。

    基準日とその前の364日のものを、市税・保険の合計で数えます。
    """
    spec(
        "public_notice_365d",
        day="2026-04-01",
        episodes="""
            household | kind                    | began_on   | ended_on
            ----------+-------------------------+------------+-----------
            a         | tax_public_notice       | 2026-01-10 | 2026-01-10
            a         | insurance_public_notice | 2025-04-02 | 2025-04-02
            b         | tax_public_notice       | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
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


def _plan(spec, feature):
    drawing = """
        household | kind            | began_on   | ended_on
        ----------+-----------------+------------+-----------
        a         | {s}_plan        | 2025-10-01 | -
        a         | {s}_plan        | 2025-11-01 | -
        b         | {s}_plan        | 2025-10-01 | 2026-03-14
        b         | {s}_plan_broken | 2026-03-15 | 2026-03-15
    """
    spec(
        feature,
        day="2026-04-01",
        episodes=drawing.replace("{s}", feature.split("_")[0]),
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )


def test_tax_plan_open(spec):
    """tax_plan_open 続いている市税の分割納付の件数。

    支えになる事実です(向きは−1)。守られなくなったお約束と、納め終わったお約束は数えません。
    """
    _plan(spec, "tax_plan_open")


def test_insurance_plan_open(spec):
    """insurance_plan_open 続いている保険料の分割納付の件数。

    数え方は市税と同じです。情報源ごとに分けるのは、一つを隠したときに支えの合計が減って点が上がることのないようにです。
    """
    _plan(spec, "insurance_plan_open")


def test_consulted_365d(spec):
    """consulted_365d この1年の自立相談の受付。

    基準日とその前の364日の受付を数えます。生活保護の相談・申請・受給は、どの特徴量にもなりません。
    """
    spec(
        "consulted_365d",
        day="2026-04-01",
        episodes="""
            household | kind                         | began_on   | ended_on
            ----------+------------------------------+------------+-----------
            a         | welfare_consulted            | 2025-04-02 | 2025-04-02
            b         | welfare_consulted            | 2025-04-01 | 2025-04-01
            c         | welfare_assistance_consulted | 2026-01-10 | 2026-01-10
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 0
        """,
    )


def test_support_open(spec):
    """support_open 続いている支援。

    支えになる事実です(向きは−1)。プラン・住居確保給付金・家計改善・就労準備のうち、続いているものを数えます。
    """
    spec(
        "support_open",
        day="2026-04-01",
        episodes="""
            household | kind                    | began_on   | ended_on
            ----------+-------------------------+------------+-----------
            a         | welfare_plan            | 2026-01-10 | -
            a         | welfare_housing_benefit | 2026-02-01 | 2026-04-30
            b         | welfare_plan            | 2025-10-01 | 2026-03-31
            c         | welfare_assistance      | 2026-01-10 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
        """,
    )
