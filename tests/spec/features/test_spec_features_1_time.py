"""いつ起きて、いつ分かったか"""


def test_a_fact_counts_from_the_day_it_is_known(spec):
    """事実は、分かった日から数える。

    起きた日ではなく判明日(known_from)が基準日以前のものだけが見えます。判明日の当日は見えます。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | known_from
            ----------+-------------+------------+-----------
            a         | tax_overdue | 2026-03-01 | 2026-03-31
            b         | tax_overdue | 2026-03-01 | 2026-04-01
            c         | tax_overdue | 2026-03-01 | 2026-04-02
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 1
            c         | 0
        """,
    )


def test_a_corrected_version_ends_on_the_day_of_the_correction(spec):
    """訂正された版は、訂正が分かった日の前日まで信じられていた。

    判明の終わり(known_until)の当日には、もう信じられていません。訂正後の版が代わりに数えられます。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | known_from | known_until
            ----------+-------------+------------+------------+------------
            a         | tax_overdue | 2026-03-01 | 2026-03-10 | 2026-04-02
            b         | tax_overdue | 2026-03-01 | 2026-03-10 | 2026-04-01
            c         | tax_overdue | 2026-03-01 | 2026-03-10 | 2026-04-01
            c         | tax_overdue | 2026-03-02 | 2026-04-01 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 1
        """,
    )


def test_open_means_begun_and_not_ended_before_the_day(spec):
    """「続いている」とは、基準日に始まっていて、終わっていないこと。

    始まりと終わりの日はどちらも含みます。先の日付の始まりは見えません。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | ended_on   | known_from
            ----------+-------------+------------+------------+-----------
            a         | tax_overdue | 2026-04-01 | -          | 2026-03-01
            b         | tax_overdue | 2026-04-02 | -          | 2026-03-01
            c         | tax_overdue | 2026-03-01 | 2026-04-01 | 2026-03-01
            d         | tax_overdue | 2026-03-01 | 2026-03-31 | 2026-03-01
            e         | tax_overdue | 2026-03-01 | 2026-05-01 | 2026-03-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 1
            d         | 0
            e         | 1
        """,
    )


def test_a_state_without_a_date_can_be_open_but_never_new(spec):
    """日付の分からない状態は、続いているとは言えても、始まったばかりとは言えない。

    日付なしで届いた状態(`unknown`)は、初めて届いた日を始まりとして持ちます。期間の中で始まった数には入れません。
    """
    facts = """
        household | kind        | began_on   | date_precision
        ----------+-------------+------------+---------------
        a         | tax_overdue | 2026-03-15 | unknown
        b         | tax_overdue | 2026-03-15 | batch
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes=facts,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 1
        """,
    )
    spec(
        "tax_overdue_onset_90d",
        day="2026-04-01",
        episodes=facts,
        expected="""
            household | value
            ----------+------
            a         | 0
            b         | 1
        """,
    )


def test_a_reason_rests_on_dated_facts_only(spec):
    """理由は、日付のある事実にだけもとづく。

    値には数えられていても、日付の分からない状態は理由のもとになりません。
    """
    spec.reasons(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on   | date_precision
            ----------+-------------+------------+---------------
            a         | tax_overdue | 2026-01-15 | day
            a         | tax_overdue | 2026-03-15 | day
            a         | tax_overdue | 2026-03-20 | unknown
        """,
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | a-1    | 2026-01-15 | 2026-03-15 | 2
        """,
    )
