"""Chapter: how the bills of tax and insurance become episodes.

Left: what the office delivered (`known` = day of the delivery). Right: what we then believed, and from when until when.
An interval holds both its ends; `-` is empty: still open, or still believed.
"""

from drawn_episodes import check

BILL = {
    "levy": "国民健康保険料", "charged_year": "2026", "notice_no": "1", "instalment": "01",
    "resident_id": "000000000000123", "due_on": "R8.6.30", "billed_yen": "20,000",
}  # fmt: skip
UNPAID = ("nhi_bill_unpaid",)
BOTH = ("nhi_bill_unpaid", "insurance_overdue")


def test_a_bill_paid_on_time_is_never_seen_open() -> None:
    """What would begin on 1 July is believed until 1 July only: on no day is it known and begun."""
    check(
        "insurance_bills",
        """
        known      | paid_yen | paid_on
        2026-06-10 | 0        | -
        2026-07-01 | 20000    | 2026-06-30
        """,
        """
        kind            | began      | ended | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -     | 20000  | day       | 2026-06-10 | 2026-07-01
        insurance_overdue | 2026-07-30 | -   | 20000  | day       | 2026-06-10 | 2026-07-01
        """,
        kinds=BOTH,
        **BILL,
    )


def test_known_only_after_it_was_paid_there_was_never_anything() -> None:
    check(
        "insurance_bills",
        """
        known      | paid_yen | paid_on
        2026-07-02 | 20000    | 2026-06-30
        """,
        "kind | began | ended | amount | precision | known from | until",
        kinds=BOTH,
        **BILL,
    )


def test_paid_on_time_but_posted_late_was_believed_unpaid_for_a_while() -> None:
    """Posting lag: from 10 July until 20 July we could not know better, and a replay of those days must not either."""
    check(
        "insurance_bills",
        """
        known      | paid_yen | paid_on
        2026-07-10 | 0        | -
        2026-07-20 | 20000    | 2026-06-29
        """,
        """
        kind            | began      | ended | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -     | 20000  | day       | 2026-07-10 | 2026-07-20
        """,
        kinds=UNPAID,
        **BILL,
    )


def test_paid_late_it_ends_on_the_day_before_the_payment() -> None:
    """It counts for reasons from the reminder; before that it may be posting lag."""
    check(
        "insurance_bills",
        """
        known      | paid_yen | paid_on    | reminder_on
        2026-07-10 | 0        | -          | -
        2026-07-25 | 0        | -          | 2026-07-20
        2026-09-05 | 20000    | 2026-09-01 | 2026-07-20
        """,
        """
        kind              | began      | ended      | amount | precision | known from | until
        nhi_bill_unpaid   | 2026-07-01 | -          | 20000  | day       | 2026-07-10 | 2026-09-05
        nhi_bill_unpaid   | 2026-07-01 | 2026-08-31 | 20000  | day       | 2026-09-05 | -
        insurance_overdue | 2026-07-30 | -          | 20000  | day       | 2026-07-10 | 2026-07-25
        insurance_overdue | 2026-07-20 | -          | 20000  | day       | 2026-07-25 | 2026-09-05
        insurance_overdue | 2026-07-20 | 2026-08-31 | 20000  | day       | 2026-09-05 | -
        """,
        kinds=BOTH,
        **BILL,
    )


def test_part_payment_does_not_end_it() -> None:
    check(
        "insurance_bills",
        """
        known      | paid_yen | paid_on
        2026-07-10 | 0        | -
        2026-08-10 | ５，０００  | 2026-08-03
        """,
        """
        kind            | began      | ended | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -     | 20000  | day       | 2026-07-10 | 2026-08-10
        nhi_bill_unpaid | 2026-07-01 | -     | 15000  | day       | 2026-08-10 | -
        """,
        kinds=UNPAID,
        **BILL,
    )


def test_a_bill_corrected_down_to_what_was_paid_is_paid() -> None:
    """更正: paid_yen ≥ billed_yen after the correction; what was believed before stays in the history."""
    check(
        "insurance_bills",
        """
        known      | billed_yen | paid_yen | paid_on
        2026-07-10 | 20000      | 12000    | 2026-07-05
        2026-08-10 | 12000      | 12000    | 2026-07-05
        """,
        """
        kind            | began      | ended      | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -          | 8000   | day       | 2026-07-10 | 2026-08-10
        nhi_bill_unpaid | 2026-07-01 | 2026-07-04 | 12000  | day       | 2026-08-10 | -
        """,
        kinds=UNPAID,
        **BILL,
    )


def test_carried_over_in_june_it_is_the_same_episode() -> None:
    """滞納繰越 changes attributes of the bill, none that the episode is made of: no new version."""
    check(
        "insurance_bills",
        """
        known      | paid_yen | carried  | assessed_year
        2026-07-10 | 0        | -        | 2026
        2027-06-01 | 0        | 滞納繰越 | 2027
        """,
        """
        kind            | began      | ended | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -     | 20000  | day       | 2026-07-10 | -
        """,
        kinds=UNPAID,
        **BILL,
    )


def test_deducted_by_employer_or_pension_is_not_visible() -> None:
    """特別徴収 says nothing about the person: not «paid», not «unpaid». Switched over, it is no longer believed."""
    check(
        "insurance_bills",
        """
        known      | collected_by | paid_yen
        2026-07-10 | 1            | 0
        """,
        "kind | began | ended | amount | precision | known from | until",
        **BILL,
    )
    check(
        "insurance_bills",
        """
        known      | collected_by | paid_yen
        2026-07-10 | 普通徴収       | 0
        2026-08-10 | 特別徴収       | 0
        """,
        """
        kind            | began      | ended | amount | precision | known from | until
        nhi_bill_unpaid | 2026-07-01 | -     | 20000  | day       | 2026-07-10 | 2026-08-10
        """,
        kinds=UNPAID,
        **BILL,
    )


def test_a_plan_that_broke_ends_on_the_day_before() -> None:
    check(
        "insurance_bills",
        """
        known      | paid_yen | plan_on    | plan_broken_on
        2026-09-01 | 0        | 2026-08-20 | -
        2026-12-01 | 2000     | 2026-08-20 | 2026-11-15
        """,
        """
        kind                  | began      | ended      | amount | precision | known from | until
        insurance_plan        | 2026-08-20 | -          | -      | day       | 2026-09-01 | 2026-12-01
        insurance_plan        | 2026-08-20 | 2026-11-14 | -      | day       | 2026-12-01 | -
        insurance_plan_broken | 2026-11-15 | 2026-11-15 | -      | day       | 2026-12-01 | -
        """,
        kinds=("insurance_plan", "insurance_plan_broken"),
        **BILL,
    )


def test_a_state_without_a_date_begins_when_we_learn_of_it() -> None:
    """It is marked `unknown` and is never a label; later news about other things does not move its beginning."""
    check(
        "tax_bills",
        """
        known      | suspended | suspended_on | paid_yen
        2026-09-01 | 2         | -            | 0
        2026-10-01 | 2         | -            | 500
        2026-11-01 | 2         | 2026-08-25   | 500
        """,
        """
        kind                   | began      | ended | amount | precision | known from | until
        tax_suspended_hardship | 2026-09-01 | -     | -      | unknown   | 2026-09-01 | 2026-11-01
        tax_suspended_hardship | 2026-08-25 | -     | -      | day       | 2026-11-01 | -
        """,
        kinds=("tax_suspended_hardship",),
        **(BILL | {"levy": "住民税"}),
    )


def test_a_bill_is_known_before_it_falls_due_and_a_payment_is_a_fact_of_its_own() -> None:
    """The bill counts as coming from the day we knew of it until it falls due; a corrected amount is a new version."""
    check(
        "insurance_bills",
        """
        known      | billed_yen | paid_yen | paid_on
        2026-06-10 | 20000      | 0        | -
        2026-06-20 | 18000      | 0        | -
        2026-07-25 | 18000      | 5000     | 2026-07-10
        2026-08-25 | 18000      | 18000    | 2026-08-10
        """,
        """
        kind              | began      | ended      | amount | precision | known from | until
        insurance_billed  | 2026-06-10 | 2026-06-30 | 20000  | batch     | 2026-06-10 | 2026-06-20
        insurance_billed  | 2026-06-10 | 2026-06-30 | 18000  | batch     | 2026-06-20 | -
        insurance_payment | 2026-07-10 | 2026-07-10 | 5000   | day       | 2026-07-25 | 2026-08-25
        insurance_payment | 2026-08-10 | 2026-08-10 | 18000  | day       | 2026-08-25 | -
        """,
        kinds=("insurance_billed", "insurance_payment"),
        **BILL,
    )


def test_a_payment_in_advance_counts_on_the_day_the_bill_falls_due() -> None:
    """Whoever pays the whole year in June is not someone who pays nothing in autumn."""
    check(
        "tax_bills",
        """
        known      | billed_yen | paid_yen | paid_on    | due_on
        2026-05-10 | 20000      | 0        | -          | 2026-10-31
        2026-06-25 | 20000      | 20000    | 2026-06-01 | 2026-10-31
        """,
        """
        kind        | began      | ended      | amount | precision | known from | until
        tax_billed  | 2026-05-10 | 2026-10-31 | 20000  | batch     | 2026-05-10 | -
        tax_payment | 2026-10-31 | 2026-10-31 | 20000  | day       | 2026-06-25 | -
        """,
        kinds=("tax_billed", "tax_payment"),
        **{name: value for name, value in (BILL | {"levy": "住民税"}).items() if name != "due_on"},
    )


def test_a_bill_first_heard_of_after_it_fell_due_is_billed_on_that_day() -> None:
    """Nothing to pay is no bill; a payment without its day is no dated fact."""
    check(
        "insurance_bills",
        """
        known      | billed_yen | paid_yen | paid_on
        2026-08-10 | 20000      | 3000     | -
        2026-09-10 | 0          | 0        | -
        """,
        """
        kind             | began      | ended      | amount | precision | known from | until
        insurance_billed | 2026-06-30 | 2026-06-30 | 20000  | batch     | 2026-08-10 | 2026-09-10
        """,
        kinds=("insurance_billed", "insurance_payment"),
        **BILL,
    )


LETTERS = ("tax_public_notice", "tax_demand", "tax_caught_up", "tax_heir_bill")
LATE = BILL | {"levy": "固定資産税", "payer_role": "本人", "reminder_on": "2026-07-20"}


def test_letters_after_the_reminder_are_events_of_their_own() -> None:
    """Each instalment keeps the last demand only: a later one takes the place of the earlier."""
    check(
        "tax_bills",
        """
        known      | paid_yen | demand_on  | public_notice_on
        2026-09-10 | 0        | 2026-09-01 | -
        2026-12-10 | 0        | 2026-12-01 | 2026-11-20
        """,
        """
        kind              | began      | ended      | amount | precision | known from | until
        tax_demand        | 2026-09-01 | 2026-09-01 | -      | day       | 2026-09-10 | 2026-12-10
        tax_demand        | 2026-12-01 | 2026-12-01 | -      | day       | 2026-12-10 | -
        tax_public_notice | 2026-11-20 | 2026-11-20 | -      | day       | 2026-12-10 | -
        """,
        kinds=LETTERS,
        **LATE,
    )


def test_an_overdue_bill_paid_off_is_a_fact_of_its_own() -> None:
    """Part payment does not make one; a bill paid before the reminder went out was never overdue."""
    check(
        "tax_bills",
        """
        known      | paid_yen | paid_on
        2026-08-10 | 5000     | 2026-08-01
        2026-09-10 | 20000    | 2026-09-01
        """,
        """
        kind          | began      | ended      | amount | precision | known from | until
        tax_caught_up | 2026-09-01 | 2026-09-01 | -      | day       | 2026-09-10 | -
        """,
        kinds=LETTERS,
        **LATE,
    )
    check(
        "tax_bills",
        """
        known      | paid_yen | paid_on
        2026-08-10 | 20000    | 2026-07-20
        """,
        "kind | began | ended | amount | precision | known from | until",
        kinds=LETTERS,
        **LATE,
    )


def test_what_was_seized_was_not_caught_up() -> None:
    check(
        "tax_bills",
        """
        known      | paid_yen | paid_on    | seized_on
        2026-09-10 | 20000    | 2026-09-01 | 2026-08-20
        """,
        "kind | began | ended | amount | precision | known from | until",
        kinds=LETTERS,
        **LATE,
    )


def test_a_bill_taken_over_for_somebody_who_died_is_known_by_the_role_of_the_payer() -> None:
    """On the day it was first heard of; the fact is the heir's, who must have consented."""
    check(
        "tax_bills",
        """
        known      | paid_yen | paid_on
        2026-06-10 | 0        | -
        2026-07-10 | 20000    | 2026-06-30
        """,
        """
        kind          | began      | ended      | amount | precision | known from | until
        tax_heir_bill | 2026-06-10 | 2026-06-10 | -      | batch     | 2026-06-10 | -
        """,
        kinds=LETTERS,
        **(LATE | {"payer_role": "相続人代表", "reminder_on": "-"}),
    )
