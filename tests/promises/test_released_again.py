"""Who was hidden and is seen again comes back with all rows, in a hub that was only brought up to date (promise 6)."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines import layout, steps
from tests.home import traces
from tests.home.cases import CASES, DAY, Row, measure
from tests.home.copies import opened
from tests.home.deliveries import append, files

pytestmark = pytest.mark.long

WHO = next(case for case in CASES if case.name == "consents to everything")
HIDDEN, RELEASED = date(2026, 4, 7), date(2026, 4, 8)
ENDED = measure(history_no="2", state="3", ends_on=str(HIDDEN), released_on=str(HIDDEN))


def episodes(root: Path, keys: frozenset[str]) -> pa.Table:
    home = opened(root)
    found = pa.concat_tables([home.store.read_table(path) for path in home.store.under(layout.EPISODES)])
    return found.filter(pc.is_in(found["person_key"], pa.array(sorted(keys), pa.string()))).sort_by(
        [(column, "ascending") for column in ("source", "episode_id", "known_from")]
    )


def test_who_is_released_comes_back_with_all_rows(copy_of: Callable[..., Path]) -> None:
    root = copy_of("signed")
    said: dict[date, list[Row]] = {HIDDEN: [measure()], RELEASED: [measure(latest="0"), ENDED]}
    for path in files(root, "protected_persons"):
        rows = said.get(date.fromisoformat(path.parent.name), [])
        append(path, "protected_persons", [row | {"resident_id": WHO.resident(0)} for row in rows])
    seen = []
    for day in (DAY, HIDDEN, RELEASED):
        steps.take_in(opened(root), "protected_persons", day)
        steps.hub(opened(root), day)
        keys = frozenset(traces.keys_of(opened(root))[WHO.name].persons)
        seen.append(episodes(root, keys))
    before, hidden, after = seen
    assert before.num_rows
    assert not hidden.num_rows
    assert after.equals(before)
