"""Episodes look only backwards: what is believed on a day follows from the versions believed by that day.

Every generated example holds many meters and bills at once, so it is not shrunk when it fails.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_contracts.catalog import load_catalog
from data_contracts.profile import Source
from data_contracts.shapes import episodes
from data_contracts.values import ARROW_TYPES

CATALOG = load_catalog(Path(__file__).parents[2] / "config" / "sources")
WATER = CATALOG.source("water_notices", date(2026, 4, 1))
BILLS = CATALOG.source("insurance_bills", date(2026, 4, 1))
FIRST = date(2026, 1, 1)
DAYS = 16
NEVER = DAYS + 1

_span = st.tuples(st.integers(0, DAYS), st.integers(1, NEVER)).map(lambda s: (s[0], max(s[0] + 1, s[1])))
_steps = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["停止", "開栓", "検針"]), st.integers(0, DAYS), _span),
    min_size=20,
    max_size=60,
    unique_by=lambda row: row[:3],
)
_bill = st.tuples(
    st.integers(0, 4), st.one_of(st.none(), st.integers(0, DAYS)), st.sampled_from([0, 500, 1000]), st.booleans()
)
_bills = st.lists(st.lists(_bill, min_size=1, max_size=4), min_size=10, max_size=20)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def water(steps: list[tuple[int, str, int, tuple[int, int]]]) -> pa.Table:
    rows = [
        {
            "customer_no": str(meter), "meter_no": "1", "contract": "個人", "step": step, "step_on": day(on),
            "usage_m3": 0, "dwelling_key": f"d{meter}", "known_from": day(since),
            "known_until": None if until >= NEVER else day(until),
        }
        for meter, step, on, (since, until) in steps
    ]  # fmt: skip
    return table(rows, WATER)


def bills(histories: list[list[tuple[int, int | None, int, bool]]]) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for number, history in enumerate(histories):
        since = 0
        for gap, paid_on, paid_yen, suspended in history:
            if rows and rows[-1]["notice_no"] == str(number):
                rows[-1]["known_until"] = day(since + gap)
            since += gap
            rows.append(
                {
                    "levy": "国民健康保険料", "charged_year": 2025, "notice_no": str(number), "instalment": "01",
                    "resident_id": "1", "due_on": day(number % 8), "billed_yen": 1000, "paid_yen": paid_yen,
                    "paid_on": None if paid_on is None else day(paid_on), "suspended": "1" if suspended else "0",
                    "person_key": f"p{number}", "known_from": day(since), "known_until": None,
                }
            )  # fmt: skip
    return table(rows, BILLS)


def table(rows: list[dict[str, Any]], source: Source) -> pa.Table:
    typed = [(column.name, ARROW_TYPES[column.type]) for column in source.contract.columns]
    more = [
        ("person_key", pa.string()),
        ("dwelling_key", pa.string()),
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),
    ]
    return pa.Table.from_pylist(rows, pa.schema([*typed, *more]))


def known_on(versions: pa.Table, on: date) -> pa.Table:
    """The versions as they stood on a day: later ones unheard of, later ends not yet known."""
    heard = versions.filter(pc.less_equal(versions["known_from"], on))
    until = heard["known_until"]
    open_then = pc.if_else(pc.greater(until, on), pa.scalar(None, pa.date32()), until)
    return heard.set_column(heard.column_names.index("known_until"), "known_until", open_then)


def believed(found: pa.Table, on: date) -> list[tuple]:
    """What the episodes say on a day, without when it was learnt."""
    then = found.filter(pc.less_equal(found["known_from"], on))
    then = then.filter(pc.or_kleene(pc.is_null(then["known_until"]), pc.greater(then["known_until"], on)))
    return [tuple(row.values()) for row in then.drop_columns(["known_from", "known_until"]).to_pylist()]


def in_turn(versions: pa.Table, source: Source) -> pa.Table:
    """All days at once must say on each day what only that day's knowledge says; returns the episodes."""
    whole = episodes(versions, source, lambda natural: natural)
    for number in range(0, DAYS + 1, 4):
        alone = episodes(known_on(versions, day(number)), source, lambda natural: natural)
        assert believed(whole, day(number)) == believed(alone, day(number))
    empty = whole.filter(pc.fill_null(pc.less_equal(whole["known_until"], whole["known_from"]), False))
    assert empty.num_rows == 0
    return whole


def stops_on(versions: pa.Table, on: int) -> list[tuple]:
    """A slow reading of stops: walk each meter's days in order, with what was believed on that day."""
    rows = [r for r in versions.to_pylist() if r["known_from"] <= day(on) and (r["known_until"] or date.max) > day(on)]
    found = []
    for meter in sorted({r["customer_no"] for r in rows}):
        begun = None
        for at in sorted({r["step_on"] for r in rows if r["customer_no"] == meter}):
            steps = {r["step"] for r in rows if r["customer_no"] == meter and r["step_on"] == at}
            was_open = begun is not None
            if "開栓" in steps and begun is not None:
                found.append((meter, begun, at - timedelta(days=1)))
                begun = None
            if "停止" in steps and begun is None and ("開栓" not in steps or was_open):
                begun = at
        if begun is not None:
            found.append((meter, begun, None))
    return sorted(found, key=str)


@settings(derandomize=True, deadline=None, max_examples=6, phases=[Phase.generate])
@given(_steps)
def test_stops_and_runs_look_only_backwards(steps: list[tuple[int, str, int, tuple[int, int]]]) -> None:
    versions = water(steps)
    found = in_turn(versions, WATER)
    stops = found.filter(pc.equal(found["kind"], "water_stop"))
    for number in range(DAYS + 1):
        told = [(row[0].split("|")[2], row[5], row[6]) for row in believed(stops, day(number))]
        assert sorted(told, key=str) == stops_on(versions, number)


@settings(derandomize=True, deadline=None, max_examples=6, phases=[Phase.generate])
@given(_bills)
def test_bills_look_only_backwards(histories: list[list[tuple[int, int | None, int, bool]]]) -> None:
    versions = bills(histories)
    versions = versions.filter(pc.fill_null(pc.greater(versions["known_until"], versions["known_from"]), True))
    found = in_turn(versions, BILLS)
    first_heard = dict(
        zip(versions["notice_no"].to_pylist()[::-1], versions["known_from"].to_pylist()[::-1], strict=True)
    )
    for row in found.to_pylist():
        assert row["known_from"] >= first_heard[row["episode_id"].split("|")[4]]
