"""The log of a source is the same however the deliveries are cut into batches, and says what a slow reading says.

Each generated history has many keys in two scopes, so one query checks many histories.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.logs import Log

YEARS = (2025, 2026)
NOTICES = 20
FIRST_DAY = date(2026, 1, 1)
SIGHTINGS = pa.schema(
    [
        ("charged_year", pa.int64()), ("notice_no", pa.string()), ("paid_yen", pa.int64()), ("note", pa.string()),
        ("seq", pa.int64()), ("known_from", pa.date32()), ("row__refused", pa.bool_()), ("row__deleted", pa.bool_()),
    ]
)  # fmt: skip
FULLS = pa.schema(
    [("charged_year", pa.int64()), ("seq", pa.int64()), ("known_from", pa.date32()), ("complete", pa.bool_())]
)
KEY = ("charged_year", "notice_no")


@dataclass(frozen=True)
class Delivery:
    """One file: its day, whether it is a full and complete, the years it covers, and a state letter per notice."""

    day: int
    kind: str
    years: tuple[int, ...]
    letters: str


# . not in the file · a, b, c contents · ! refused row · x deleted
_letters = st.text(alphabet="..aabc!x", min_size=NOTICES * len(YEARS), max_size=NOTICES * len(YEARS))
_delivery = st.builds(
    Delivery,
    day=st.integers(0, 6),
    kind=st.sampled_from(["full", "full", "broken full", "delta"]),
    years=st.sampled_from([(2025,), (2026,), (2025, 2026)]),
    letters=_letters,
)
histories = st.lists(_delivery, min_size=1, max_size=8).map(lambda ds: sorted(ds, key=lambda d: d.day))


def tables(history: list[tuple[int, Delivery]]) -> tuple[pa.Table, pa.Table]:
    """The numbered deliveries as `advance` takes them."""
    sightings, fulls = [], []
    for seq, delivery in history:
        day = FIRST_DAY + timedelta(days=delivery.day)
        for (year, number), letter in cells(delivery):
            content = {"a": (100, None), "b": (200, None), "c": (200, "c")}.get(letter, (None, None))
            sightings.append((year, f"{number:03}", *content, seq, day, letter == "!", letter == "x"))
        if "full" in delivery.kind:
            fulls += [(year, seq, day, delivery.kind == "full") for year in delivery.years]
    return _table(sightings, SIGHTINGS), _table(fulls, FULLS)


def cells(delivery: Delivery) -> list[tuple[tuple[int, int], str]]:
    keys = [(year, number) for year in YEARS for number in range(NOTICES)]
    pairs = list(zip(keys, delivery.letters, strict=True))
    return [
        (k, letter) for k, letter in pairs if letter != "." and ("full" not in delivery.kind or k[0] in delivery.years)
    ]


def _table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema)


def slow_reading(history: list[tuple[int, Delivery]]) -> list[tuple]:
    """What the log must say, one key and one delivery at a time: (year, notice, letter, from, until, why)."""
    log: list[tuple] = []
    for year in YEARS:
        for number in range(NOTICES):
            log += _one_key((year, number), history)
    return sorted(log)


def _one_key(key: tuple[int, int], history: list[tuple[int, Delivery]]) -> list[tuple]:
    believed: tuple[str, date] | None = None
    log = []
    for _, delivery in history:
        day = FIRST_DAY + timedelta(days=delivery.day)
        letter = dict(cells(delivery)).get(key)
        if letter == "!" or (letter is None and not (delivery.kind == "full" and key[0] in delivery.years)):
            continue
        after = None if letter in (None, "x") else letter
        if believed and believed[0] != after:
            why = "corrected" if after else ("deleted" if letter == "x" else "vanished")
            if believed[1] < day:
                log.append((key[0], f"{key[1]:03}", believed[0], believed[1], day, why))
            believed = None
        if after and believed is None:
            believed = (after, day)
    if believed:
        log.append((key[0], f"{key[1]:03}", *believed, date.max, ""))
    return log


def in_batches(batches: list[list[tuple[int, Delivery]]]) -> pa.Table:
    log = Log(KEY, ("charged_year",))
    for batch in batches:
        log = log.after(*tables(batch))
    return log.versions()


def told(versions: pa.Table) -> list[tuple]:
    letter = {(100, None): "a", (200, None): "b", (200, "c"): "c"}
    return sorted(
        (
            row["charged_year"], row["notice_no"], letter[row["paid_yen"], row["note"]],
            row["known_from"], row["known_until"] or date.max, row["closed_by"] or "",
        )
        for row in versions.to_pylist()
    )  # fmt: skip


@settings(derandomize=True, deadline=None, max_examples=15, phases=[Phase.generate])
@given(histories, st.data())
def test_any_batching_gives_one_log_and_it_is_the_slow_reading(history: list[Delivery], data: st.DataObject) -> None:
    numbered = list(enumerate(history))
    bulk = in_batches([numbered])
    assert told(bulk) == slow_reading(numbered)
    by_day = [[pair for pair in numbered if pair[1].day == day] for day in sorted({d.day for d in history})]
    assert in_batches(by_day).equals(bulk)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(numbered)), max_size=3)))
    pieces = [numbered[a:b] for a, b in zip([0, *cuts], [*cuts, len(numbered)], strict=True) if a < b]
    assert in_batches(pieces).equals(bulk)


@settings(derandomize=True, deadline=None, max_examples=10, phases=[Phase.generate])
@given(histories)
def test_a_refused_row_says_something_only_in_a_complete_full(history: list[Delivery]) -> None:
    """Intake does not even look at refused keys of other files (pipelines/batch)."""
    numbered = list(enumerate(history))
    sightings, fulls = tables(numbered)
    whole = [seq for seq, delivery in numbered if delivery.kind == "full"]
    needed = pc.or_(pc.invert(sightings["row__refused"]), pc.is_in(sightings["seq"], pa.array(whole, pa.int64())))
    fewer = Log(KEY, ("charged_year",)).after(sightings.filter(needed), fulls)
    assert fewer.versions().equals(Log(KEY, ("charged_year",)).after(sightings, fulls).versions())
