"""Promise 6: how finely a history is cut to fit in memory leaves no trace in what comes of it."""

from pathlib import Path

import pytest

from pipelines import episodes, layout, telling
from pipelines.episodes import Episodes, first_month
from pipelines.hub import open_kept
from pipelines.store import Draft
from tests.home.copies import opened


def test_a_history_cut_finely_is_the_same_bytes(
    screened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = opened(screened)
    day = home.store.days_of("hub")[-1]
    people = open_kept(home, day)
    signals = home.with_role("signal")

    def slices() -> int:
        told = (telling.Telling(home, people.con, name, day) for name in signals)
        return sum(1 for one in told for _ in one.by_slices(first_month(home, day)))

    few = slices()
    monkeypatch.setattr(telling, "_SLICE", 300)
    monkeypatch.setattr(episodes, "_PIECE", 50)
    assert slices() > few, "nothing was cut"
    made = Draft(tmp_path, "run", b"", lambda _name: None)
    for name in signals:
        Episodes(home, people.con, name, day).rebuild(made)
    assert {path: output.sha256 for path, output in made.outputs.items()} == {
        path: home.store.digest(path) for path in home.store.under(layout.EPISODES)
    }
