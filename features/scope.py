"""Whose facts count for which household on a day.

One join of facts to households, once for all features; nothing else in this room decides who counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
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


def household_facts(episodes: KnownOn, scope: Scope, kinds: Iterable[str]) -> ir.Table:
    """Every fact of `kinds` that may count, once per household it counts for.

    Out: household_key, source, kind, person_key (null for a dwelling's), began_on, ended_on, quantity,
    date_precision. A person's facts follow the person to the household of the day; a dwelling's count only from
    the day the household lived there. Both count only from `covers_from` of a permission for the source (of that
    person; for a dwelling, the earliest of any member), and only where the source is visible for the household.
    """
    if not isinstance(episodes, KnownOn):
        raise TypeError("episodes must come through features.asof.known_on")
    facts = episodes.table.filter(episodes.table.kind.isin(sorted(set(kinds))))
    people = _permitted_people(scope)
    homes = _permitted_homes(scope, people)
    facts = facts.left_join(people, [facts.person_key == people.p_person, facts.source == people.p_source])
    facts = facts.left_join(homes, [facts.dwelling_key == homes.d_dwelling, facts.source == homes.d_source])
    facts = facts.mutate(
        household_key=ibis.coalesce(facts.p_household, facts.d_household),
        counts_from=ibis.coalesce(facts.p_from, facts.d_from),
    )
    facts = facts.filter(facts.household_key.notnull() & (facts.began_on >= facts.counts_from))
    return facts.select(
        "household_key", "source", "kind", "person_key", "began_on", "ended_on", "quantity", "date_precision"
    )


def _permitted_people(scope: Scope) -> ir.Table:
    """p_person, p_household, p_source, p_from: from which day on a member's facts of a source count."""
    members = scope.membership.valid()
    members = members.group_by("person_key", "household_key").aggregate(rows=members.count())
    covers = scope.permission.mutate(covers_from=ibis.coalesce(scope.permission.covers_from, ibis.literal(_BEGINNING)))
    covers = covers.group_by("person_key", "source").aggregate(p_from=covers.covers_from.min())
    covers = covers.rename(c_person="person_key")
    seen = scope.visible.group_by("household_key", "source").aggregate(rows=scope.visible.count())
    seen = seen.select(v_household="household_key", v_source="source")
    wanted = scope.households.select(w_household="household_key")
    people = members.inner_join(wanted, members.household_key == wanted.w_household)
    people = people.inner_join(covers, people.person_key == covers.c_person)
    people = people.inner_join(seen, [people.household_key == seen.v_household, people.source == seen.v_source])
    return people.select(p_person="person_key", p_household="household_key", p_source="source", p_from="p_from")


def _permitted_homes(scope: Scope, people: ir.Table) -> ir.Table:
    """d_dwelling, d_household, d_source, d_from: from which day on a dwelling's facts of a source count."""
    covers = people.group_by("p_household", "p_source").aggregate(covered=people.p_from.min())
    lived = scope.residence.valid()
    lived = lived.group_by("dwelling_key", "household_key").aggregate(lived_from=lived["from"].min())
    homes = lived.inner_join(covers, lived.household_key == covers.p_household)
    return homes.select(
        d_dwelling=homes.dwelling_key,
        d_household=homes.household_key,
        d_source=homes.p_source,
        d_from=ibis.ifelse(homes.covered > homes.lived_from, homes.covered, homes.lived_from),
    )
