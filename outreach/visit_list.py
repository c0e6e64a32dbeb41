"""The list of one week: per team promised and carried households first, then ranked and random slots."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from outreach.eligibility import LEFT_OUT, WHYS, checked_exclusions
from outreach.households import households, shaped_people
from outreach.policy import Policy
from outreach.selection import Candidates, Selection, choose
from outreach.standing import Standing, standings
from outreach.teams import Capacity, capacity

VISIT_LIST = pa.schema(
    [
        ("position", pa.int32()),
        ("household_key", pa.string()),
        ("person_key", pa.string()),
        ("district", pa.string()),
        ("team", pa.string()),
        ("slot", pa.string()),
        ("propensity", pa.float64()),
        ("reason_1", pa.string()),
        ("reason_2", pa.string()),
        ("reason_3", pa.string()),
        ("coverage", pa.string()),
        ("contact_by", pa.string()),
        ("tries", pa.int32()),
        ("stratum", pa.string()),
        ("stratum_drawn", pa.int32()),
        ("stratum_size", pa.int32()),
        ("ask_first", pa.bool_()),
    ]
)
"""DESIGN §5 plus: contact_by; tries so far; of a random slot its stratum, the number drawn and the stratum's size
(first-order propensity = drawn / size; joint = drawn (drawn − 1) / (size (size − 1))); ask_first: the card says
「訪問前に主任へ確認」 (outreach.ask_first)."""

FRAME = pa.schema(
    [
        ("household_key", pa.string()),
        ("team", pa.string()),
        ("stratum", pa.string()),
        ("propensity", pa.float64()),
        ("drawn", pa.bool_()),
    ]
)
"""Everybody who could have been drawn: the comparison group of METHODS §8."""

_REASONS = ("reason_1", "reason_2", "reason_3")


@dataclass(frozen=True)
class WeekPlan:
    """The list, the frame of the random slots, and who was left out and why (LEFT_OUT; one row per reason).

    noticed: household_key, why of those who are left out because a worker is in charge of them, and whose facts would
    have put them on this list: the worker is told that a change was noticed, and nothing else.
    weighed: keys of the households whose reasons decided the list, because their margin is no smaller than that of the
    last one ranked by it (of a team with a slot to spare: all). What reasons the others have changes nothing, except
    for those that go first or are carried.
    """

    visits: pa.Table
    frame: pa.Table
    left_out: pa.Table
    noticed: pa.Table
    weighed: pa.Array


def visit_list(
    scores: pa.Table,
    people: pa.Table,
    teams: pa.Table,
    history: pa.Table,
    excluded: pa.Table,
    policy: Policy,
    draws: pa.Table,
    monday: date,
) -> pa.Table:
    """Return the visit list of the week (VISIT_LIST), sorted by team and position; see ``plan_week``."""
    return plan_week(scores, people, teams, history, excluded, policy, draws, monday).visits


def plan_week(
    scores: pa.Table,
    people: pa.Table,
    teams: pa.Table,
    history: pa.Table,
    excluded: pa.Table,
    policy: Policy,
    draws: pa.Table,
    monday: date,
) -> WeekPlan:
    """Make the list of the week that begins on ``monday``.

    scores: household_key, margin, visible_sources, consenting_adults, adults.
    people: the adults with a basis for early outreach today, one row each: household_key, person_key, district
    (行政区), contact_by, random_allowed (their form mentioned random visits), reason_1..3 (``feature@YYYY-MM``, only
    from the person's or the dwelling's rows, null when none); optional booleans vacancy_suspected (phone first) and
    first (goes before every margin, PRACTICE). Who is not in people is never listed.
    teams: team, wards, weekly_visits. history: standing.HISTORY. excluded: household_key, why (eligibility.WHYS).
    draws: household_key, u in [0, 1) for every scored household, from HMAC(key, ``draw|D|household_key``).
    Nothing else is random, and the order of no table matters. Raises ValueError when the date is no Monday, a
    margin is not a number, a draw is missing, or a code is unknown.
    """
    if monday.weekday() != 0:
        raise ValueError(f"{monday} は月曜日ではありません。リストは月曜日の名で凍結します")
    served = capacity(teams)
    shaped = shaped_people(people)
    wishes = dict(zip(shaped["person_key"].to_pylist(), shaped["contact_by"].to_pylist(), strict=True))
    stands = standings(history, wishes, policy, monday)
    barred = checked_exclusions(excluded)
    table = households(scores, shaped, served, draws, barred, stands)
    waiting = _waiting(stands, shaped, served, barred, table)
    new = table.filter(pc.field("team").is_valid() & ~pc.field("barred") & pc.field("scored"))
    looked_after = _looked_after(table, barred, stands)
    rows: list[dict[str, Any]] = []
    frames: list[pa.Table] = []
    noticed: list[str] = []
    weighed = [pa.array([], pa.string())]
    for team, visits in sorted(served.weekly_visits.items()):
        revisits = waiting.get(team, [])[:visits]
        slots = visits - len(revisits)
        mine = new.filter(pc.field("team") == team)
        picked = _pick(mine, slots, policy, monday)
        listed = [*revisits, *_new_rows(mine, picked)]
        rows += [{**row, "position": number} for number, row in enumerate(listed, start=1)]
        frames += _frame(mine, picked, team)
        ranked = (pc.field("team") == team) & (pc.field("margin") >= _last_margin(mine, picked, slots))
        reached = ranked | (pc.field("team") == team) & pc.field("first") if slots else ranked
        noticed += looked_after.filter(reached)["household_key"].to_pylist()
        weighed.append(table.filter(ranked)["household_key"].combine_chunks())
    visits_table = pa.Table.from_pylist(rows, schema=VISIT_LIST)
    frame = pa.concat_tables([FRAME.empty_table(), *frames]).sort_by("household_key")
    told = barred.filter(pc.is_in(barred["household_key"], value_set=pa.array(noticed, pa.string())))
    return WeekPlan(visits_table, frame, _left_out(table, barred, stands), told, pa.concat_arrays(weighed))


def _looked_after(table: pa.Table, barred: pa.Table, stands: list[Standing]) -> pa.Table:
    """Households that only a worker in charge keeps off the list, and that have something dated to tell."""
    by_worker = pa.array([code for code, rule in WHYS.items() if rule.tells == "worker"])
    with_worker = pc.is_in(barred["why"], value_set=by_worker)
    others = set(barred.filter(pc.invert(with_worker))["household_key"].to_pylist())
    others |= {stand.household_key for stand in stands if stand.state != "free"}
    keys = set(barred.filter(with_worker)["household_key"].to_pylist()) - others
    return table.filter(
        pc.field("household_key").isin(pa.array(sorted(keys), pa.string())) & pc.field("scored") & pc.field("offers")
    )


def _last_margin(mine: pa.Table, picked: Selection, slots: int) -> float:
    """The margin of the last household that was ranked by it and not put first; whoever has less was not reached.

    Below every margin when slots were left over, above every one when none was for a margin.
    """
    if len(picked.ranked) + sum(len(stratum.drawn) for stratum in picked.strata) < slots:
        return float("-inf")
    ranked = mine.take(pa.array(picked.ranked)).filter(~pc.field("first"))
    return min(ranked["margin"].to_pylist(), default=float("inf"))


def _coverage(row: dict[str, Any]) -> str | None:
    """``2/3 tax|water``: consenting adults of all adults, and the sources that could be seen."""
    if row["adults"] is None:
        return None
    seen = row["visible_sources"]
    sources = "|".join(map(str, seen)) if isinstance(seen, list) else ("" if seen is None else str(seen))
    return f"{row['consenting_adults']}/{row['adults']} {sources}".rstrip()


def _pick(mine: pa.Table, slots: int, policy: Policy, monday: date) -> Selection:
    candidates = Candidates(
        margin=mine["margin"].to_numpy().astype(np.float64),
        first=mine["first"].to_numpy().astype(bool),
        offers=mine["offers"].to_numpy().astype(bool),
        drawable=np.asarray(pc.is_valid(mine["random_person"]).to_numpy()).astype(bool),
        draw=mine["u"].to_numpy().astype(np.float64),
    )
    return choose(candidates, slots, policy, monday)


def _new_rows(mine: pa.Table, picked: Selection) -> Iterator[dict[str, Any]]:
    for row in mine.take(pa.array(picked.ranked)).to_pylist():
        yield _row(row, row["person_key"], row["contact_by"], "ranked") | {name: row[name] for name in _REASONS}
    for stratum in picked.strata:
        for row in mine.take(pa.array(stratum.drawn)).to_pylist():
            yield _row(row, row["random_person"], row["random_contact_by"], "random") | {
                "propensity": stratum.propensity,
                "stratum": stratum.name,
                "stratum_drawn": len(stratum.drawn),
                "stratum_size": len(stratum.frame),
            }


def _row(household: dict[str, Any], person_key: str, contact_by: str | None, slot: str) -> dict[str, Any]:
    return {
        "household_key": household["household_key"],
        "person_key": person_key,
        "district": household["district"],
        "team": household["team"],
        "slot": slot,
        "propensity": 1.0,
        "coverage": _coverage(household),
        "contact_by": contact_by,
        "tries": 0,
        "ask_first": False,
    }


def _waiting(
    stands: list[Standing], people: pa.Table, served: Capacity, barred: pa.Table, table: pa.Table
) -> dict[str, list[dict[str, Any]]]:
    """Promised visits first, then carried ones, the longest waiting first, ties by their draw; by team.

    The same person is met as before; when that person no longer has a basis, nobody is (a new start may rank
    another adult of the household once the old chain is over).
    """
    out = set(barred["household_key"].to_pylist())
    due = {
        stand.household_key: stand
        for stand in stands
        if stand.state in ("promised", "carried") and stand.household_key not in out
    }
    homes = _by_key(table, due)
    persons = people.filter(pc.is_in(people["household_key"], value_set=pa.array(list(due), pa.string())))
    by_team: dict[str, list[tuple[Any, dict[str, Any]]]] = {}
    for person in persons.to_pylist():
        stand = due[person["household_key"]]
        team = served.team_of_ward.get(person["district"])
        if stand.person_key is None or stand.person_key != person["person_key"] or team is None:
            continue
        home = homes[stand.household_key]
        row = _row(
            {**home, "team": team, "district": person["district"]}, stand.person_key, person["contact_by"], "carried"
        )
        reasons = {name: None if stand.drawn else person[name] for name in _REASONS}
        order = (
            stand.state != "promised",
            stand.waits_since,
            2.0 if home["u"] is None else home["u"],
            stand.household_key,
        )
        by_team.setdefault(team, []).append((order, {**row, **reasons, "tries": stand.tries}))
    return {team: [row for _, row in sorted(rows, key=lambda pair: pair[0])] for team, rows in by_team.items()}


def _by_key(table: pa.Table, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    kept = table.filter(pc.is_in(table["household_key"], value_set=pa.array(list(keys), pa.string())))
    return {row["household_key"]: row for row in kept.to_pylist()}


def _frame(mine: pa.Table, picked: Selection, team: str) -> Iterator[pa.Table]:
    for stratum in picked.strata:
        size = len(stratum.frame)
        if len(stratum.drawn) == 0:
            continue
        yield pa.table(
            [
                mine["household_key"].take(pa.array(stratum.frame)),
                pa.array([team] * size, pa.string()),
                pa.array([stratum.name] * size, pa.string()),
                pa.array([stratum.propensity] * size, pa.float64()),
                pa.array(np.arange(size) < len(stratum.drawn)),
            ],
            schema=FRAME,
        )


def _left_out(table: pa.Table, barred: pa.Table, stands: list[Standing]) -> pa.Table:
    """Every reason of every household of scores or people, sorted; carried and promised ones are not out.

    A restricted household appears nowhere, not even as left out, whatever else is known of it (DESIGN promise 2).
    """
    past = [(stand.household_key, stand.why) for stand in stands if stand.state == "out"]
    nobody = table.filter(pc.field("nobody"))["household_key"].to_pylist()
    homeless = table.filter(~pc.field("nobody") & pc.field("team").is_null())["household_key"].to_pylist()
    told = pa.table(
        {
            "household_key": pa.array([key for key, _ in past] + nobody + homeless, pa.string()),
            "why": pa.array(
                [why for _, why in past] + ["nobody_to_meet"] * len(nobody) + ["no_team"] * len(homeless), pa.string()
            ),
        }
    )
    both = pa.concat_tables([barred, told.cast(LEFT_OUT)])
    restricted = barred.filter(pc.field("why") == "restricted")["household_key"]
    # Who died or moved away is no longer scored, but was on a list: the analyst is told why no more (PRACTICE).
    there = pc.or_(
        pc.is_in(both["household_key"], value_set=table["household_key"]), pc.equal(both["why"], "died_or_moved")
    )
    known = both.filter(pc.and_(there, pc.invert(pc.is_in(both["household_key"], value_set=restricted))))
    return known.group_by(LEFT_OUT.names).aggregate([]).sort_by([(name, "ascending") for name in LEFT_OUT.names])
