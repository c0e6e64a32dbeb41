"""What one bill row becomes: tax_bills/episodes.yaml and insurance_bills/episodes.yaml as a table of drawn cases."""

from datetime import date

import duckdb
import pytest
from contract_cases import source, staged

D = date
KNOWN = D(2025, 3, 1)
# What FirstKnown says, row by row in the order of knowing.
FIRST_KNOWN = "min(case when {when} then known_from end) over (partition by resident_id order by known_from)"
DUE = {"due_on": "2024-06-30", "billed_yen": "10000", "paid_yen": "", "paid_on": "", "close_reason": ""}


def episodes(name: str, *versions: tuple[date, dict[str, str]]) -> dict[str, tuple]:
    """kind → (began_on, ended_on, quantity, precision) of the last version, by evaluating the declared SQL plainly."""
    of = source(name)
    levy = of.contract.column("levy").values[0]
    key = {"levy": levy, "charged_year": "2024", "notice_no": "1", "instalment": "01", "resident_id": "0" * 15}
    con = duckdb.connect()
    con.register("staged", staged(of, [key | DUE | cells for _, cells in versions]))
    days = ", ".join(f"({row}, DATE '{day}')" for row, (day, _) in enumerate(versions, 2))
    con.execute(f"CREATE VIEW v0 AS SELECT * FROM staged JOIN (VALUES {days}) AS k(row, known_from) USING (row)")
    for step, (derived, said) in enumerate(of.episodes.derive.items()):
        sql = said if isinstance(said, str) else FIRST_KNOWN.format(when=said.when)
        con.execute(f'CREATE VIEW v{step + 1} AS SELECT *, ({sql}) AS "{derived}" FROM v{step}')
    found = {}
    for e in of.episodes.entries:
        row = con.execute(
            f"SELECT {e.began_on}, {e.ended_on or 'NULL'}, {e.quantity or 'NULL'}, {e.precision} "
            f"FROM v{len(of.episodes.derive)} WHERE row = {len(versions) + 1} AND ({e.when})"
        ).fetchone()
        if row and (row[1] is None or row[0] <= row[1]):
            found[e.kind] = row
    return found


def one(cells: dict[str, str], name: str = "tax_bills") -> dict[str, tuple]:
    return episodes(name, (KNOWN, cells))


UNPAID = "resident_tax_bill_unpaid"
CASES = [
    # what is delivered, kind, (began, ended, yen, precision) or None
    ({}, UNPAID, (D(2024, 7, 1), None, 10000, "day")),
    ({}, "tax_overdue", (D(2024, 7, 30), None, 10000, "day")),
    ({"reminder_on": "2024-07-20"}, "tax_overdue", (D(2024, 7, 20), None, 10000, "day")),
    ({"reminder_on": "2024-08-20"}, "tax_overdue", (D(2024, 8, 20), None, 10000, "day")),
    # paid: the day before it was paid; on time leaves nothing; in the 30 days leaves no overdue
    ({"paid_yen": "10000", "paid_on": "2024-09-01"}, UNPAID, (D(2024, 7, 1), D(2024, 8, 31), 10000, "day")),
    ({"paid_yen": "10000", "paid_on": "2024-06-30"}, UNPAID, None),
    ({"paid_yen": "10000", "paid_on": "2024-07-01"}, UNPAID, None),
    ({"paid_yen": "10000", "paid_on": "2024-07-02"}, UNPAID, (D(2024, 7, 1), D(2024, 7, 1), 10000, "day")),
    ({"paid_yen": "10000", "paid_on": "2024-07-30"}, "tax_overdue", None),
    ({"paid_yen": "10500", "paid_on": "2024-09-01"}, "tax_overdue", (D(2024, 7, 30), D(2024, 8, 31), 10000, "day")),
    # part payment does not end it
    ({"paid_yen": "9999", "paid_on": "2024-09-01"}, UNPAID, (D(2024, 7, 1), None, 1, "day")),
    # paid, but nobody says when: known then
    ({"paid_yen": "10000"}, UNPAID, (D(2024, 7, 1), D(2025, 2, 28), 10000, "unknown")),
    # ended otherwise
    ({"written_off_on": "2025-01-10"}, UNPAID, (D(2024, 7, 1), D(2025, 1, 9), 10000, "day")),
    ({"close_reason": "不納欠損", "written_off_on": "2025-01-10"}, UNPAID,
     (D(2024, 7, 1), D(2025, 1, 9), 10000, "day")),
    ({"close_reason": "減額更正"}, UNPAID, (D(2024, 7, 1), D(2025, 2, 28), 10000, "unknown")),
    ({"close_reason": "承継"}, UNPAID, (D(2024, 7, 1), D(2025, 2, 28), 10000, "unknown")),
    ({"close_reason": "猶予", "deferred_on": "2024-12-01"}, UNPAID, (D(2024, 7, 1), D(2024, 11, 30), 10000, "day")),
    ({"close_reason": "充当", "paid_on": "2024-10-05"}, UNPAID, (D(2024, 7, 1), D(2024, 10, 4), 10000, "day")),
    # corrected to nothing: not «paid», but no arrears from then on
    ({"billed_yen": "0"}, UNPAID, (D(2024, 7, 1), D(2025, 2, 28), 0, "unknown")),
    # the employer's debt or a pension deduction is not visible
    ({"collected_by": "特別徴収"}, UNPAID, None),
    ({"collected_by": "1", "seized_on": "2025-01-01"}, "tax_seized", None),
    ({"collected_by": "0"}, UNPAID, (D(2024, 7, 1), None, 10000, "day")),
    # returned mail, plans, help, seizure, suspension
    ({"reminder_on": "2024-07-20", "reminder_returned_on": "2024-07-29"}, "tax_reminder_returned",
     (D(2024, 7, 29), None, None, "day")),
    ({"plan_on": "2024-09-01"}, "tax_plan", (D(2024, 9, 1), None, None, "day")),
    ({"plan_on": "2024-09-01", "plan_broken_on": "2024-12-31"}, "tax_plan",
     (D(2024, 9, 1), D(2024, 12, 30), None, "day")),
    ({"plan_on": "2024-09-01", "plan_broken_on": "2024-12-31"}, "tax_plan_broken",
     (D(2024, 12, 31), None, None, "day")),
    ({"plan_on": "2024-09-01", "paid_yen": "10000", "paid_on": "2024-11-01"}, "tax_plan",
     (D(2024, 9, 1), D(2024, 10, 31), None, "day")),
    ({"in_plan": "1"}, "tax_plan", (KNOWN, None, None, "unknown")),
    ({"deferred_on": "2024-09-01"}, "tax_deferred", (D(2024, 9, 1), None, None, "day")),
    ({"reduced_on": "2024-09-01"}, "tax_reduced", (D(2024, 9, 1), None, None, "day")),
    ({"seized_on": "2025-01-15"}, "tax_seized", (D(2025, 1, 15), None, None, "day")),
    ({"seized_on": "2025-01-15", "released_on": "2025-02-01"}, "tax_seized",
     (D(2025, 1, 15), D(2025, 1, 31), None, "day")),
    ({"enforced": "1"}, "tax_seized", (KNOWN, None, None, "unknown")),
    ({"suspended": "2", "suspended_on": "2025-01-31"}, "tax_suspended_hardship", (D(2025, 1, 31), None, None, "day")),
    ({"suspended": "1", "suspended_on": "2025-01-31"}, "tax_suspended_hardship", (D(2025, 1, 31), None, None, "day")),
    ({"suspended": "3", "suspended_on": "2025-01-31"}, "tax_suspended_hardship", None),
    ({"suspended": "2"}, "tax_suspended_hardship", (KNOWN, None, None, "unknown")),
    ({"suspended": "2", "suspended_on": "2025-01-31", "lifted_on": "2025-02-10"}, "tax_suspended_hardship",
     (D(2025, 1, 31), D(2025, 2, 9), None, "day")),
]  # fmt: skip


@pytest.mark.parametrize(("cells", "kind", "expected"), CASES)
def test_one_row(cells: dict[str, str], kind: str, expected: tuple | None) -> None:
    assert one(cells).get(kind) == expected


def test_a_state_without_a_date_begins_when_it_was_first_known() -> None:
    """Later corrections of the row do not move its beginning, and what was known later does not move it earlier."""
    history = [
        (D(2024, 8, 1), {}),
        (D(2024, 9, 1), {"suspended": "2"}),
        (D(2024, 10, 1), {"suspended": "2", "carried": "x"}),
    ]
    assert episodes("tax_bills", *history)["tax_suspended_hardship"][0] == D(2024, 9, 1)
    assert "tax_suspended_hardship" not in episodes("tax_bills", history[0])


def test_an_end_without_a_date_stays_where_it_was_first_known() -> None:
    """A later change of another column must not make a paid bill look open for longer."""
    history = [(D(2024, 8, 1), {}), (D(2024, 9, 1), {"paid_yen": "10000"})]
    history.append((D(2024, 12, 1), {"paid_yen": "10000", "carried": "x"}))
    assert episodes("tax_bills", *history)[UNPAID] == (D(2024, 7, 1), D(2024, 8, 31), 10000, "unknown")
    dated = {"paid_yen": "10000", "paid_on": "2024-08-20"}
    assert episodes("tax_bills", *history, (D(2025, 1, 1), dated))[UNPAID][1] == D(2024, 8, 19)


def test_insurance_speaks_the_same_way() -> None:
    found = one({"levy": "国民健康保険", "seized_on": "2025-01-15"}, "insurance_bills")
    assert found["nhi_bill_unpaid"][0] == D(2024, 7, 1)
    assert set(found) == {"nhi_bill_unpaid", "insurance_overdue", "insurance_seized", "insurance_billed"}
    assert "care_bill_unpaid" in one({"levy": "介護保険"}, "insurance_bills")
    assert "elderly_bill_unpaid" in one({"levy": "後期高齢者医療"}, "insurance_bills")


def test_levies_have_kinds_of_their_own() -> None:
    assert "property_tax_bill_unpaid" in one({"levy": "固定資産税"})
    assert "vehicle_tax_bill_unpaid" in one({"levy": "軽自動車税"})
    assert UNPAID not in one({"levy": "軽自動車税"})
