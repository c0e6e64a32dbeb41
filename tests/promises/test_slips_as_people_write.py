"""Promise 2 at the human lane: whichever way a slip writes a protected person's name or home, the 主任 is not told."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pyarrow as pa
import pytest

from identity.dwellings import with_dwellings
from pipelines import slip_gate, slips
from pipelines.home import Home
from pipelines.persons import People

LONG_AGO, FLED, DAY, LATER = date(2020, 1, 1), date(2025, 12, 1), date(2026, 4, 6), date(2026, 5, 20)
MOVED = date(2026, 5, 1)
STRETCH = [("from", pa.date32()), ("until", pa.date32())]
TEXTS = ("resident_id", "status", "town_code", "town", "ward", "lot", "building", "name", "name_kana")
STATES = pa.schema([*[(name, pa.string()) for name in TEXTS], *STRETCH])
MEMBERSHIP = pa.schema(
    [
        ("resident_id", pa.string()),
        ("household_id", pa.string()),
        *STRETCH,
        ("known_from", pa.date32()),
        ("known_until", pa.date32()),
    ]
)
PROTECTION = pa.schema([("resident_id", pa.string()), *STRETCH])


class Town(People):
    """The people of a small town, in memory."""

    def __init__(self, states: list[dict[str, Any]], membership: list[dict[str, Any]], protected: str) -> None:
        self.con = duckdb.connect()
        self.con.register("states", with_dwellings(pa.Table.from_pylist(states, STATES)))
        self.con.register("membership", pa.Table.from_pylist(membership, MEMBERSHIP))
        shield = {"resident_id": protected, "from": LONG_AGO, "until": None}
        self.con.register("protection", pa.Table.from_pylist([shield], PROTECTION))


def lives(who: str, name: str, kana: str, lot: str, since: date, until: date | None = None, building: str = "") -> dict:
    here = {"status": "現存", "town_code": "T1", "town": "試験町", "ward": "北"}
    return here | {
        "resident_id": who, "name": name, "name_kana": kana, "lot": lot, "building": building, "from": since,
        "until": until,
    }  # fmt: skip


def member(who: str, household: str, since: date, until: date | None = None) -> dict[str, Any]:
    return {"resident_id": who, "household_id": household, "from": since, "known_from": since, "known_until": until}


def refuge() -> Town:
    """P fled from 5番地, where H is, to 898番地 グリーンハイツ101号室; X has to do with neither."""
    states = [
        lives("P", "見本 花子", "ミホン ハナコ", "5番地", LONG_AGO, date(2025, 11, 30)),
        lives("P", "見本 花子", "ミホン ハナコ", "898番地", FLED, building="グリーンハイツ101号室"),
        lives("H", "見本 太郎", "ミホン タロウ", "5番地", LONG_AGO),
        lives("X", "架空 一", "カクウ ハジメ", "9番地", LONG_AGO),
    ]
    return Town(states, [member("P", "hp", FLED), member("H", "hh", LONG_AGO), member("X", "hx", LONG_AGO)], "P")


def slip(address: str, name: str | None) -> pa.Table:
    row = dict.fromkeys(slips._NO_SLIPS.names) | {"slip_no": "S", "address": address, "name_kana": name}
    return pa.Table.from_pylist([row | {"seen_on": DAY, "known_from": DAY}], slips._NO_SLIPS)


def at_the_desk(town: Town, said: pa.Table, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(slip_gate, "People", lambda _home: town)
    with_day = said.append_column("day", pa.array([DAY]))
    return bool(slip_gate.judged(cast(Home, None), with_day, DAY)["closed"][0].as_py())


@pytest.mark.parametrize(
    "address",
    [
        "試験町898番地グリーンハイツ101号室", "試験町898-101", "試験町898番地101", "試験町898番地の101", "試験町898",
        "試験町898 グリーンハイツ", "試験町898番地グリーン・ハイツ１０１", "試験町898番地Greenハイツ101",
        "試験町898番地グリーンハイツ1階",
    ],
)  # fmt: skip
def test_her_home_is_known_however_it_is_written(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_the_desk(refuge(), slip(address, None), monkeypatch)


@pytest.mark.parametrize("address", ["試験町5番地", "試験町9番地", "どこか"])
@pytest.mark.parametrize(
    "name",
    [
        "ミホン ハナコ", "ミホンハナコさん", "みほん はなこ", "ミホン ハナコ ＤＶ", "ミホン ハナコ・ユウ",
        "ハナコ ミホン", "見本花子さん",
    ],
)  # fmt: skip
def test_her_name_is_known_however_it_is_written(name: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_the_desk(refuge(), slip(address, name), monkeypatch)


@pytest.mark.parametrize("name", [None, "ハナコ", "ミホン", "ミホン ハナ"])
def test_where_she_once_lived_nobody_is_asked_about_a_name_in_part(
    name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert at_the_desk(refuge(), slip("試験町5番地", name), monkeypatch)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("試験町5番地", "ミホン タロウ"),
        ("試験町9番地", "カクウ ハジメ"),
        ("試験町9番地", None),
        ("試験町898-202", None),
    ],
)
def test_a_slip_about_somebody_else_reaches_the_chief(
    address: str, name: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not at_the_desk(refuge(), slip(address, name), monkeypatch)


def test_what_went_to_the_desk_is_on_no_later_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child lived with its protected mother on the day of the sheet; since then both have moved, each elsewhere."""
    states = [
        lives("M", "試料 母", "シリョウ ハハ", "7番地", LONG_AGO, date(2026, 4, 30)),
        lives("M", "試料 母", "シリョウ ハハ", "8番地", MOVED),
        lives("C", "試料 子", "シリョウ コ", "7番地", LONG_AGO, date(2026, 4, 30)),
        lives("C", "試料 子", "シリョウ コ", "6番地", MOVED),
    ]
    membership = [member("M", "hm", LONG_AGO), member("C", "hm", LONG_AGO, MOVED), member("C", "hf", MOVED)]
    town, said = Town(states, membership, "M"), slip("試験町7番地", "シリョウ コ")
    monkeypatch.setattr(slip_gate, "People", lambda _home: town)
    monkeypatch.setattr(slips, "_believed", lambda _home, _day: said)
    sheets: list[pa.Table] = []
    rules = SimpleNamespace(numbers=lambda *_: {"urgent_max_age_days": 30})
    home = cast(Home, SimpleNamespace(settings=rules, store=SimpleNamespace(read_table=lambda _path: sheets[0])))
    monkeypatch.setattr(slips, "run_day", lambda _home, _day: DAY)
    sheets.append(slips.routed(home, DAY, said))
    assert sheets[0]["recipient"].to_pylist() == [slips.DESK]
    monkeypatch.setattr(slips, "run_day", lambda _home, _day: LATER)
    assert slips.routed(home, DAY, said)["recipient"].to_pylist() == [slips.DESK], "the day is run again"
    assert slips.slips_on(home, DAY).num_rows == 0


def test_a_copy_shows_only_what_the_sheet_gave_to_the_chief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found out anew: a line of the desk does not come back."""
    town, said = refuge(), slip("試験町9番地", None)
    monkeypatch.setattr(slip_gate, "People", lambda _home: town)
    monkeypatch.setattr(slips, "_believed", lambda _home, _day: said)
    monkeypatch.setattr(slips, "run_day", lambda _home, _day: DAY)
    rules = SimpleNamespace(numbers=lambda *_: {"urgent_max_age_days": 30})
    for recipient in (slips.CHIEF, slips.DESK):
        row = dict.fromkeys(slips.SLIPS.names) | {"slip_no": "S", "known_from": DAY, "recipient": recipient}
        sheet = pa.Table.from_pylist([row], slips.SLIPS)
        store = SimpleNamespace(read_table=lambda _path, sheet=sheet: sheet)
        home = cast(Home, SimpleNamespace(settings=rules, store=store))
        assert slips.slips_on(home, DAY).num_rows == (recipient == slips.CHIEF)
