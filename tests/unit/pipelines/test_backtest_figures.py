"""What a back-test says of the scores that are kept of its days."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines import layout
from pipelines.screening import equal_to_live

SAME, OTHER = date(2026, 4, 6), date(2026, 4, 13)


class Kept:
    """Files by their path, as a home's store hands them out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, path: str, **columns: list[Any]) -> None:
        self.file(path).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"household_key": ["a", "b"]} | columns), self.file(path))

    def file(self, path: str) -> Path:
        return self.folder / path

    def has(self, path: str) -> bool:
        return self.file(path).exists()

    def digest(self, path: str) -> bytes:
        return self.file(path).read_bytes()

    def read_table(self, path: str) -> pa.Table:
        return pq.read_table(self.file(path))


def test_scores_of_another_model_are_not_compared(tmp_path: Path) -> None:
    """After training anew the numbers of an old day differ: no promise is broken, and it does not look as if."""
    store = Kept(tmp_path)
    for day, live in ((SAME, "new"), (OTHER, "old")):
        for under, model in (("working", live), (layout.backtest_root(day), "new")):
            store.put(layout.scores(day, under), margin=[1.0 if model == "new" else 2.0] * 2, model_hash=[model] * 2)
            store.put(layout.contributions(day, under), base=[0.5, 0.5])
    home: Any = SimpleNamespace(store=store)
    assert equal_to_live(home, [SAME, OTHER]) == {
        "days_with_live_scores": 1,
        "days_scored_live_by_another_model": 1,
        "files_equal_to_live": 2,
        "households_shared": 2,
        "households_equal": 2,
    }
