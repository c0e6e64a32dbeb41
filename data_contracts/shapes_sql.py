"""The SQL behind the four episode shapes; every query yields beliefs: an episode's content and when it was believed."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from data_contracts.profile import Entry, FirstKnown, Source

BELIEFS = """
create or replace temp table beliefs (natural_id varchar, kind varchar, person_key varchar, dwelling_key varchar,
    began_on date, ended_on date, quantity bigint, date_precision varchar, known_from date, known_until date)
"""

# Beliefs that follow one another and say the same are one. Nearly always all beliefs of one content follow one another
# and need no order; only an id that says the same again after a gap is cut where it is torn.
EPISODES = """
with said as (
    select natural_id, kind, person_key, dwelling_key, began_on, ended_on, quantity, date_precision,
        min(known_from) as known_from, max(until_day) as until_day,
        sum(datediff('day', known_from, until_day)) as days_believed
    from (select *, coalesce(known_until, date '9999-12-31') as until_day from beliefs)
    group by natural_id, kind, person_key, dwelling_key, began_on, ended_on, quantity, date_precision
), torn as (
    select natural_id from said where days_believed <> datediff('day', known_from, until_day) group by natural_id
), cut as (
    select *, coalesce(known_until, date '9999-12-31') as until_day,
        lag(known_until) over w is distinct from known_from or lag(content) over w is distinct from content as fresh
    from (
        select beliefs.*, row(person_key, dwelling_key, began_on, ended_on, quantity, date_precision) as content
        from beliefs semi join torn on beliefs.natural_id = torn.natural_id)
    window w as (partition by natural_id order by known_from)
), numbered as (
    select *, sum(fresh::int) over (partition by natural_id order by known_from rows unbounded preceding) as nth
    from cut
), whole as (
    select said.natural_id, kind, person_key, dwelling_key, began_on, ended_on, quantity, date_precision, known_from,
        until_day
    from said anti join torn on said.natural_id = torn.natural_id
    union all
    select natural_id, any_value(kind), any_value(person_key), any_value(dwelling_key), any_value(began_on),
        any_value(ended_on), any_value(quantity), any_value(date_precision), min(known_from), max(until_day)
    from numbered group by natural_id, nth
)
select * exclude (until_day), case when until_day < date '9999-12-31' then until_day end as known_until from whole
"""

# On each day on which something about a group became known, all its rows believed on that day are read together.
_WORLDS = """
days as (
    select grp, day, lead(day) over (partition by grp order by day) as next_day
    from (select grp, known_from as day from r union select grp, known_until from r where known_until is not null)
), worlds as (
    select r.* exclude (known_from, known_until), d.day as known_from, d.next_day as known_until
    from r join days d on r.grp = d.grp and r.known_from <= d.day and (r.known_until is null or d.day < r.known_until)
)
"""

# A day with a start and an end leaves things as they were: closed stays closed, open ends and begins anew.
_PAIRS = """
per_day as (
    select grp, known_from, known_until, day, bool_or(starts) as s, bool_or(ends) as e,
        min_by(said, said.natural_id) filter (where starts) as said
    from worlds where day is not null group by all
), placed as (
    select *, last_value(case when s <> e then s end ignore nulls) over (
            partition by grp, known_from order by day rows between unbounded preceding and 1 preceding) as running,
        min(case when e then day end) over (
            partition by grp, known_from order by day rows between 1 following and unbounded following) as next_end
    from per_day
)
select said.natural_id, said.person_key, said.dwelling_key, coalesce(said.began_on, day) as began_on,
    next_end - 1 as ended_on, said.quantity, said.date_precision, known_from, known_until
from placed where s and coalesce(running, false) = e
"""

_RUNS = """
per_month as (
    select grp, known_from, known_until, month, min_by(said, said.natural_id) as said
    from worlds where month is not null group by all
), cut as (
    select *, coalesce(datediff('month', lag(month) over w, month) > {step}, true) as fresh
    from per_month window w as (partition by grp, known_from order by month)
), numbered as (
    select *, sum(fresh::int) over (partition by grp, known_from order by month rows unbounded preceding) as nth
    from cut
), runs as (
    select grp, known_from, known_until, nth, min(month) as first_month, max(month) as last_month,
        min_by(said, month) as first, max_by(said, month) as last
    from numbered group by all
)
select first.natural_id, first.person_key, first.dwelling_key, coalesce(first.began_on, first_month) as began_on,
    coalesce(last.ended_on, (last_month + to_months({step}))::date - 1) as ended_on, last.quantity,
    last.date_precision, known_from, known_until
from runs
"""


def derived_query(source: Source, columns: Sequence[str]) -> str:
    """SQL: the versions with the mapping's derived columns, each computed over those before it.

    Columns that no expression names are left behind, and in the end those that no entry names, so that the work is no
    wider than what is asked. `columns`: those of the versions; the log's fingerprint of a key, where it is among them,
    stands for the key.
    """
    derive = source.episodes.derive
    told = [*source.contract.key, "person_key", "dwelling_key", "known_from", "known_until"]
    for entry in source.episodes.entries:
        told += [text for text in (*_expressions(entry), *entry.by) if text]
    own = _of_one_person(source, columns)
    asked = _named([*told, *own, *(d.when if isinstance(d, FirstKnown) else d for d in derive.values())])
    given = _listed(name for name in columns if name in asked and name not in derive)
    query = f"select {given} from versions where known_until is null or known_until > known_from"
    together: dict[str, str] = {}
    for name, said in derive.items():
        if isinstance(said, FirstKnown):
            together[name] = said.when
            continue
        query = f'select *, ({said}) as "{name}" from ({_first_known(query, together, own)})'
        together = {}
    query = _first_known(query, together, own)
    wanted = _named(told)
    return f"select {_listed(name for name in dict.fromkeys([*columns, *derive]) if name in wanted)} from ({query})"


def _first_known(query: str, whens: Mapping[str, str], own: list[str]) -> str:
    """All of them in one aggregation, without an order: what is first among all versions was known by those that are
    not older, and to the others it is nothing. A window would carry, and sort, every column of every version.
    """
    if not whens:
        return query
    ever = (f'min(case when {when} then known_from end) as "{name} ever"' for name, when in whens.items())
    same = " and ".join(f'version."{name}" is not distinct from first."{name}"' for name in own)
    known = (f'case when "{name} ever" <= known_from then "{name} ever" end as "{name}"' for name in whens)
    first = f"select {_listed(own)}, {', '.join(ever)} from version group by {_listed(own)}"
    return f"""with version as materialized ({query}), first as ({first})
        select version.*, {", ".join(known)} from version join first on {same}"""


def _of_one_person(source: Source, columns: Sequence[str]) -> list[str]:
    """What the versions of one person's row have in common: a row that went over to somebody else must tell neither
    what was known of the other, who may withdraw.
    """
    fingerprint = [name for name in ("k1", "k2") if name in columns]
    return [*(fingerprint or source.contract.key), "resident_id" if "resident_id" in columns else "person_key"]


def _named(expressions: Iterable[str]) -> set[str]:
    return set(re.findall(r"\w+", " ".join(expressions)))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def says_something(entry: Entry, routine_since: date | None = None) -> str:
    """SQL, never null: whether a derived row can say anything of a kind. Most readings of a meter say nothing, nor do
    most bills that were paid in time, once nobody looks back to them.
    """
    return f"coalesce({_means(entry, routine_since)}, false)"


def _means(entry: Entry, routine_since: date | None) -> str:
    if entry.shape == "run":
        return f"({entry.when})"
    if entry.shape == "pair":
        return f"({entry.when}) and (({entry.start}) or ({entry.end}))"
    began_on, ended_on = (f"({text})::date" for text in (entry.began_on, _end_of(entry)))
    # An engine may work out both sides of an «and» for every row: days are asked only of rows that are meant.
    return f"case when {entry.when} then {_lasts(began_on, ended_on, entry, routine_since)} end"


def _lasts(began_on: str, ended_on: str, entry: Entry, routine_since: date | None) -> str:
    """What ends before it begins is no episode; of everyday facts only those from `routine_since` on are asked for."""
    late = f" and {ended_on} >= date '{routine_since}'" if entry.routine and routine_since else ""
    return f"{began_on} is not null and ({ended_on} is null or {ended_on} >= {began_on}){late}"


def _end_of(entry: Entry) -> str | None:
    """SQL of the last day of a row's or point's episode."""
    return entry.began_on if entry.shape == "point" else entry.ended_on or "null"


def belief_query(entry: Entry, source: Source, routine_since: date | None = None) -> str:
    """SQL: the beliefs of one declared kind, in any of the four shapes; everyday facts only from `routine_since` on, if
    it is given. What ends before it begins is no episode.
    """
    shape = {"row": _rows, "point": _rows, "pair": _pairs, "run": _runs}[entry.shape]
    return f"""select '{entry.kind}' as kind, * from ({shape(entry, source)})
        where {_lasts("began_on", "ended_on", entry, routine_since)}"""


def _expressions(entry: Entry) -> tuple[str | None, ...]:
    return (
        entry.when, entry.began_on, entry.ended_on, entry.quantity, entry.precision,
        entry.start, entry.end, entry.on, entry.month,
    )  # fmt: skip


def _natural(entry: Entry, source: Source) -> str:
    parts = ", ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in source.contract.key)
    return f"concat_ws('|', '{source.contract.basis}', '{entry.kind}', {parts})"


def _rows(entry: Entry, source: Source) -> str:
    return f"""
        select {_natural(entry, source)} as natural_id, person_key, dwelling_key, ({entry.began_on})::date as began_on,
            ({_end_of(entry)})::date as ended_on, ({entry.quantity or "null"})::bigint as quantity,
            ({entry.precision}) as date_precision, known_from, known_until
        from derived where ({entry.when})"""


def _said(entry: Entry, source: Source) -> str:
    """What one row of a group says about an episode that begins (or ends) with it."""
    return f"""{{'natural_id': {_natural(entry, source)}, 'person_key': person_key, 'dwelling_key': dwelling_key,
        'began_on': ({entry.began_on or "null"})::date, 'ended_on': ({entry.ended_on or "null"})::date,
        'quantity': ({entry.quantity or "null"})::bigint, 'date_precision': ({entry.precision})}} as said"""


def _group(entry: Entry) -> str:
    parts = ", ".join(f"coalesce(cast(\"{name}\" as varchar), '')" for name in entry.by)
    return f"concat_ws(chr(31), {parts}) as grp"


def _pairs(entry: Entry, source: Source) -> str:
    return f"""with r as (
        select {_group(entry)}, {_said(entry, source)}, ({entry.on})::date as day, known_from, known_until,
            coalesce(({entry.start}), false) as starts, coalesce(({entry.end}), false) as ends
        from derived where ({entry.when}) and (({entry.start}) or ({entry.end}))
    ), {_WORLDS}, {_PAIRS}"""


def _runs(entry: Entry, source: Source) -> str:
    return f"""with r as (
        select {_group(entry)}, {_said(entry, source)}, date_trunc('month', ({entry.month})::date)::date as month,
            known_from, known_until
        from derived where ({entry.when})
    ), {_WORLDS}, {_RUNS.format(step=entry.step_months)}"""
