"""Which households had a crisis in (D, D+H], as known on the training day (METHODS §1; what one is: crisis)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from features.asof import known_on
from models.crisis import ANY, COMPONENTS, Component, targets_of

INCIDENT_DAYS = 365
TOUCH_LOOKBACK_DAYS = 90
VACANCY_DAYS = 60
HELP_DAYS = 180
"""An application that follows our visit or referral within H is an outcome of help, not a crisis (METHODS §1)."""


EVENTS_SCHEMA = pa.schema([("household_key", pa.string()), ("component", pa.string()), ("on", pa.date32())])
STEPS_SCHEMA = pa.schema(
    [("household_key", pa.string()), ("component", pa.string()), ("from", pa.date32()), ("until", pa.date32())]
)


class NotMature(ValueError):
    """An as-of date whose horizon and posting lag have not passed on the training day."""


def _located(episodes: pa.Table, membership: pa.Table, residence: pa.Table, day: date) -> duckdb.DuckDBPyConnection:
    """A connection with `located`: dated episodes known on `day`, with the household that held on their first day."""
    con = duckdb.connect()
    con.execute("set threads to 1")
    for name, table in (("episodes", episodes), ("membership", membership), ("residence", residence)):
        con.register(name, known_on(table, day).to_pyarrow())
    joined = " union all ".join(
        f"""select h.household_key, e.{key} as place, h.until as left_on, e.source, e.kind, e.began_on, e.ended_on
            from episodes e join {table} h on e.{key} = h.{key}
            where e.began_on >= h."from" and (h.until is null or e.began_on <= h.until)
              and e.date_precision <> 'unknown'"""
        for key, table in (("person_key", "membership"), ("dwelling_key", "residence"))
    )
    con.execute(f"create temp table located as {joined}")
    return con


def crisis_events(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    day: date,
    touched: pa.Table,
    components: Sequence[Component] = COMPONENTS,
) -> pa.Table:
    """Every crisis known on the training day `day`.

    In: episodes (DESIGN §3), membership and residence (bitemporal); touched: household_key, from, until: our visits
    and referrals. Out: household_key, component, on (first day), one row each, sorted. The household is the one that
    held on the day of the event. Episodes without a date of their own (`date_precision` unknown) are never a label
    (SOURCES). A water stop counts when it lasted > 7 days, no closing of the contract and no moving-out follows within
    60 days (else the flat was probably empty). What people seek counts only without a visit of ours before it.
    """
    con = _located(episodes, membership, residence, day)
    con.register("touched", touched)
    parts = [EVENTS_SCHEMA.empty_table()]
    for c in components:
        conditions = ["l.source = $source", "l.kind = $kind", "l.began_on <= $day"]
        if c.longer_than_days:
            # ended_on is inclusive; a stop still open has lasted up to and including the training day.
            conditions.append(f"date_diff('day', l.began_on, coalesce(l.ended_on, $day)) + 1 > {c.longer_than_days}")
        if c.vacated_by:
            conditions.append(f"(l.left_on is null or l.left_on >= l.began_on + {VACANCY_DAYS})")
            conditions.append(
                f"""not exists (select 1 from episodes v where v.kind = '{c.vacated_by}' and v.dwelling_key = l.place
                    and v.began_on between l.began_on and l.began_on + {VACANCY_DAYS})"""
            )
        if c.sought:
            conditions.append(
                f"""not exists (select 1 from touched t where t.household_key = l.household_key
                    and t."from" <= l.began_on and coalesce(t.until, t."from") >= l.began_on - {HELP_DAYS})"""
            )
        parts.append(
            con.execute(
                f"""select distinct household_key, '{c.name}' as component, began_on as "on" from located l
                where {" and ".join(conditions)}""",
                {"source": c.source, "kind": c.kind, "day": day},
            )
            .to_arrow_table()
            .cast(EVENTS_SCHEMA)
        )
    return pa.concat_tables(parts).sort_by(
        [("household_key", "ascending"), ("component", "ascending"), ("on", "ascending")]
    )


def pipeline_steps(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    day: date,
    components: Sequence[Component] = COMPONENTS,
) -> pa.Table:
    """The days on which a step towards each component was open, as known on the training day.

    In: as `crisis_events`. Out: household_key, component, from, until (inclusive; null = still open), sorted.
    """
    con = _located(episodes, membership, residence, day)
    parts = [STEPS_SCHEMA.empty_table()]
    for c in components:
        for step in c.steps:
            until = "ended_on" if step.for_days is None else f"began_on + {step.for_days}"
            parts.append(
                con.execute(
                    f"""select distinct household_key, '{c.name}' as component,
                        cast(began_on + {step.after_days} as date) as "from", cast({until} as date) as until
                    from located where source = $source and kind = $kind
                      and (({until}) is null or began_on + {step.after_days} <= {until})""",
                    {"source": c.source, "kind": step.kind},
                )
                .to_arrow_table()
                .cast(STEPS_SCHEMA)
            )
    order = [(name, "ascending") for name in STEPS_SCHEMA.names]
    return pa.concat_tables(parts).sort_by(order)


@dataclass(frozen=True)
class Known:
    """Everything a label may look at, as known on the training day `day`.

    events, steps: as above. follow_up: household_key, source, from, until: the stretches of days (inclusive; null =
    open) on which the household's source was permitted and delivered. touched: household_key, from, until: our visits
    and referrals.
    """

    day: date
    lag_days: int
    events: pa.Table
    steps: pa.Table
    follow_up: pa.Table
    touched: pa.Table
    components: tuple[Component, ...]

    def mature(self, as_of: date, horizon_days: int) -> bool:
        """Whether everything that happens in (as_of, as_of + horizon] had been posted by the training day."""
        return as_of + timedelta(days=horizon_days + self.lag_days) <= self.day


def labels(households: pa.Array | pa.ChunkedArray, known: Known, as_of: date, horizon_days: int) -> pa.Table:
    """The labels and the standing of every household in scope on D.

    In: the household_keys scored on D. Out, sorted by household_key, per target t of `targets_of`: `t` (bool, null
    where not eligible), `t_on` (first day), `eligible_t`, `censored_t`, `incident_t`, `not_in_pipeline_t`; once: `any`,
    `first_on` (= any_on) and `touched`. Eligible = every source of the target was followed on D, whatever the value;
    censored = eligible, but the follow-up ends before D+H (consent ended, moved, died). Raises `NotMature`.
    """
    if not known.mature(as_of, horizon_days):
        raise NotMature(f"{as_of} + {horizon_days} + {known.lag_days} days is after the training day {known.day}")
    con = duckdb.connect()
    con.execute("set threads to 1")
    con.register("households", pa.table({"household_key": households}))
    for name in ("events", "steps", "follow_up", "touched"):
        con.register(name, getattr(known, name))
    columns = ["household_key", f"household_key in ({_TOUCHED}) as touched"]
    for target, members in targets_of(known.components).items():
        columns += _target_columns(target, members)
    return con.execute(
        f"""with future as ({_per_component(known.components, 'min("on")', "events", '"on" > $d and "on" <= $d + $h')}),
            past as ({
            _per_component(known.components, "count(*)", "events", f'"on" <= $d and "on" > $d - {INCIDENT_DAYS}')
        }),
            open as ({
            _per_component(known.components, "count(*)", "steps", '"from" <= $d and (until is null or until >= $d)')
        }),
            followed as ({_per_source(known.components)}),
            known as (select h.household_key{_renamed(known.components)}
                from (select distinct household_key from households) h
                left join future using (household_key) left join past using (household_key)
                left join open using (household_key) left join followed using (household_key))
        select {", ".join(columns)}, {ANY}_on as first_on from known order by household_key""",
        {"d": as_of, "h": horizon_days},
    ).to_arrow_table()


_TOUCHED = f"""select household_key from touched where "from" <= $d + $h
    and coalesce(until, "from") >= $d - {TOUCH_LOOKBACK_DAYS}"""


def _per_component(components: Sequence[Component], what: str, table: str, where: str) -> str:
    values = ", ".join(f"{what} filter (component = '{c.name}') as {c.name}" for c in components)
    return f"select household_key, {values} from {table} where {where} group by household_key"


def _per_source(components: Sequence[Component]) -> str:
    values = ", ".join(
        f"max(coalesce(until, date '9999-12-31')) filter (source = '{source}') as {source}"
        for source in sorted({c.source for c in components})
    )
    return f"""select household_key, {values} from follow_up
        where "from" <= $d and (until is null or until >= $d) group by household_key"""


def _renamed(components: Sequence[Component]) -> str:
    parts = [
        f"future.{c.name} as f_{c.name}, coalesce(past.{c.name}, 0) as p_{c.name}, "
        f"coalesce(open.{c.name}, 0) as o_{c.name}"
        for c in components
    ]
    parts += [f"followed.{source} as u_{source}" for source in sorted({c.source for c in components})]
    return "".join(f", {part}" for part in parts)


def _target_columns(target: str, members: Sequence[Component]) -> list[str]:
    """SQL of the six columns of one target. `least` ignores nulls, so the first day of any member is found."""
    sources = sorted({c.source for c in members})
    first = f"least({', '.join(f'f_{c.name}' for c in members)})" if len(members) > 1 else f"f_{members[0].name}"
    eligible = " and ".join(f"u_{source} is not null" for source in sources)
    short = " or ".join(f"u_{source} < $d + $h" for source in sources)
    return [
        f"case when {eligible} then {first} is not null end as {target}",
        f"case when {eligible} then {first} end as {target}_on",
        f"({eligible}) as eligible_{target}",
        f"coalesce(({eligible}) and ({short}), false) as censored_{target}",
        f"({' + '.join(f'p_{c.name}' for c in members)} = 0) as incident_{target}",
        f"({' + '.join(f'o_{c.name}' for c in members)} = 0) as not_in_pipeline_{target}",
    ]
