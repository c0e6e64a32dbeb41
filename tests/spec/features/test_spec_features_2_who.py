"""だれの事実を数えてよいか"""


def test_not_visible_is_not_zero(spec):
    """見えないことと、何もないことは違う。

    情報源が見えない世帯の値は空欄です。見えていて事実がなければ0です。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        episodes="""
            household | kind        | began_on
            ----------+-------------+-----------
            a         | tax_overdue | 2026-03-01
            b         | tax_overdue | 2026-03-01
        """,
        visible="""
            household | source
            ----------+-------
            a         | tax
            b         | school
            c         | tax
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | -
            c         | 0
        """,
    )


def test_only_members_with_permission_count(spec):
    """同意のある人の、同意のある情報源の事実だけを数える。

    同じ世帯でも、同意していない人について情報源が何を言っても、値は少しも動きません。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        membership="""
            person | household
            -------+----------
            夫     | a
            妻     | a
        """,
        permission="""
            person | source
            -------+----------
            夫     | tax
            妻     | insurance
        """,
        episodes="""
            person | kind        | began_on
            -------+-------------+-----------
            夫     | tax_overdue | 2026-03-01
            妻     | tax_overdue | 2026-03-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
        """,
    )


def test_permission_covers_facts_from_its_first_day(spec):
    """同意は、対象期間の始め(covers_from)以後に始まった事実だけに及ぶ。

    空欄は、すべての期間に及ぶことを表します。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        permission="""
            person | source | covers_from
            -------+--------+------------
            a-1    | tax    | 2026-02-01
            b-1    | tax    | 2026-02-01
            c-1    | tax    | -
        """,
        episodes="""
            household | kind        | began_on
            ----------+-------------+-----------
            a         | tax_overdue | 2026-01-31
            b         | tax_overdue | 2026-02-01
            c         | tax_overdue | 2019-01-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 0
            b         | 1
            c         | 1
        """,
    )


def test_facts_follow_the_person(spec):
    """人の事実は、その人について行く。

    基準日にどの世帯にいたかを、基準日に分かっていたとおりに見ます。引っ越す前に始まった事実も、いまの世帯のものです。
    """
    spec(
        "tax_overdue_open",
        day="2026-04-01",
        membership="""
            person | household | from       | until      | known_from
            -------+-----------+------------+------------+-----------
            子     | a         | 2010-01-01 | 2026-03-09 | 2026-03-12
            子     | b         | 2026-03-10 | -          | 2026-03-12
            孫     | c         | 2010-01-01 | -          | 2010-01-01
            孫     | d         | 2026-03-10 | -          | 2026-04-02
        """,
        permission="""
            person | source
            -------+-------
            子     | tax
            孫     | tax
        """,
        episodes="""
            person | kind        | began_on
            -------+-------------+-----------
            子     | tax_overdue | 2026-01-01
            孫     | tax_overdue | 2026-01-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 0
            b         | 1
            c         | 1
            d         | 0
        """,
    )


def test_a_dwellings_facts_count_while_the_household_lives_there(spec):
    """住まいの事実は、その世帯が住み始めてからのものだけを数える。

    前に住んでいた世帯の水道のことを、いまの世帯のことにしません。出た世帯にも付いて行きません。
    """
    spec(
        "water_reminder_365d",
        day="2026-04-01",
        residence="""
            dwelling | household | from       | until
            ---------+-----------+------------+-----------
            101号    | a         | 2026-02-01 | -
            101号    | b         | 2015-01-01 | 2026-01-20
        """,
        episodes="""
            dwelling | person | kind           | began_on   | ended_on
            ---------+--------+----------------+------------+-----------
            101号    | -      | water_reminder | 2026-01-10 | 2026-01-10
            101号    | -      | water_reminder | 2026-02-01 | 2026-02-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_a_dwellings_facts_need_the_permission_of_a_member(spec):
    """住まいの事実には、そこに住むだれかの同意が要る。

    対象期間は、同意した世帯員のうち最も早いものによります。
    """
    spec(
        "water_reminder_365d",
        day="2026-04-01",
        membership="""
            person | household
            -------+----------
            夫     | a
            妻     | a
            姉     | b
        """,
        permission="""
            person | source | covers_from
            -------+--------+------------
            夫     | water  | 2026-03-01
            妻     | water  | 2026-01-01
            姉     | tax    | -
        """,
        episodes="""
            household | kind           | began_on   | ended_on
            ----------+----------------+------------+-----------
            a         | water_reminder | 2025-12-31 | 2025-12-31
            a         | water_reminder | 2026-01-01 | 2026-01-01
            b         | water_reminder | 2026-01-01 | 2026-01-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_a_reason_belongs_to_one_person_or_the_dwelling(spec):
    """理由のもとになる事実は、人ごとに(住まいの事実は人の名なしで)示す。

    妻の知らない夫の遅れを、世帯の理由として妻に伝えないためです。
    """
    spec.reasons(
        "tax_overdue_open",
        day="2026-04-01",
        membership="""
            person | household
            -------+----------
            夫     | a
            妻     | a
        """,
        permission="""
            person | source
            -------+-------
            夫     | tax
            妻     | tax
        """,
        episodes="""
            person | kind        | began_on
            -------+-------------+-----------
            夫     | tax_overdue | 2025-11-05
            夫     | tax_overdue | 2026-01-05
            妻     | tax_overdue | 2026-02-05
        """,
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | 夫     | 2025-11-05 | 2026-01-05 | 2
            a         | 妻     | 2026-02-05 | 2026-02-05 | 1
        """,
    )
    spec.reasons(
        "water_stop_notice_365d",
        day="2026-04-01",
        episodes="""
            household | kind              | began_on   | ended_on
            ----------+-------------------+------------+-----------
            a         | water_stop_notice | 2026-02-05 | 2026-02-05
        """,
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | -      | 2026-02-05 | 2026-02-05 | 1
        """,
    )
