"""Promise 6: how finely a history is cut to fit in memory leaves no trace in what comes of it."""

from pathlib import Path

import pytest

from pipelines import episodes, layout
from pipelines.hub import open_kept
from pipelines.store import Draft
from tests.home.copies import opened


def test_a_history_cut_finely_is_the_same_bytes(
    screened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = opened(screened)
    day = home.store.days_of("hub")[-1]
    monkeypatch.setattr(episodes, "_SLICE", 300)
    people = open_kept(home, day)
    made = Draft(tmp_path, "run", b"", lambda _name: None)
    cut = 0
    for name in home.with_role("signal"):
        source = episodes.Episodes(home, people.con, name, day)
        source.rebuild(made)
        cut += len(set(source._slices())) < len(list(source._slices()))
    assert cut, "nothing was cut"
    assert {path: output.sha256 for path, output in made.outputs.items()} == {
        path: home.store.digest(path) for path in home.store.under(layout.EPISODES)
    }
