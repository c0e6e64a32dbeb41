"""From declarations to tables: facts cut at the day, joined to households once, counted.

The functions below are what other rooms call. Only filter, mutate, group_by, aggregate(where=) and equality
joins reach an engine (DESIGN §5 «Engines»).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import pyarrow as pa
from ibis.backends import BaseBackend

from features.behind import evidence_from
from features.counting import COLUMNS, features_from
from features.definitions import FEATURES
from features.hub import DayScope, Hub, engine
from features.inputs import Households, Rows
from features.scope import household_facts
from features.selections import DATED, OpenNow
from features.wanted import Features, reaches_of, sources_of

# Supply closed on request: the dwelling may be empty (SOURCES «water_notices»).
VACANCY: Final = ({"water_closed": OpenNow().reach_days}, ("water",))


def feature_table(
    episodes: Rows,
    membership: Rows,
    residence: Rows,
    permission: pa.Table,
    visible: pa.Table,
    households: Households,
    day: date,
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> pa.Table:
    """The features of every wanted household, as known on `day`.

    In: the hub's tables with the columns of `features.inputs` (permission and visible: those of the day).
    Out: household_key (string) and one float32 column per feature in declared order, sorted by household_key.
    Null = none of the feature's sources is visible for the household; visible without facts = 0.
    Raises InputRefused when a table lacks columns or an episode has both or neither of person and dwelling.
    """
    days = {day: DayScope(permission, visible, households)}
    return next(feature_tables(episodes, membership, residence, days, features, connection))[1]


def feature_tables(
    episodes: Rows,
    membership: Rows,
    residence: Rows,
    days: Mapping[date, DayScope],
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> Iterator[tuple[date, pa.Table]]:
    """(day, `feature_table` of that day) for each of `days`, one after the other; the hub is registered once."""
    with engine(connection) as used:
        hub = Hub.of(used, episodes, membership, residence)
        for day, day_scope in days.items():
            scope = hub.scope(used, day_scope, day)
            facts = household_facts(hub.known_on(day), scope, reaches_of(features), sources_of(features))
            rows = used.stream(facts.select(*COLUMNS))
            yield day, features_from(rows, day_scope.households, day_scope.visible, features, day)


def evidence(
    episodes: Rows,
    membership: Rows,
    residence: Rows,
    permission: pa.Table,
    visible: pa.Table,
    household_keys: Households,
    day: date,
    features: Features = FEATURES,
    connection: BaseBackend | None = None,
) -> pa.Table:
    """The dated facts behind every value above 0: what a reason may rest on.

    Out: columns of `features.behind.EVIDENCE`: person_key (null = the dwelling's), first_on and latest_on (when the
    earliest and the latest of these facts began), n (how many); sorted by household_key, feature, person_key. Facts
    without a date may count in a value, but never here: no reason rests on them (METHODS §7).
    """
    with engine(connection) as used:
        hub = Hub.of(used, episodes, membership, residence)
        scope = hub.scope(used, DayScope(permission, visible, household_keys), day)
        told = household_facts(hub.known_on(day), scope, reaches_of(features), sources_of(features))
        facts = used.collect(told.select(*COLUMNS, "person_key"))
    values = features_from(facts.to_batches(), household_keys, visible, features, day)
    return evidence_from(facts, values, features, day)


def vacancy_suspected(
    episodes: Rows,
    membership: Rows,
    residence: Rows,
    permission: pa.Table,
    visible: pa.Table,
    households: Households,
    day: date,
    connection: BaseBackend | None = None,
) -> pa.Array:
    """Keys (sorted) of the wanted households at whose dwelling the supply is closed on request on `day`.

    Same tables, permission and visibility as a feature: where water is not visible, nothing is suspected. A list
    contacts them by phone first (PRACTICE «Capacity»).
    """
    with engine(connection) as used:
        hub = Hub.of(used, episodes, membership, residence)
        scope = hub.scope(used, DayScope(permission, visible, households), day)
        facts = household_facts(hub.known_on(day), scope, *VACANCY)
        closed = facts.filter(OpenNow().holds(facts, day) & facts.date_precision.isin(DATED))
        found = used.collect(closed.group_by("household_key").aggregate(n=closed.count()))
    return found.sort_by("household_key")["household_key"].combine_chunks()
