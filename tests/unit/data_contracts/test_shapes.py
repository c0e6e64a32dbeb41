"""The hub's table and what `episodes` promises beside the chapters in tests/spec/test_episodes_*."""

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from data_contracts.catalog import load_catalog
from data_contracts.profile import Entry, EpisodeMapping, FirstKnown, Source
from data_contracts.shapes import EPISODE_SCHEMA, MappingError, episodes, make_found

SCHOOL = load_catalog(Path(__file__).parents[3] / "config" / "sources").source("school_flags", date(2026, 4, 1))
D1, D2, D3, D4 = (date(2026, 4, n) for n in (1, 10, 20, 30))
YEAR_END = date(2027, 3, 31)


def flags(*rows: dict[str, Any]) -> pa.Table:
    schema = pa.schema(
        [("school", pa.string()), ("pupil_no", pa.string()), ("flag", pa.string()), ("opened_on", pa.date32()),
         ("closed_on", pa.date32()), ("absence_days", pa.int64()), ("note", pa.string()),
         ("person_key", pa.string()), ("known_from", pa.date32()), ("known_until", pa.date32())]
    )  # fmt: skip
    same = {
        "school": "北小",
        "pupil_no": "1",
        "flag": "欠席30日",
        "opened_on": D1,
        "absence_days": 31,
        "person_key": "p",
    }
    return pa.Table.from_pylist([same | row for row in rows], schema)


def told(versions: pa.Table, source: Source = SCHOOL) -> list[tuple]:
    found = episodes(versions, source, lambda natural: natural)
    return [
        (r["person_key"], r["ended_on"], r["quantity"], r["known_from"], r["known_until"]) for r in found.to_pylist()
    ]


def mapped(*entries: Entry) -> Source:
    return dataclasses.replace(SCHOOL, episodes=EpisodeMapping({}, entries, date(2020, 1, 1)))


def found_in_log(versions: pa.Table, *entries: Entry) -> pa.Table:
    with duckdb.connect() as con:
        con.register("versions", versions.append_column("dwelling_key", pa.nulls(versions.num_rows, pa.string())))
        make_found(con, mapped(*entries))
        return con.sql("from found").to_arrow_table()


def test_the_table_is_the_hub() -> None:
    found = episodes(flags({"known_from": D2}), SCHOOL, lambda natural: natural)
    assert found.schema == EPISODE_SCHEMA
    row = found.to_pylist()[0]
    assert row["episode_id"] == "school|school_absence_30d|北小|1|欠席30日|2026-04-01"
    assert (row["source"], row["person_key"], row["dwelling_key"]) == ("school", "p", None)
    # `absence_days` of 31, so the interval, not its length, is the fact; the precision is the day.
    assert (row["began_on"], row["ended_on"], row["quantity"], row["date_precision"]) == (D1, YEAR_END, 31, "day")
    assert episodes(flags(), SCHOOL, lambda natural: natural).equals(EPISODE_SCHEMA.empty_table())


def test_each_natural_id_is_hashed_once() -> None:
    asked: list[str] = []

    def hashed(natural: pa.Array) -> pa.Array:
        asked.extend(natural.to_pylist())
        return pa.array([f"h{n}" for n in range(len(natural))])

    versions = flags({"known_from": D1, "known_until": D2}, {"known_from": D2, "absence_days": 40})
    assert episodes(versions, SCHOOL, hashed)["episode_id"].to_pylist() == ["h0", "h0"]
    assert len(asked) == 1


def test_a_column_outside_the_mapping_makes_no_version() -> None:
    versions = flags({"known_from": D1, "known_until": D2, "note": "a"}, {"known_from": D2, "note": "b"})
    assert told(versions) == [("p", YEAR_END, 31, D1, None)]


def test_vanished_and_back_are_two_beliefs() -> None:
    versions = flags({"known_from": D1, "known_until": D2}, {"known_from": D3})
    assert told(versions) == [("p", YEAR_END, 31, D1, D2), ("p", YEAR_END, 31, D3, None)]


def test_changed_and_changed_back_are_three_beliefs() -> None:
    versions = flags(
        {"known_from": D1, "known_until": D2},
        {"known_from": D2, "known_until": D3, "closed_on": D2},
        {"known_from": D3},
    )
    assert told(versions) == [("p", YEAR_END, 31, D1, D2), ("p", D2, 31, D2, D3), ("p", YEAR_END, 31, D3, None)]


def test_linked_to_another_person_is_another_belief() -> None:
    versions = flags({"known_from": D1, "known_until": D2}, {"known_from": D2, "person_key": "q"})
    assert told(versions) == [("p", YEAR_END, 31, D1, D2), ("q", YEAR_END, 31, D2, None)]


def test_an_empty_interval_is_no_episode_and_ends_what_was_believed() -> None:
    versions = flags({"known_from": D1, "known_until": D2}, {"known_from": D2, "closed_on": date(2026, 3, 31)})
    assert told(versions) == [("p", YEAR_END, 31, D1, D2)]


def test_months_in_a_row_are_one_run() -> None:
    run = Entry("run", "run", "続き", when="true", month="opened_on", by=("pupil_no",), quantity="absence_days")
    months = [date(2026, m, 15) for m in (1, 2, 4)]
    versions = flags(*({"known_from": D1, "opened_on": m, "absence_days": m.month} for m in months))
    found = episodes(versions, mapped(run), lambda natural: natural).to_pylist()
    assert [(r["began_on"], r["ended_on"], r["quantity"]) for r in found] == [
        (date(2026, 1, 1), date(2026, 2, 28), 2),
        (date(2026, 4, 1), date(2026, 4, 30), 4),
    ]


@pytest.mark.parametrize(
    "expression", ["no_such_column", "((", "cast(pupil_name_secret as date)", "cast(note as date)"]
)
def test_an_expression_that_fails_names_the_file_and_no_content(expression: str) -> None:
    entry = Entry("broken", "row", "だめ", began_on=expression)
    rows = flags({"known_from": D1, "note": "ひみつ"})
    with pytest.raises(MappingError, match=r"school_flags/episodes\.yaml: broken") as caught:
        episodes(rows, mapped(entry), lambda natural: natural)
    assert "ひみつ" not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(MappingError) as of_log:
        found_in_log(rows, Entry("sound", "row", "よし", began_on="opened_on"), entry)
    assert str(of_log.value) == str(caught.value)


FIRST_LONG = dataclasses.replace(
    SCHOOL,
    episodes=EpisodeMapping(
        {"long": "absence_days > 30", "first_long": FirstKnown("long")},
        (Entry("k", "row", "ラベル", began_on="coalesce(first_long, opened_on)"),),
        date(2020, 1, 1),
    ),
)


def begun(*rows: dict[str, Any]) -> list[tuple]:
    found = episodes(flags(*rows), FIRST_LONG, lambda natural: natural).to_pylist()
    return [(row["person_key"], row["began_on"], row["known_from"]) for row in found]


def test_what_was_first_known_later_is_nothing_to_versions_from_before() -> None:
    history = [
        {"known_from": D1, "known_until": D2, "absence_days": 1},
        {"known_from": D2, "known_until": D3, "absence_days": 31},
        {"known_from": D3, "absence_days": 2},
    ]
    # Nor does it move when the state is no longer said.
    assert begun(*history) == [("p", D1, D1), ("p", D2, D2)]
    assert begun(history[0]) == [("p", D1, D1)]


FROM_ONE_TO_ANOTHER = [
    {"known_from": D1, "known_until": D2, "absence_days": 31, "person_key": "p"},
    {"known_from": D2, "absence_days": 31, "person_key": "q"},
]


def test_a_key_that_goes_over_to_somebody_else_starts_anew() -> None:
    """Nothing of the person before is left in the rows of the one who follows."""
    assert begun(*FROM_ONE_TO_ANOTHER) == [("p", D1, D1), ("q", D2, D2)]


def test_what_the_log_says_of_the_resident_decides_who_is_one_person() -> None:
    versions = flags(*FROM_ONE_TO_ANOTHER).append_column("resident_id", pa.array(["1", "1"]))
    found = episodes(versions, FIRST_LONG, lambda natural: natural)
    assert found["began_on"].to_pylist() == [D1, D1]


def test_a_log_says_by_fingerprint_which_rows_are_of_one_key() -> None:
    rows = [
        {"known_from": D1, "known_until": D2, "absence_days": 31},
        {"known_from": D2, "absence_days": 31, "pupil_no": "2"},
    ]
    versions = flags(*rows).append_column("k1", pa.array([1, 1])).append_column("k2", pa.array([1, 2]))
    found = episodes(versions, FIRST_LONG, lambda natural: natural)
    assert found["began_on"].to_pylist() == [D1, D2]


def test_days_are_asked_only_of_rows_that_are_meant() -> None:
    """A note is a day where the flag says so, and anything elsewhere: such rows stop nobody's mapping."""
    entry = Entry("k", "point", "ラベル", when="flag = '日付'", began_on="note::date")
    rows = flags({"known_from": D2, "flag": "日付", "note": "2026-04-05"}, {"known_from": D2, "note": "未定"})
    assert found_in_log(rows, entry)["began_on"].to_pylist() == [date(2026, 4, 5)]
