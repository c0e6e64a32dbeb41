"""The spine and the dwellings, case by case (SOURCES «residents», DOMAIN §3.5): whose key goes on, since when."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from identity.dwellings import residence, with_dwellings
from identity.spine import spine
from identity.states import resident_states


def _town() -> ModuleType:
    found = importlib.util.spec_from_file_location("identity_town_households", Path(__file__).with_name("town.py"))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


town = _town()
told = town.told
START, MOVE = "2026-01-01", "2026-03-10"


def final(*rows: dict[str, Any]) -> dict[str, str]:
    """Who is in which household at the end."""
    members = spine(resident_states(town.versions(*rows))).to_pylist()
    return {row["resident_id"]: row["household_id"] for row in members if not row["until"] and not row["known_until"]}


def family(*people: str, number: str = "N", **other: Any) -> list[dict[str, Any]]:
    return [told(person, 1, number, START, **other) for person in people]


def moved(*people: str, number: str, history: int = 2, **other: Any) -> list[dict[str, Any]]:
    return [told(person, history, number, MOVE, **other) for person in people]


def test_a_new_number_for_the_same_people_keeps_the_key() -> None:
    assert final(*family("a", "b"), *moved("a", "b", number="M")) == final(*family("a", "b"))


def test_the_head_dies_and_the_number_changes() -> None:
    """世帯主変更: the survivors go on as the same household, even under another number."""
    death = told("a", 2, "N", MOVE, status="死亡")
    assert final(*family("a", "b"), death) == {"b": "N|a|1"}
    assert final(*family("a", "b"), death, *moved("b", number="M")) == {"b": "N|a|1"}


def test_世帯分離_the_majority_goes_on() -> None:
    assert final(*family("a", "b", "c"), *moved("c", number="M")) == {"a": "N|a|1", "b": "N|a|1", "c": "M|c|1"}
    assert final(*family("a", "b", "c"), *moved("a", "b", number="M")) == {"a": "N|a|1", "b": "N|a|1", "c": "N|c|1"}


def test_世帯分離_in_halves_goes_by_the_number() -> None:
    assert final(*family("a", "b"), *moved("a", number="M")) == {"a": "M|a|1", "b": "N|a|1"}


def test_children_do_not_outvote_adults() -> None:
    """A mother leaves with her three children: the father's household goes on, hers is new."""
    children = family("c", "d", "e", born="2018-01-01")
    leaving = [*moved("b", number="M"), *moved("c", "d", "e", number="M", born="2018-01-01")]
    found = final(*family("a", "b"), *children, *leaving)
    assert found["a"] == "N|a|1"
    assert {found[p] for p in "bcde"} == {"M|b|1"}


def test_世帯合併_the_larger_goes_on() -> None:
    rows = [*family("a", "b"), *family("c", number="M"), *moved("a", "b", number="M")]
    assert set(final(*rows).values()) == {"N|a|1"}


def test_a_person_who_left_and_came_back() -> None:
    away = told("b", 2, "N", "2026-02-01", status="転出")
    assert final(*family("a", "b"), away, told("b", 3, "N", MOVE)) == {"a": "N|a|1", "b": "N|a|1"}


def test_a_number_that_others_get_is_another_household() -> None:
    gone = [told(p, 2, "N", "2026-02-01", status="転出") for p in "ab"]
    assert final(*family("a", "b"), *gone, told("c", 1, "N", MOVE)) == {"c": "N|c|1"}
    later = [*family("a"), told("a", 2, "N", "2026-02-01", status="死亡"), told("a2", 1, "N", MOVE)]
    assert final(*later) == {"a2": "N|a2|1"}


def test_a_full_with_gaps_does_not_cost_the_key() -> None:
    holes = [told(p, 1, "N", START, until="2026-02-01", why="vanished") for p in "ab"]
    back = [told(p, 1, "N", MOVE, event=START) for p in "ab"]
    assert set(final(*holes, *back).values()) == {"N|a|1"}


def test_who_is_regrouped_by_others_belongs_there_since_their_move() -> None:
    leaving = moved("a", "b", number="M", event="2026-03-01")
    members = spine(resident_states(town.versions(*family("a", "b", "c"), *leaving))).to_pylist()
    rows = [
        (row["household_id"], str(row["from"]), row["until"] and str(row["until"]), str(row["known_from"]))
        for row in members
        if row["resident_id"] == "c"
    ]
    assert rows == [
        ("N|a|1", START, None, START),
        ("N|a|1", START, "2026-02-28", MOVE),
        ("N|c|1", "2026-03-01", None, MOVE),
    ]


def lived(*rows: dict[str, Any]) -> list[tuple[str, str, str, str | None, str, str | None]]:
    states = with_dwellings(resident_states(town.versions(*rows)))
    return [
        (row["dwelling_id"], row["household_id"], str(row["from"]), row["until"] and str(row["until"]),
         str(row["known_from"]), row["known_until"] and str(row["known_until"]))
        for row in residence(states, spine(states)).to_pylist()
    ]  # fmt: skip


def test_a_household_lives_where_its_people_live_until_the_move() -> None:
    """The move is known on 10 March and happened on 1 March: until then the old dwelling is believed to be theirs."""
    rows = [*family("a", "b"), *moved("a", "b", number="N", event="2026-03-01", lot="2番2号")]
    assert lived(*rows) == [
        ("1|1-1|", "N|a|1", START, "2026-02-28", MOVE, None),
        ("1|1-1|", "N|a|1", START, None, START, MOVE),
        ("1|2-2|", "N|a|1", "2026-03-01", None, MOVE, None),
    ]


def test_what_is_learnt_of_one_member_later_does_not_move_the_beginning() -> None:
    joins = told("b", 1, "N", MOVE, event="2010-01-01")
    assert lived(*family("a"), joins) == [("1|1-1|", "N|a|1", START, None, START, None)]


def test_two_households_in_one_dwelling_are_one_address_group() -> None:
    """世帯分離 of 80 and 50 under one roof: two households, one dwelling."""
    rows = [*family("a", "b", born="1945-01-01"), *family("c"), *moved("c", number="M")]
    assert {(dwelling, household) for dwelling, household, *_ in lived(*rows)} == {
        ("1|1-1|", "N|a|1"),
        ("1|1-1|", "M|c|1"),
    }


def test_without_a_readable_address_there_is_no_dwelling() -> None:
    assert lived(*family("a", lot="無番地")) == []
    assert lived(*family("a", lot=None)) == []


def test_a_household_did_not_live_anywhere_before_it_was_one() -> None:
    """Who stays behind has lived there for long, but the new household only since the others left."""
    rows = [*family("a", "b", "c"), *moved("a", "b", number="M", event="2026-03-01", lot="2番2号")]
    assert ("1|1-1|", "N|c|1", "2026-03-01", None, MOVE, None) in lived(*rows)
