"""What goes to a worker in charge or a responsible desk: a case number and that there is something, nothing else."""

from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from outreach.safeguards import COUNCIL, DESKS

CHANGED, VISIT, SLIP = (
    "変化に気づきました",
    "主任へご連絡ください",
    "連絡票の控えをご確認ください",
)

DESK_LINES = pa.schema(
    [
        ("desk", pa.string()),
        ("case_no", pa.string()),
        ("message", pa.string()),
        ("household_key", pa.string()),
        ("told_on", pa.date32()),
    ]
)
"""household_key (null for slips) is for withdrawal and for not telling twice; it is not printed."""


def desk_lines(
    noticed: pa.Table, listed: pa.Table, cases: pa.Table, before: pa.Table, days: int, day: date
) -> pa.Table:
    """DESK_LINES of ``day``, sorted by desk and case number.

    noticed: household_key, why of households with a worker in charge of whom a change was noticed; not told again
    within ``days`` (before: earlier DESK_LINES). listed: household_key of those who are to be visited this week: the
    council's cases among them go to its desk. cases: safeguards.CASES.
    """
    recent = before.filter(pc.greater(before["told_on"], pa.scalar(day - timedelta(days=days), pa.date32())))
    told = {(row["household_key"], row["desk"]) for row in recent.to_pylist() if row["message"] == CHANGED}
    wanted = {(row["household_key"], row["why"]): CHANGED for row in noticed.to_pylist()}
    wanted |= {(key, COUNCIL): VISIT for key in listed["household_key"].to_pylist()}
    lines = []
    for case in cases.to_pylist():
        message, desk = wanted.get((case["household_key"], case["why"])), DESKS[case["why"]]
        if message == VISIT or (message and (case["household_key"], desk) not in told):
            lines.append({**case, "desk": desk, "message": message, "told_on": day})
    return sorted_lines(pa.Table.from_pylist(lines, DESK_LINES))


def slip_lines(slips: list[str], day: date) -> pa.Table:
    """DESK_LINES for slips about a protected household: the slip's number goes to the desk of 支援措置 only."""
    rows = [
        {"desk": DESKS["protected"], "case_no": slip, "message": SLIP, "household_key": None, "told_on": day}
        for slip in slips
    ]
    return sorted_lines(pa.Table.from_pylist(rows, DESK_LINES))


def sorted_lines(lines: pa.Table) -> pa.Table:
    """In the order of the sheet."""
    return lines.sort_by([("desk", "ascending"), ("case_no", "ascending"), ("message", "ascending")])
