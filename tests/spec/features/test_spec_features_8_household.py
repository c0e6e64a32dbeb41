"""世帯の変化

同意した大人自身の情報源(とその大人が保護者として同意した子の情報源)が言うことだけを使います。住民記録からは計算しません。
"""


def test_heir_bill_new_365d(spec):
    """heir_bill_new_365d 相続人の代表として市税の請求を受けるようになった。

    この1年に始まった請求の期を数えます。その前の1年にも同じ請求があれば、毎年の請求なので0です。
    """
    spec(
        "heir_bill_new_365d",
        day="2026-04-01",
        episodes="""
            household | kind          | began_on   | ended_on
            ----------+---------------+------------+-----------
            a         | tax_heir_bill | 2025-04-10 | 2025-04-10
            a         | tax_heir_bill | 2025-07-10 | 2025-07-10
            b         | tax_heir_bill | 2025-04-10 | 2025-04-10
            b         | tax_heir_bill | 2024-04-10 | 2024-04-10
            c         | tax_heir_bill | 2025-04-01 | 2025-04-01
            d         | tax_heir_bill | 2025-04-10 | 2025-04-10
            d         | tax_heir_bill | 2024-04-01 | 2024-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 2
            b         | 0
            c         | 0
            d         | 1
        """,
    )


def test_water_name_changed_365d(spec):
    """water_name_changed_365d お住まいの水道の名義が変わった。

    基準日とその前の364日の名義変更です。世帯がそこに住み始めた日からのものだけを数えます(b は入居の前の変更)。
    """
    spec(
        "water_name_changed_365d",
        day="2026-04-01",
        residence="""
            household | dwelling | from
            ----------+----------+-----------
            a         | a-家     | 2015-04-01
            b         | b-家     | 2025-10-01
            c         | c-家     | 2015-04-01
        """,
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | water_name_changed | 2025-11-10 | 2025-11-10
            b         | water_name_changed | 2025-09-30 | 2025-09-30
            c         | water_name_changed | 2025-04-01 | 2025-04-01
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 0
        """,
    )


def test_school_aid_new_365d(spec):
    """school_aid_new_365d 就学援助を新しく申請した。

    この1年の申請を数えます。その前の1年にも申請していれば、毎年の更新なので0です。
    """
    spec(
        "school_aid_new_365d",
        day="2026-04-01",
        episodes="""
            household | kind               | began_on   | ended_on
            ----------+--------------------+------------+-----------
            a         | school_aid_applied | 2025-05-10 | 2025-06-30
            b         | school_aid_applied | 2025-05-10 | 2025-06-30
            b         | school_aid_applied | 2024-05-10 | 2024-06-30
            c         | school_aid_applied | 2024-05-10 | 2024-06-30
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 0
        """,
    )


def test_hospital_onset_180d(spec):
    """hospital_onset_180d この180日に始まった入院・入所。

    基準日とその前の179日に始まったものです。すでに終わっていても数えます。
    """
    spec(
        "hospital_onset_180d",
        day="2026-04-01",
        episodes="""
            household | kind             | began_on   | ended_on
            ----------+------------------+------------+-----------
            a         | welfare_hospital | 2025-10-04 | 2025-11-10
            b         | welfare_hospital | 2025-10-03 | -
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_care_new_365d(spec):
    """care_new_365d 新しく始まった介護認定。

    この1年に始まった認定を数えます。その前の1年にも始まった認定があれば、更新なので0です。
    """
    spec(
        "care_new_365d",
        day="2026-04-01",
        episodes="""
            household | kind                   | began_on   | ended_on
            ----------+------------------------+------------+-----------
            a         | welfare_care_certified | 2025-09-01 | -
            b         | welfare_care_certified | 2025-09-01 | -
            b         | welfare_care_certified | 2024-09-01 | 2025-08-31
        """,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
        """,
    )


def test_care_and_preschool_open(spec):
    """care_and_preschool_open 介護と就学前の子育てが重なっている。

    どちらも基準日に続いているときだけ1です。一方だけの世帯は0で、理由のもとになる事実もありません。
    """
    drawing = """
        household | kind                   | began_on   | ended_on
        ----------+------------------------+------------+-----------
        a         | welfare_care_certified | 2025-09-01 | -
        a         | welfare_preschool      | 2025-04-01 | -
        b         | welfare_care_certified | 2025-09-01 | -
        b         | welfare_preschool      | 2025-04-01 | 2026-03-31
        c         | welfare_preschool      | 2025-04-01 | -
    """
    spec(
        "care_and_preschool_open",
        day="2026-04-01",
        episodes=drawing,
        expected="""
            household | value
            ----------+------
            a         | 1
            b         | 0
            c         | 0
        """,
    )
    spec.reasons(
        "care_and_preschool_open",
        day="2026-04-01",
        episodes=drawing,
        expected="""
            household | person | first_on   | latest_on  | n
            ----------+--------+------------+------------+--
            a         | a-1    | 2025-04-01 | 2025-09-01 | 2
        """,
    )
