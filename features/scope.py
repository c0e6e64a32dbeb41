"""Whose facts count for which household on a day.

One join of facts to households, once for all features; nothing else in this room decides who counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir

from features.asof import KnownOn

# «Covers everything» as a day, so that an engine can take the earliest and compare.
_BEGINNING: Final = date(1, 1, 1)


@dataclass(frozen=True)
class Scope:
    """Whose facts may count: membership and residence as known on the day; permission, visibility and the wanted
    households of that day (tables of `features.inputs`)."""

    membership: KnownOn
    residence: KnownOn
    permission: ir.Table
    visible: ir.Table
    households: ir.Table

    def __post_init__(self) -> None:
        """Refuse tables that did not go through the cut."""
        if not (isinstance(self.membership, KnownOn) and isinstance(self.residence, KnownOn)):
            raise TypeError("membership and residence must come through features.asof.known_on")


def household_facts(episodes: KnownOn, scope: Scope, reaches: Mapping[str, int], sources: Iterable[str]) -> ir.Table:
    """Every fact from `sources` that may count, once per household it counts for: of the kinds in `reaches`, what is
    open or ended at most so many days before the day.

    Out: household_key, place (of the household among the wanted ones), source, kind, person_key (null for a
    dwelling's), began_on, ended_on, quantity, date_precision. A person's facts follow the person to the household of
    the day; a dwelling's count only from the day the household lived there. Both count only from `covers_from` of a
    permission for the source (of that person; for a dwelling, the earliest of any member), and only where the source
    is visible for the household.

    Sources become columns before anything is joined: no join is on `source`, whose few values an engine's
    planner may join first, pairing every permission with every household (measured: 512 million pairs for 8,000
    households).
    """
    if not isinstance(episodes, KnownOn):
        raise TypeError("episodes must come through features.asof.known_on")
    names = sorted(set(sources))
    facts = _within_reach(episodes, reaches)
    people = _permitted_people(scope, names)
    homes = _permitted_homes(scope, people, names)
    facts = facts.left_join(people, facts.person_key == people.p_person)
    facts = facts.left_join(homes, facts.dwelling_key == homes.d_dwelling)
    facts = facts.mutate(
        household_key=ibis.coalesce(facts.p_household, facts.d_household),
        place=ibis.coalesce(facts.p_place, facts.d_place),
        counts_from=ibis.cases(
            *((facts.source == name, ibis.coalesce(facts[f"p_{name}"], facts[f"d_{name}"])) for name in names)
        ),
    )
    facts = facts.filter(facts.began_on >= facts.counts_from)
    return facts.select(
        "household_key", "place", "source", "kind", "person_key", "began_on", "ended_on", "quantity", "date_precision"
    )


def _within_reach(episodes: KnownOn, reaches: Mapping[str, int]) -> ir.Table:
    """What ended longer ago is most of what a city ever told; it goes before anything is joined or counted."""
    facts = episodes.table
    kinds_by_reach: dict[int, list[str]] = {}
    for kind, days in sorted(reaches.items()):
        kinds_by_reach.setdefault(days, []).append(kind)
    oldest = ibis.cases(
        *((facts.kind.isin(kinds), episodes.day - timedelta(days=days)) for days, kinds in kinds_by_reach.items())
    )
    # One comparison after one choice: an «or» of conditions takes an engine three times as long.
    return facts.filter(ibis.coalesce(facts.ended_on, ibis.literal(episodes.day)) >= oldest)


def _permitted_people(scope: Scope, sources: list[str]) -> ir.Table:
    """p_person, p_household, p_place, and per source `p_<source>`: from which day on the member's facts count; null =
    never.
    """
    members = scope.membership.valid()
    members = members.group_by("person_key", "household_key").aggregate(rows=members.count())
    wanted = scope.households.select(w_household="household_key", w_place="place")
    covers = scope.permission.filter(scope.permission.source.isin(sources))
    covers = covers.mutate(covers_from=ibis.coalesce(covers.covers_from, ibis.literal(_BEGINNING)))
    covers = covers.group_by("person_key").aggregate(
        **{f"covers_{name}": covers.covers_from.min(where=covers.source == name) for name in sources}
    )
    covers = covers.rename(c_person="person_key")
    seen = _visible_sources(scope, sources)
    people = members.inner_join(wanted, members.household_key == wanted.w_household)
    people = people.inner_join(covers, people.person_key == covers.c_person)
    people = people.inner_join(seen, people.household_key == seen.v_household)
    return people.select(
        p_person=people.person_key,
        p_household=people.household_key,
        p_place=people.w_place,
        **{f"p_{name}": ibis.cases((people[f"sees_{name}"] > 0, people[f"covers_{name}"])) for name in sources},
    )


def _visible_sources(scope: Scope, sources: list[str]) -> ir.Table:
    """v_household, and per source `sees_<source>`: above 0 where the source is visible for the household."""
    visible = scope.visible.filter(scope.visible.source.isin(sources))
    seen = visible.group_by("household_key").aggregate(
        **{f"sees_{name}": visible.count(where=visible.source == name) for name in sources}
    )
    return seen.rename(v_household="household_key")


def _permitted_homes(scope: Scope, people: ir.Table, sources: list[str]) -> ir.Table:
    """d_dwelling, d_household, d_place, and per source `d_<source>`: from which day on the dwelling's facts count."""
    covers = people.group_by("p_household", "p_place").aggregate(
        **{f"covers_{n}": people[f"p_{n}"].min() for n in sources}
    )
    lived = scope.residence.valid()
    lived = lived.group_by("dwelling_key", "household_key").aggregate(lived_from=lived["from"].min())
    homes = lived.inner_join(covers, lived.household_key == covers.p_household)

    def later(name: str) -> ir.Value:
        covered = homes[f"covers_{name}"]
        # Both comparisons are null without a permission, and so is the outcome.
        return ibis.cases((covered >= homes.lived_from, covered), (covered < homes.lived_from, homes.lived_from))

    return homes.select(
        d_dwelling=homes.dwelling_key,
        d_household=homes.household_key,
        d_place=homes.p_place,
        **{f"d_{name}": later(name) for name in sources},
    )
