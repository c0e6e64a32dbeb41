"""Protection as the query decides it is what an obvious reading of SOURCES decides, on every day of any history.

Each generated history holds many people; one query per day and kind of release checks them all.
"""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from identity.protection import Release, protected_on, protected_stretches

FIRST = date(2026, 1, 1)
DAYS = 12
VERSIONS = pa.schema(
    [("resident_id", pa.string()), ("measure_no", pa.string()), ("history_no", pa.int64()), ("state", pa.string())]
    + [(name, pa.date32()) for name in ("starts_on", "ends_on", "released_on", "known_from", "known_until")]
    + [("deleted", pa.bool_()), ("closed_by", pa.string())]
)
Row = dict[str, Any]


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


day = st.integers(0, DAYS - 1).map(day_of)
content = st.fixed_dictionaries(
    {
        "state": st.sampled_from("1239"),
        "starts_on": day,
        "ends_on": st.none() | day | st.just(date(9999, 12, 31)),
        "released_on": st.none() | day,
        "deleted": st.sampled_from([None, False, False, True]),
    }
)


@st.composite
def key_history(draw: st.DrawFn) -> list[Row]:
    """The versions of one row of the file: known one after the other, with gaps after vanishing."""
    turns = sorted(draw(st.sets(st.integers(0, DAYS - 1), min_size=1, max_size=3)))
    rows: list[Row] = []
    for place, known in enumerate(turns):
        version: Row = {**draw(content), "known_from": day_of(known), "known_until": None, "closed_by": None}
        after = turns[place + 1] if place + 1 < len(turns) else DAYS
        why = draw(st.sampled_from(["corrected", "vanished"]))
        if why == "vanished" or after < DAYS:
            gone = draw(st.integers(known + 1, after)) if why == "vanished" else after
            version |= {"known_until": day_of(gone), "closed_by": why}
        rows.append(version)
    return rows


person = st.dictionaries(
    st.tuples(st.sampled_from([None, "1", "2"]), st.integers(1, 3)), key_history(), min_size=1, max_size=4
).map(lambda keys: {k: v for k, v in keys.items() if not (k[0] is None and ("1", k[1]) in keys)})
city = st.lists(person, min_size=12, max_size=12)


def protected_by_reading(keys: dict[tuple[str | None, int], list[Row]], on: date, release: Release) -> bool:
    """SOURCES «protected_persons», sentence by sentence."""
    measures: dict[str, dict[int, Row]] = {}
    for (measure, history), versions in keys.items():
        told = [version for version in versions if version["known_from"] <= on]
        if told:  # vanishing never ends anything: what was told last stands
            measures.setdefault(measure or "1", {})[history] = told[-1]
    return any(_measure_protects(rows, on, release) for rows in measures.values())


def _measure_protects(rows: dict[int, Row], on: date, release: Release) -> bool:
    undeleted = {history: row for history, row in rows.items() if not row["deleted"]}
    if not undeleted:
        return False
    row = undeleted[max(undeleted)]
    if row["state"] == "9" or row["ends_on"] is None or row["ends_on"].year == 9999 or on <= row["ends_on"]:
        return True
    if release == "automatic":
        return False
    return row["released_on"] is None or on <= row["released_on"]


@settings(derandomize=True, deadline=None, max_examples=12, phases=[Phase.generate])
@given(city, st.sampled_from(["confirmed", "automatic"]))
def test_the_query_is_the_reading_on_every_day(
    people: list[dict[tuple[str | None, int], list[Row]]], release: Release
) -> None:
    rows = [
        {"resident_id": f"p{number:02}", "measure_no": measure, "history_no": history, **version}
        for number, keys in enumerate(people)
        for (measure, history), versions in keys.items()
        for version in versions
    ]
    versions = pa.Table.from_pylist(rows, schema=VERSIONS)
    for on in (day_of(number) for number in range(0, DAYS + 1, 2)):
        wanted = [f"p{n:02}" for n, keys in enumerate(people) if protected_by_reading(keys, on, release)]
        assert protected_on(versions, on, release).to_pylist() == wanted


@settings(derandomize=True, deadline=None, max_examples=8, phases=[Phase.generate])
@given(city, st.sampled_from(["confirmed", "automatic"]), st.integers(1, DAYS))
def test_stretches_are_the_days_on_which_any_source_protects(
    people: list[dict[tuple[str | None, int], list[Row]]], release: Release, change: int
) -> None:
    """Two sources: the second half of the drawn people are the same persons in another file. How a protection ends
    changes on a day, and the days before it stay as they were.
    """
    other: Release = "automatic" if release == "confirmed" else "confirmed"
    half = len(people) // 2
    logs = []
    for drawn in (people[:half], people[half:]):
        rows = [
            {"resident_id": f"p{number:02}", "measure_no": measure, "history_no": history, **version}
            for number, keys in enumerate(drawn)
            for (measure, history), versions in keys.items()
            for version in versions
        ]
        logs.append(pa.Table.from_pylist(rows, schema=VERSIONS))
    stretches = protected_stretches(logs, [(date.min, release), (day_of(change), other)]).to_pylist()
    for on in (day_of(number) for number in range(-1, DAYS + 2)):
        held_then = other if on >= day_of(change) else release
        wanted = {person for log in logs for person in protected_on(log, on, held_then).to_pylist()}
        held = [row["resident_id"] for row in stretches if row["from"] <= on and (row["until"] or on) >= on]
        assert len(held) == len(set(held))
        assert set(held) == wanted
