"""What was believed of a resident on each day: the highest 履歴番号 known whose day had come."""

import importlib.util
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from identity.states import births, resident_states


def _town() -> ModuleType:
    found = importlib.util.spec_from_file_location("identity_town", Path(__file__).with_name("town.py"))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


town = _town()
told = town.told


def stretches(*rows: dict[str, Any], shows: str = "household_id") -> list[tuple[str, str, str | None]]:
    """What is shown, from, until."""
    return [
        (row[shows], str(row["from"]), row["until"] and str(row["until"]))
        for row in resident_states(town.versions(*rows)).to_pylist()
    ]


def test_one_row_is_one_state() -> None:
    assert stretches(told("a", 1, "N", "2026-01-01")) == [("N", "2026-01-01", None)]


def test_a_later_history_takes_over_when_it_is_known() -> None:
    moved = told("a", 2, "M", "2026-03-10", event="2026-03-01")
    assert stretches(told("a", 1, "N", "2026-01-01"), moved) == [
        ("N", "2026-01-01", "2026-03-09"),
        ("M", "2026-03-10", None),
    ]


def test_an_older_history_that_comes_late_changes_nothing() -> None:
    assert stretches(told("a", 5, "N", "2026-01-01"), told("a", 4, "M", "2026-03-01")) == [("N", "2026-01-01", None)]


def test_a_registered_future_move_counts_from_its_day() -> None:
    future = told("a", 2, "N", "2026-03-01", event="2026-04-01", status="転出")
    assert stretches(told("a", 1, "N", "2026-01-01"), future, shows="status") == [
        ("現存", "2026-01-01", "2026-03-31"),
        ("転出", "2026-04-01", None),
    ]


def test_a_future_move_that_is_called_off() -> None:
    future = told("a", 2, "N", "2026-03-01", event="2026-04-01", status="転出")
    off = told("a", 3, "N", "2026-03-20")
    assert {state for state, *_ in stretches(told("a", 1, "N", "2026-01-01"), future, off, shows="status")} == {"現存"}


def test_a_full_with_the_newest_rows_only_makes_nobody_vanish() -> None:
    """The row before a registered future move is not in the full any more; the person still is."""
    before = told("a", 1, "N", "2026-01-01", until="2026-03-15", why="vanished")
    future = told("a", 2, "M", "2026-03-01", event="2026-04-01")
    assert stretches(before, future) == [("N", "2026-01-01", "2026-03-31"), ("M", "2026-04-01", None)]


def test_who_vanished_is_not_believed_to_be_here() -> None:
    assert stretches(told("a", 1, "N", "2026-01-01", until="2026-03-01", why="vanished")) == [
        ("N", "2026-01-01", "2026-02-28")
    ]


def test_the_same_state_before_and_after_another_is_two_stretches() -> None:
    """History 2 was entered by mistake and taken back: 1 holds before and after, not in between."""
    first = told("a", 1, "N", "2026-01-01")
    mistake = told("a", 2, "M", "2026-02-01", until="2026-03-01", why="deleted")
    assert stretches(first, mistake) == [
        ("N", "2026-01-01", "2026-01-31"),
        ("M", "2026-02-01", "2026-02-28"),
        ("N", "2026-03-01", None),
    ]


def test_a_correction_of_the_same_row_changes_only_days_after_it() -> None:
    wrong = told("a", 1, "N", "2026-01-01", until="2026-02-01", why="corrected")
    assert stretches(wrong, told("a", 1, "M", "2026-02-01")) == [
        ("N", "2026-01-01", "2026-01-31"),
        ("M", "2026-02-01", None),
    ]


def test_birth_dates_as_believed_go_on_when_the_person_is_gone() -> None:
    """A correction counts from the day it is known, in either direction: the latest truth is not the largest date."""
    states = resident_states(
        town.versions(
            told("a", 1, "N", "2026-01-01", born="2020-05-01", until="2026-02-15", why="vanished"),
            told("a", 2, "N", "2026-02-01", born="2010-05-01", until="2026-03-01", why="vanished"),
            told("b", 1, "N", "2026-01-01", born=None),
        )
    )
    assert births(states).to_pylist() == [
        {"resident_id": "a", "birth_date": date(2020, 5, 1), "from": date(2026, 1, 1), "until": date(2026, 1, 31)},
        {"resident_id": "a", "birth_date": date(2010, 5, 1), "from": date(2026, 2, 1), "until": None},
        {"resident_id": "b", "birth_date": None, "from": date(2026, 1, 1), "until": None},
    ]


@pytest.mark.parametrize("day", ["2026-01-15", "2026-02-20", "2026-03-20", "2026-05-01"])
def test_what_is_learnt_later_changes_no_earlier_day(day: str) -> None:
    rows = [
        told("a", 1, "N", "2026-01-01", until="2026-03-15", why="vanished"),
        told("a", 2, "M", "2026-03-01", event="2026-04-01"),
        told("b", 1, "N", "2026-01-01", until="2026-02-10", why="corrected"),
        told("b", 1, "O", "2026-02-10"),
        told("b", 2, "P", "2026-04-10", event="2026-02-01"),
    ]
    on = date.fromisoformat(day)
    open_then = {"known_until": None, "closed_by": None}
    then = [
        row | (open_then if row["known_until"] and row["known_until"] > on else {})
        for row in rows
        if row["known_from"] <= on
    ]
    assert _on(resident_states(town.versions(*rows)), on) == _on(resident_states(town.versions(*then)), on)


def _on(states: pa.Table, day: date) -> list[tuple[str, str]]:
    return [
        (row["resident_id"], row["household_id"])
        for row in states.to_pylist()
        if row["from"] <= day and (row["until"] is None or day <= row["until"])
    ]
