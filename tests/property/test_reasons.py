"""A week's plan made from the top, looking down only as far as it has to, is the plan that everybody's reasons give.

A drawn city has many small teams: where each has to stop looking concerns no other.
"""

import random
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from outreach.eligibility import WHYS
from outreach.outcomes import CONTACTS
from outreach.policy import Policy
from outreach.standing import HISTORY
from outreach.visit_list import WeekPlan, plan_week
from pipelines import reasons

MONDAY = date(2026, 4, 6)
TEAMS, HOUSEHOLDS = 40, 500
TEXT = pa.string()
SCORES = pa.schema(
    {"household_key": TEXT, "margin": pa.float64(), "visible_sources": TEXT}
    | {"consenting_adults": pa.int64(), "adults": pa.int64()}
)
PERSONS = pa.schema(
    {"household_key": TEXT, "person_key": TEXT, "district": TEXT, "contact_by": TEXT}
    | {"random_allowed": pa.bool_(), "first": pa.bool_()}
)
TOLD = pa.schema([("person_key", TEXT), *((f"reason_{place}", TEXT) for place in (1, 2, 3))])
TABLES = {
    "teams": pa.schema([("team", TEXT), ("wards", TEXT), ("weekly_visits", pa.int64())]),
    "excluded": pa.schema([("household_key", TEXT), ("why", TEXT)]),
    "draws": pa.schema([("household_key", TEXT), ("u", pa.float64())]),
}
Row = dict[str, Any]


class City:
    """Households with their adults and their past, and what could be told of each adult."""

    def __init__(self, dice: random.Random) -> None:
        wards = [f"{number}区" for number in range(2 * TEAMS)]
        rows: dict[str, list[Row]] = {"scores": [], "persons": [], "history": [], "excluded": [], "draws": []}
        rows["teams"] = [
            {"team": f"{n}班", "wards": "|".join(wards[2 * n : 2 * n + 2]), "weekly_visits": dice.randint(0, 8)}
            for n in range(TEAMS)
        ]
        self.reasons: dict[str, Row] = {}
        for number in range(HOUSEHOLDS):
            self._household(dice, f"H{number:04d}", [*wards, None, "ほか"], rows)
        shaped = {"scores": SCORES, "persons": PERSONS, "history": HISTORY, **TABLES}
        tables = {name: pa.Table.from_pylist(told, shaped[name]) for name, told in rows.items()}
        self.scores, self.persons, self.history = (tables[name] for name in ("scores", "persons", "history"))
        self.teams, self.excluded, self.draws = (tables[name] for name in ("teams", "excluded", "draws"))
        self.first = self.persons.filter(self.persons["first"])["person_key"].combine_chunks()
        self.policy = Policy(
            random_percent=dice.choice([0, 10, 30, 50]),
            random_minimum=dice.choice([0, 1, 2]),
            strata_multiple=dice.choice([2, 3]),
            **dict.fromkeys(("refusal_days", "not_now_days", "unreached_days", "notice_days", "first_days"), 90),
            **dict.fromkeys(("met_days", "letter_wait_days", "max_tries", "ask_first_percent"), 5),
            **dict.fromkeys(("urgent_max_age_days", "urgent_monthly_max_age_days"), 30),
        )

    def _household(self, dice: random.Random, key: str, wards: list[str | None], rows: dict[str, list[Row]]) -> None:
        margin = dice.choice([0.0, 1.0, 2.0, dice.random() * 3])
        if dice.random() < 0.95:
            seen = {"visible_sources": "tax", "consenting_adults": 1, "adults": 2}
            rows["scores"].append({"household_key": key, "margin": margin, **seen})
        rows["draws"].append({"household_key": key, "u": dice.random()})
        ward = dice.choice(wards)
        adults = [f"P{dice.randrange(9999):04d}{key}{place}" for place in range(dice.choice([0, 1, 1, 2, 3]))]
        for person in adults:
            where = ward if dice.random() < 0.85 else dice.choice(wards)
            free = {"random_allowed": dice.random() < 0.6, "first": dice.random() < 0.06}
            wish = dice.choice(["訪問", "手紙", None])
            rows["persons"].append(
                {"household_key": key, "person_key": person, "district": where, "contact_by": wish, **free}
            )
            count = dice.choice([0, 0, 0, 1, 2, 3])
            self.reasons[person] = {f"reason_{place + 1}": f"f{place}@2026-03" for place in range(count)}
        if dice.random() < 0.12:
            rows["excluded"].append({"household_key": key, "why": dice.choice(list(WHYS))})
        if adults and dice.random() < 0.15:
            rows["history"].append(past(dice, key, dice.choice(adults)))

    def told(self, asked: pa.ChunkedArray) -> pa.Table:
        """The reasons of whoever lives in some households; of one without a score there are none."""
        keys = set(asked.to_pylist()) & set(self.scores["household_key"].to_pylist())
        who = [row["person_key"] for row in self.persons.to_pylist() if row["household_key"] in keys]
        return pa.Table.from_pylist([{"person_key": person, **self.reasons[person]} for person in who], TOLD)

    def plan(self, told: pa.Table) -> WeekPlan:
        """The week's plan, when these are all the reasons that there are."""
        known = {row["person_key"]: row for row in told.to_pylist()}
        nothing = dict.fromkeys(TOLD.names)
        people = pa.Table.from_pylist(
            [{**nothing, **known.get(row["person_key"], {}), **row} for row in self.persons.to_pylist()],
            pa.unify_schemas([PERSONS, TOLD]),
        )
        inputs = (self.scores, people, self.teams, self.history, self.excluded)
        return plan_week(*inputs, self.policy, self.draws, MONDAY)


def past(dice: random.Random, key: str, person: str) -> Row:
    """A listing of some week before, and what came of it."""
    monday = MONDAY - timedelta(weeks=dice.randint(1, 5))
    came = dice.choice([None, None, *CONTACTS])
    listed = {"household_key": key, "person_key": person, "monday": monday, "slot": dice.choice(["ranked", "random"])}
    again = dice.choice([None, None, MONDAY + timedelta(days=2)])
    return listed | {"outcome": came, "visited_on": came and monday, "next_on": came and again}


@pytest.mark.parametrize("seed", range(3))
def test_looking_from_the_top_gives_the_plan_of_looking_at_everybody(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = City(random.Random(seed))
    whole = city.plan(city.told(city.scores["household_key"]))
    monkeypatch.setattr(reasons, "AT_FIRST", 0)
    asked = reasons.at_first(city.scores, city.persons, city.teams, city.history, city.first)
    rounds: list[int] = []

    def told(keys: pa.ChunkedArray) -> pa.Table:
        rounds.append(len(keys))
        return city.told(keys)

    made = reasons.plan_from_the_top(asked, told, city.plan)
    for name in ("visits", "frame", "left_out", "noticed"):
        assert getattr(made, name).equals(getattr(whole, name)), name
    assert len(rounds) > 1, "it had to look further down"
    assert sum(rounds) < city.scores.num_rows, "and not at everybody"
    assert whole.visits.num_rows > TEAMS
