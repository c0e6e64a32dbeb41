"""Promise 6: how finely a history is cut to fit in memory leaves no trace in what comes of it."""

from datetime import date
from pathlib import Path

import pytest

from data_contracts.shapes import make_found
from pipelines import episodes, layout, telling
from pipelines.episodes import Episodes, first_month
from pipelines.hub import open_kept
from pipelines.store import Draft
from tests.home.copies import opened

pytestmark = pytest.mark.long


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
    anew = {path: output.sha256 for path, output in made.outputs.items() if path.startswith(layout.EPISODES)}
    assert anew == {path: home.store.digest(path) for path in home.store.under(layout.EPISODES)}


def test_everyday_facts_of_long_ago_are_left_out_and_nothing_else(screened: Path) -> None:
    home = opened(screened)
    day = home.store.days_of("hub")[-1]
    con, since, left_out = open_kept(home, day).con, date(2025, 12, 15), 0
    for name in home.with_role("signal"):
        source = home.catalog.source(name, day)
        everyday = [entry.kind for entry in source.episodes.entries if entry.routine]
        for _ in telling.Telling(home, con, name, day).by_slices(day):
            make_found(con, source)
            con.execute("create or replace temp table everything as from found")
            make_found(con, source, routine_since=since)
            late = "kind not in (select unnest($kinds)) or ended_on >= $since"
            wanted = con.execute(f"from everything where {late} order by all", {"kinds": everyday, "since": since})
            expected = wanted.to_arrow_table()
            assert con.execute("from found order by all").to_arrow_table().equals(expected)
            told = con.execute("select count(*) from everything").fetchone()
            left_out += (told[0] if told else 0) - expected.num_rows
    assert left_out > 0
