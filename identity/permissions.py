"""The basis gate: per person × source × purpose × day, as known on that very day (SOURCES «Legal bases», «consents»).

Missing is refused. The gate is a set of named rules (`GATE_RULES`); a test leaves out each by name and sees some case
change.

One row of a permission says: every one of its sources for every one of its purposes, on its days (`|` between names).

Choices where SOURCES leaves room, all on the refusing side:
* A person whose birth date is unknown may be a child or not: the own and a guardian's consent are needed, and a
  guardian's refusal counts. 成年後見人等 exist for adults only, so theirs suffices.
* Whoever is not asked for the own consent needs a guardian's, and every adult is asked for it, whatever the ages in the
  config: so a parent's consent ends on the 18th birthday, and nobody is ever asked for nothing.
* A guardian's row refuses from its withdrawal on, for its sources and purposes, expired or not, unless a row of the
  same guardian is live that was given after it and not before the withdrawal: the latest act counts, and a refusal
  beats a consent of the same day. A refusal that was never a consent is a row withdrawn on the day it was given.
* Where two voices are needed, only what both cover is covered.
* A row without a readable 取得日, or whose 同意者 does not fit the 同意者区分, carries nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Final

import duckdb
import pyarrow as pa

from identity.consent_rules import ConsentRules, Eras
from identity.permissions_sql import CLASSES, JUDGED, LEDGER, PLAIN, RESULT, SAID, USES
from identity.register import Register, register_table
from identity.stretches import stretches

# A ledger row `c` under a register entry `b` holds from the latest of these days …
STARTS: Final[Mapping[str, str]] = {
    "known": "c.known_from",
    "given": "c.given_on",
    "register from": "b.valid_from",
}
# … through the earliest of these (inclusive; null = no such bound).
ENDS: Final[Mapping[str, str]] = {
    "believed": "c.known_until - 1",
    "expiry (inclusive)": "c.ends_on",
    "withdrawal (exclusive)": "c.withdrawn_on - 1",
    "register to": "b.valid_to",
}
ROW_RULES: Final[Mapping[str, str]] = {
    "day of giving known": "c.given_on is not null",
    "speaker fits capacity": "c.fits",
    "entry for the source": "b.source in ('*', c.source)",
    "entry for the purpose": "b.purpose in ('*', c.purpose)",
    "entry of the kind": "b.kind = c.basis",
    "only consent feeds scores": "(c.basis = 'consent' or b.scores)",
    "support meeting never": "c.basis <> 'support_meeting'",
    "school by consent only": "(c.source <> 'school' or c.basis = 'consent')",
    "地方税法22条": "(c.basis not in ('internal_use', 'provided_use') or not c.tax_secret or b.opinion is not null)",
}
# What must have been said on day `f`: own, guardian, representative (成年後見人等) and refused are what the live rows
# say; the person's birthdays are age_12, age_16, age_18 (null = unknown).
PERSON_RULES: Final[Mapping[str, str]] = {
    "own from 12 to 17": "(age_12 is null or f < age_12 or f >= age_18 or own)",
    "own from 18, a parent's no longer": "(age_18 is null or f < age_18 or own or representative)",
    "guardian under 16": "(age_16 is null or f >= age_16 or guardian)",
    "unknown birth date needs both": "(age_18 is not null or (own and guardian) or representative)",
    "no refusal by a guardian": "(not refused or (age_18 is not null and f >= age_18))",
}


@dataclass(frozen=True)
class Gate:
    """The gate's rules by name."""

    starts: Mapping[str, str]
    ends: Mapping[str, str]
    rows: Mapping[str, str]
    persons: Mapping[str, str]

    def without(self, name: str) -> "Gate":
        """The gate with one rule left out: for tests that show what the rule is for."""
        kept = {f.name: {k: v for k, v in getattr(self, f.name).items() if k != name} for f in fields(self)}
        return replace(self, **kept)

    @property
    def names(self) -> tuple[str, ...]:
        """All rules, in the order in which they are asked."""
        return tuple(name for f in fields(self) for name in getattr(self, f.name))


GATE: Final = Gate(STARTS, ENDS, ROW_RULES, PERSON_RULES)
GATE_RULES: Final = GATE.names


# What one era's rules allow on the days of that era; and what goes on unchanged from era to era.
_PIECES: Final = """
select resident_id, sources, purposes, coalesce(covers_from, date '0001-01-01') as covers,
  greatest("from", $first) as f, least(coalesce("until", forever()), $last) as u
from permission where "from" <= $last and coalesce("until", forever()) >= $first
"""
_JOINED: Final = f"""
create or replace temp table permission as
select resident_id, sources, purposes, f as "from", nullif(u, forever()) as "until",
  nullif(covers, date '0001-01-01') as covers_from
from {stretches("pieces", "resident_id, sources, purposes, covers")}
"""
PERMISSION: Final = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "sources", "purposes")]
    + [("from", pa.date32()), ("until", pa.date32()), ("covers_from", pa.date32())]
)


def permissions(
    consents: pa.Table | None,
    births: pa.Table,
    bases: Register,
    rules: ConsentRules,
    sources: Sequence[str] | None = None,
    gate: Gate = GATE,
) -> pa.Table:
    """Stretches of days on which a person's data of some sources may be used for some purposes.

    In: versions of the consents source; births (resident_id, birth_date null = unknown; with from, until, inclusive,
    when it is known as believed on each day: `states.births`); sources: those that may be spoken of (None = any).
    Out: PERMISSION, sorted by resident_id, from, sources, purposes; until inclusive, null = open; covers_from: facts
    from that day on; null = all. «On D» means as known on D: a row's versions count while they were believed, so
    nothing learnt later changes an earlier day. A person's rows depend on nobody else's.
    """
    if consents is None:
        return PERMISSION.empty_table()
    with duckdb.connect() as con:
        con.register("consents", consents)
        con.register("births", births)
        make_permission(con, bases, rules, sources, gate)
        order = 'resident_id, "from", sources, purposes'
        return con.sql(f"from permission order by {order}").to_arrow_table().cast(PERMISSION)


def make_permission(
    con: duckdb.DuckDBPyConnection,
    bases: Register,
    rules: ConsentRules,
    sources: Sequence[str] | None = None,
    gate: Gate = GATE,
) -> None:
    """Make `permission` of `consents` and `births`, tables of `con`, in no order; see `permissions`."""
    _prepare(con, bases, rules)
    con.execute(LEDGER)
    bound = {"secret": list(rules.tax_secrecy_sources), "sources": None if sources is None else list(sources)}
    con.execute(USES.format(rows=_all(gate.rows)), bound)
    con.execute(CLASSES)
    starts, ends = (", ".join(bounds.values()) for bounds in (gate.starts, gate.ends))
    con.execute(SAID.format(starts=starts, ends=f"{ends}, forever()"))
    con.execute(PLAIN)
    con.execute(JUDGED.format(persons=_all(gate.persons)))
    con.execute(RESULT)


def make_permission_by_era(
    con: duckdb.DuckDBPyConnection, bases: Register, eras: Eras, sources: Sequence[str] | None = None
) -> None:
    """`make_permission` by the rules of each day; what rules before and after a change allow alike is one stretch."""
    lasts = [first - timedelta(days=1) for first, _ in eras[1:]] + [date.max]
    for (first, rules), last in zip(eras, lasts, strict=True):
        make_permission(con, bases, rules, sources)
        if len(eras) > 1:
            how = "insert into pieces" if first > eras[0][0] else "create or replace temp table pieces as"
            con.execute(f"{how} {_PIECES}", {"first": first, "last": last})
    if len(eras) > 1:
        con.execute(_JOINED)


def holds_on(day: str, row: str = "") -> str:
    """SQL: whether a `row` with from and until (both inclusive, null = open) holds on `day`, an SQL expression."""
    of = f"{row}." if row else ""
    return f'({of}"from" <= {day} and ({of}"until" is null or {day} <= {of}"until"))'


def names(column: str, name: str) -> str:
    """SQL: whether a column of names with `|` between them holds the name that the expression `name` gives."""
    return f"contains('|' || {column} || '|', '|' || {name} || '|')"


def birthday(born: str, years: str) -> str:
    """SQL: the first day of an age. Who was born on 29 February is a year older when 28 February has ended
    (年齢計算ニ関する法律, 民法143条2項).
    """
    return f"(({born} + to_years({years}))::date + (day({born}) - day({born} + to_years({years})))::int)"


def adult_on(day: str, born: str = "s.birth_date") -> str:
    """SQL: whether somebody is 18 or older on a day (民法4条); an unknown birth date counts as an adult's."""
    return f"({born} is null or {birthday(born, '18')} <= {day})"


def permitted_on(day: str, purpose: str) -> str:
    """SQL: resident_id, sources, covers_from, from, until of what `permission` allows for a purpose on a day (both SQL
    expressions).

    The one filter that says who is permitted.
    """
    return f"""(select resident_id, sources, covers_from, "from", "until" from permission
        where {holds_on(day)} and {names("purposes", purpose)})"""


def unfolded(permission: pa.Table) -> pa.Table:
    """A row per source and purpose: resident_id, source, purpose, from, until, covers_from; sorted."""
    with duckdb.connect() as con:
        con.register("permission", permission)
        return con.sql(
            """with of_source as (select *, unnest(string_split(sources, '|')) as source from permission)
            select resident_id, source, unnest(string_split(purposes, '|')) as purpose, "from", "until", covers_from
            from of_source order by all"""
        ).to_arrow_table()


def _all(rules: Mapping[str, str]) -> str:
    return " and ".join(rules.values()) or "true"


def _prepare(con: duckdb.DuckDBPyConnection, bases: Register, rules: ConsentRules) -> None:
    con.register("entries", register_table(bases))
    # Entries that hold on the same days allow a use alike.
    days = "dense_rank() over (order by valid_from, valid_to)"
    con.execute(f"create or replace temp table bases as select *, {days} as entry from entries")
    forms = rules.form_covers_months
    months = pa.array([None if value is None else int(value) for value in forms.values()], pa.int32())
    con.register("form", pa.table({"form_version": pa.array(forms, pa.string()), "months": months}))
    con.execute("create or replace macro forever() as date '9999-12-31'")
    con.execute(f"create or replace macro birthday(b, n) as {birthday('b', 'n')}")
    own = min(rules.child_own_from, rules.adult_from)
    bounded = "from" in con.sql("from births limit 0").columns
    known = '"from"' if bounded else "date '0001-01-01'"
    until = 'coalesce("until", forever())' if bounded else "forever()"
    con.execute(
        f"""create or replace temp table ages as select resident_id, {known} as known_f, {until} as known_u,
          birthday(birth_date, {own}) as age_12, birthday(birth_date, {max(own, rules.guardian_until)}) as age_16,
          birthday(birth_date, {rules.adult_from}) as age_18
        from births where birth_date is not null"""
    )
