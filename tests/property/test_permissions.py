"""The basis gate as the query decides it is what an obvious reading of SOURCES decides, on every day of any ledger.

Each generated ledger holds many people whose 12th, 16th or 18th birthday lies in the days looked at; one query checks
them all.
"""

from datetime import date, timedelta
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from identity.consent_rules import ConsentRules
from identity.permissions import make_permission_by_era, permissions, unfolded
from identity.register import Basis

FIRST = date(2026, 1, 1)
DAYS = 12
PURPOSES = ("early_outreach", "model_training")
SOURCES = ("tax", "water", "school")
RULES = ConsentRules(12, 16, 18, "confirmed", {"v1": 12})
Row = dict[str, Any]


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def entry(source: str, kind: str, purpose: str, *, scores: bool = False, **other: Any) -> Basis:
    usual = {"valid_from": date(2020, 1, 1), "valid_to": None, "opinion": None, "number": f"{source}/{kind}/{purpose}"}
    words = dict.fromkeys(("article", "reason", "extent", "recipient", "decision"), "架空")
    return Basis(source=source, kind=kind, purpose=purpose, scores=scores, council_on=None, **words, **(usual | other))


REGISTER = (
    entry("tax|water|school", "consent", "early_outreach", scores=True),
    entry("tax|water|school", "consent", "model_training", scores=True, valid_from=day_of(3), valid_to=day_of(8)),
    entry("water", "internal_use", "early_outreach", scores=True),
    entry("tax", "internal_use", "early_outreach", scores=True),
    entry("school", "provided_use", "early_outreach", scores=True, opinion="架空"),
    entry("tax", "provided_use", "early_outreach", scores=True, opinion="架空"),
    entry("water", "statutory", "early_outreach"),
)
CONSENTS = pa.schema(
    [(name, pa.string()) for name in ("consent_id", "resident_id", "given_by", "capacity", "basis", "form_version")]
    + [("sources", pa.list_(pa.string())), ("purposes", pa.list_(pa.string()))]
    + [(name, pa.date32()) for name in ("covers_from", "given_on", "ends_on", "withdrawn_on")]
    + [("known_from", pa.date32()), ("known_until", pa.date32())]
)
BIRTHS = pa.schema(
    [("resident_id", pa.string()), ("birth_date", pa.date32()), ("from", pa.date32()), ("until", pa.date32())]
)

early = st.sampled_from([day_of(n) for n in (0, 0, 1, 2, 3, 5)])
seldom_day = st.sampled_from([None] * 3 * DAYS + [day_of(n) for n in range(DAYS)])
births = st.sampled_from(
    [None, None]
    + [date(FIRST.year - years, 1, 1 + turn) for years in (5, 12, 16, 17, 18, 40) for turn in (2, 4, 6, 8, 10)]
)
kinds = st.sampled_from(["consent"] * 16 + ["internal_use", "provided_use", "statutory", "support_meeting"])
speakers = st.sampled_from(
    [
        (None, None),
        (None, "本人"),
        ("self", "本人"),
        ("mother", "親権者"),
        ("mother", "親権者"),
        ("father", "親権者"),
        ("father", "未成年後見人"),
        ("mother", "親権者"),
        ("self", "本人"),
        ("self", "本人"),
        (None, None),
        ("ward", "成年後見人等"),
        (None, "親権者"),
        ("mother", "本人"),
        ("self", "親権者"),
    ]
)


@st.composite
def ledger_row(draw: st.DrawFn) -> Row:
    by, capacity = draw(speakers)
    given_on, known = draw(early), draw(early)
    return {
        "given_by": by,
        "capacity": capacity,
        "basis": draw(kinds),
        "form_version": draw(st.sampled_from(["v1", "v9"])),
        "sources": draw(st.lists(st.sampled_from(SOURCES), min_size=2, max_size=3, unique=True)),
        "purposes": draw(st.sampled_from([PURPOSES, PURPOSES, PURPOSES[:1]])),
        "covers_from": draw(st.none() | st.sampled_from([date(2024, 1, 1), date(2025, 6, 1)])),
        "given_on": given_on,
        "ends_on": draw(seldom_day),
        "withdrawn_on": draw(seldom_day) or draw(st.sampled_from([None] * 6 + [given_on])),
        "known_from": known,
        "known_until": draw(st.sampled_from([None] * 6 + [known + timedelta(days=n) for n in (1, 4)])),
    }


Person = tuple[list[Row], list[Row]]


@st.composite
def person(draw: st.DrawFn) -> Person:
    """Ledger rows, and the birth date as believed: once, or corrected in between."""
    turn = draw(st.none() | st.integers(2, DAYS - 2))
    first = {"birth_date": draw(births), "from": date(2020, 1, 1), "until": None}
    told = [first]
    if turn is not None:
        first["until"] = day_of(turn - 1)
        told.append({"birth_date": draw(births), "from": day_of(turn), "until": None})
    return draw(st.lists(ledger_row(), min_size=2, max_size=4)), told


def birthday(born: date, years: int) -> date:
    return born.replace(year=born.year + years)


def carries(row: Row, source: str, purpose: str, on: date) -> bool:
    """Basis on D, and a live entry of the register that allows it."""
    live = (
        row["known_from"] <= on
        and (row["known_until"] is None or on < row["known_until"])
        and row["given_on"] <= on
        and (row["ends_on"] is None or on <= row["ends_on"])
        and (row["withdrawn_on"] is None or on < row["withdrawn_on"])
    )
    said = source in row["sources"] and purpose in row["purposes"]
    return live and said and any(allows(basis, row["basis"], source, purpose, on) for basis in REGISTER)


def allows(basis: Basis, kind: str, source: str, purpose: str, on: date) -> bool:
    fits = basis.kind == kind and source in basis.source.split("|") and purpose in basis.purpose.split("|")
    live = basis.valid_from <= on and (basis.valid_to is None or on <= basis.valid_to)
    if not fits or not live or kind == "support_meeting":
        return False
    if kind == "consent":
        return True
    if source == "school" or not basis.scores:
        return False
    return source != "tax" or kind not in ("internal_use", "provided_use") or basis.opinion is not None


def speaks(row: Row, resident: str) -> str | None:
    """Who speaks in a row: own, guardian, ward, or nobody when the giver does not fit."""
    by = {"self": resident}.get(row["given_by"], row["given_by"])
    if row["capacity"] in (None, "本人"):
        return "own" if by in (None, resident) else None
    if by in (None, resident):
        return None
    return "ward" if row["capacity"] == "成年後見人等" else "guardian"


def covers(row: Row) -> date:
    if row["covers_from"]:
        return row["covers_from"]
    return row["given_on"].replace(year=row["given_on"].year - 1) if row["form_version"] == "v1" else row["given_on"]


def refused(rows: list[Row], resident: str, source: str, purpose: str, on: date) -> bool:
    """A guardian's withdrawal stands unless the same guardian consented again, later, and that is live."""
    for row in rows:
        believed = row["known_from"] <= on and (row["known_until"] is None or on < row["known_until"])
        guardian = row["capacity"] in ("親権者", "未成年後見人")
        said = source in row["sources"] and purpose in row["purposes"]
        if not (believed and guardian and said and row["withdrawn_on"] and row["withdrawn_on"] <= on):
            continue
        again = [
            later
            for later in rows
            if speaks(later, resident) == "guardian"
            and later["given_by"] == row["given_by"]
            and later["given_on"] > row["given_on"]
            and later["given_on"] >= row["withdrawn_on"]
            and carries(later, source, purpose, on)
        ]
        if not again:
            return True
    return False


def reading(found: Person, resident: str, source: str, purpose: str, on: date) -> date | None:
    """From which day on facts may be used on `on`; None: not at all."""
    rows, told = found
    born = next(b["birth_date"] for b in reversed(told) if b["from"] <= on)
    voices: dict[str | None, list[date]] = {}
    for row in rows:
        if carries(row, source, purpose, on):
            voices.setdefault(speaks(row, resident), []).append(covers(row))
    own, guardian, ward = (min(voices[who]) if who in voices else None for who in ("own", "guardian", "ward"))
    if born is not None and on >= birthday(born, 18):
        return min((day for day in (own, ward) if day), default=None)
    if refused(rows, resident, source, purpose, on):
        return None
    both = max(own, guardian) if own and guardian else None
    if born is None:
        return min((day for day in (both, ward) if day), default=None)
    if on < birthday(born, 12):
        return guardian
    return both if on < birthday(born, 16) else own


def tables(people: list[Person]) -> tuple[pa.Table, pa.Table]:
    """Their consents and births."""
    consents, born = [], []
    for number, (rows, told) in enumerate(people):
        resident = f"p{number:02}"
        for place, row in enumerate(rows):
            by = resident if row["given_by"] == "self" else row["given_by"]
            consents.append({"consent_id": f"{resident}/{place}", "resident_id": resident, **row, "given_by": by})
        born += [{"resident_id": resident, **row} for row in told]
    return pa.Table.from_pylist(consents, schema=CONSENTS), pa.Table.from_pylist(born, schema=BIRTHS)


@settings(derandomize=True, deadline=None, max_examples=12, phases=[Phase.generate])
@given(st.lists(person(), min_size=25, max_size=25))
def test_the_query_is_the_reading_on_every_day(people: list[Person]) -> None:
    table = permissions(*tables(people), REGISTER, RULES)
    assert covered(table) == {
        (f"p{number:02}", source, purpose, on): since
        for number, found in enumerate(people)
        for source in SOURCES
        for purpose in PURPOSES
        for on in (day_of(n) for n in range(DAYS + 3))
        if (since := reading(found, f"p{number:02}", source, purpose, on))
    }


def covered(table: pa.Table) -> dict[tuple[str, str, str, date], date]:
    """Since when facts are covered, by person, source, purpose and day."""
    said: dict[tuple[str, str, str, date], date] = {}
    for row in unfolded(table).to_pylist():
        for on in (day_of(n) for n in range(DAYS + 3)):
            if row["from"] <= on and (row["until"] is None or on <= row["until"]):
                key = (row["resident_id"], row["source"], row["purpose"], on)
                assert key not in said, "two stretches share a day"
                said[key] = row["covers_from"]
    return said


@settings(derandomize=True, deadline=None, max_examples=8, phases=[Phase.generate])
@given(st.lists(person(), min_size=25, max_size=25))
def test_a_number_with_a_later_day_changes_no_day_before_it(people: list[Person]) -> None:
    """Each day follows the numbers of that day; what they allow alike goes on as one stretch."""
    change = day_of(DAYS // 2)
    later = ConsentRules(16, 14, 18, "automatic", {"v1": 3}, ("tax",))
    consents, born = tables(people)
    with duckdb.connect() as con:
        con.register("consents", consents)
        con.register("births", born)
        make_permission_by_era(con, REGISTER, [(date.min, RULES), (change, later)])
        found = con.sql("from permission").to_arrow_table()
        make_permission_by_era(con, REGISTER, [(date.min, RULES), (change, RULES)])
        same = con.sql("from permission order by all").to_arrow_table()
    whole = permissions(consents, born, REGISTER, RULES)
    before, after = (covered(permissions(consents, born, REGISTER, rules)) for rules in (RULES, later))
    assert covered(found) == {key: since for key, since in before.items() if key[-1] < change} | {
        key: since for key, since in after.items() if key[-1] >= change
    }
    assert sorted(map(str, same.to_pylist())) == sorted(map(str, whole.to_pylist()))


def test_one_form_under_one_entry_is_one_row() -> None:
    """All sources for all purposes of a form in one row: a city has millions of forms."""
    row = {
        "consent_id": "c",
        "resident_id": "p",
        "basis": "consent",
        "sources": list(SOURCES),
        "purposes": PURPOSES[:1],
    }
    row |= {"given_on": FIRST, "known_from": FIRST}
    born = [{"resident_id": "p", "birth_date": date(1980, 1, 1), "from": FIRST, "until": None}]
    consents = pa.Table.from_pylist([row], schema=CONSENTS)
    [only] = permissions(consents, pa.Table.from_pylist(born, schema=BIRTHS), REGISTER, RULES).to_pylist()
    assert (only["sources"], only["purposes"]) == ("school|tax|water", "early_outreach")
    [some] = permissions(consents, pa.Table.from_pylist(born, schema=BIRTHS), REGISTER, RULES, ["tax"]).to_pylist()
    assert some["sources"] == "tax"
