"""Files written anew as streams hold what filtering and sorting the whole would give."""

import time
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.accepted import not_held
from pipelines.merging import merged, near
from pipelines.streams import groups_of, side_by_side, without

ORDER = ["person_key", "episode_id", "known_from"]
SCHEMA = pa.schema([("person_key", pa.string()), ("episode_id", pa.string()), ("known_from", pa.int64())])
ROWS = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)), unique=True, max_size=40)
START = date(2026, 1, 1)


def table(rows: list[tuple[int, int, int]]) -> pa.Table:
    """Rows of made-up persons with episodes of their own, in order."""
    names = [(f"p{who:02d}", f"e{who:02d}{which}", known) for who, which, known in sorted(rows)]
    return pa.table([list(column) for column in zip(*names, strict=True)] if names else [[], [], []], schema=SCHEMA)


def in_groups(whole: pa.Table, size: int) -> list[pa.Table]:
    return [whole.slice(start, size) for start in range(0, whole.num_rows, size)]


@settings(derandomize=True, deadline=None, max_examples=400)
@given(ROWS, ROWS, ROWS, st.sets(st.integers(0, 12), max_size=4), st.integers(1, 9))
def test_merged_is_what_filtering_and_sorting_the_whole_would_give(
    held: list[tuple[int, int, int]],
    come: list[tuple[int, int, int]],
    went: list[tuple[int, int, int]],
    movers: set[int],
    size: int,
) -> None:
    new, gone = table(come), table(went).select(["person_key", "episode_id"])
    moved = pa.array([f"p{who:02d}" for who in sorted(movers)], pa.string())
    new, gone = (pa.concat_tables([whole.slice(0, 0), *in_groups(whole, size)]) for whole in (new, gone))
    found = pa.concat_tables([SCHEMA.empty_table(), *merged(in_groups(table(held), size), ORDER, new, gone, moved)])
    changed = {(who, which) for who, which, _ in went}
    stay = [row for row in held if row[:2] not in changed and row[0] not in movers]
    expected = pa.concat_tables([table(stay), new]).sort_by([(name, "ascending") for name in ORDER])
    assert found.equals(expected.cast(SCHEMA))


def test_only_persons_near_a_group_are_looked_at() -> None:
    persons = pa.array([f"p{who:02d}" for who in range(10)])
    assert near(persons, table([(3, 0, 0), (5, 0, 0)]), "person_key").to_pylist() == ["p03", "p04", "p05"]


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.none() | st.integers(0, 5), st.integers(0, 9)), max_size=30),
    st.dictionaries(st.integers(0, 5), st.integers(0, 9)),
)
def test_rows_known_before_a_basis_held_are_not_held(rows: list[tuple[int | None, int]], since: dict[int, int]) -> None:
    """Whose rows `unheld` names: all persons who have one to lose, and since when they are held, if at all."""
    losing = {who for who, known in rows if who is None or who not in since or since[who] > known}
    whose = pa.table(
        {
            "resident_id": pa.array([None if who is None else str(who) for who in losing], pa.string()),
            "since": pa.array([START + timedelta(since[who]) if who in since else None for who in losing], pa.date32()),
        }
    )
    group = pa.table(
        {
            "resident_id": pa.chunked_array([[None if who is None else str(who) for who, _ in rows]], pa.string()),
            "known_from": pa.array([START + timedelta(known) for _, known in rows], pa.date32()),
        }
    )
    expected = [who is None or who not in since or since[who] > known for who, known in rows]
    assert not_held(whose)(group).to_pylist() == expected


def test_groups_come_with_the_columns_of_today(tmp_path: Path) -> None:
    file = tmp_path / "older.parquet"
    pq.write_table(pa.table({"b": [1, 2, 3], "let go of": [0, 0, 0]}), file, row_group_size=2)
    schema = pa.schema([("a", pa.string()), ("b", pa.int64())])
    groups = list(without(groups_of(file, schema), lambda group: pc.equal(group["b"], 3)))
    assert [group.to_pydict() for group in groups] == [{"a": [None, None], "b": [1, 2]}, {"a": [], "b": []}]


def test_when_one_fails_none_is_begun_and_none_still_runs() -> None:
    begun: list[int] = []
    ended: list[int] = []

    def work(thing: int) -> None:
        begun.append(thing)
        if thing == 1:
            raise OSError
        time.sleep(0.02)
        ended.append(thing)

    assert side_by_side(lambda thing: thing * 2, [3, 1, 2]) == [6, 2, 4]
    with pytest.raises(OSError):
        side_by_side(work, range(100))
    assert sorted(begun) == sorted([1, *ended])
    assert len(begun) < 50
