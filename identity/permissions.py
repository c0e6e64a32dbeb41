"""The basis gate: per person × source × purpose × day, as known on that very day (SOURCES «Legal bases», «consents»).

Missing is refused. The gate is a set of named rules (`GATE_RULES`); a test leaves out each by name and sees some case
change.

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

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import pyarrow as pa
import yaml

from identity.register import Register, register_table

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


@dataclass(frozen=True)
class ConsentRules:
    """Numbers of `config/consent.yaml` on a day.

    `form_covers_months`: how far before 取得日 a form reaches when 対象期間の始め is empty, by 様式版; None =
    everything; a form that is not listed covers what happens from 取得日 on. `tax_secrecy_sources`: under 地方税法22条.
    """

    child_own_from: int
    guardian_until: int
    adult_from: int
    release: Literal["confirmed", "automatic"]
    form_covers_months: Mapping[str, int | None]
    tax_secrecy_sources: tuple[str, ...] = ("tax", "insurance")


_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "source", "purpose")]
    + [("from", pa.date32()), ("until", pa.date32()), ("covers_from", pa.date32())]
)


def load_consent_rules(path: Path, day: date) -> ConsentRules:
    """The rules of `consent.yaml` that hold on `day`. Raises ValueError naming a number that does not hold yet."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))

    def held(name: str) -> Any:
        entries = [entry for entry in raw.get(name, []) if entry["from"] <= day]
        if not entries:
            raise ValueError(f"consent.yaml, {name}: no value that holds on {day} → add one with an earlier `from`")
        value = max(entries, key=lambda entry: entry["from"])["value"]
        return tuple(value) if isinstance(value, list) else value

    return ConsentRules(**{f.name: held(f.name) for f in fields(ConsentRules)})


def permissions(
    consents: pa.Table | None, births: pa.Table, bases: Register, rules: ConsentRules, gate: Gate = GATE
) -> pa.Table:
    """Stretches of days on which a person's data of a source may be used for a purpose.

    In: versions of the consents source; births (resident_id, birth_date null = unknown; with from, until, inclusive,
    when it is known as believed on each day: `states.births`). Out: resident_id, source, purpose, from, until
    (inclusive, null = open), covers_from (facts from that day on; null = all); sorted. «On D» means as known on D: a
    row's versions count while they were believed, so nothing learnt later changes an earlier day.
    """
    if consents is None:
        return _SCHEMA.empty_table()
    with duckdb.connect() as con:
        _prepare(con, consents, births, bases, rules)
        starts, ends = (", ".join(bounds.values()) for bounds in (gate.starts, gate.ends))
        con.execute(_SAID.format(starts=starts, ends=f"{ends}, forever()", rows=_all(gate.rows)))
        con.execute(_PLAIN)
        con.execute(_STRETCHES.format(person=_all(gate.persons)))
        return con.sql(_RESULT).to_arrow_table().cast(_SCHEMA)


def permitted_on(permission: pa.Table, day: date, purpose: str) -> pa.Table:
    """resident_id, source, covers_from of everybody permitted for `purpose` on `day`, sorted."""
    with duckdb.connect() as con:
        con.register("permission", permission)
        return con.execute(
            """select resident_id, source, covers_from from permission
            where purpose = $purpose and "from" <= $day and ("until" is null or $day <= "until") order by all""",
            {"purpose": purpose, "day": day},
        ).to_arrow_table()


def _all(rules: Mapping[str, str]) -> str:
    return " and ".join(rules.values()) or "true"


def _prepare(
    con: duckdb.DuckDBPyConnection, consents: pa.Table, births: pa.Table, bases: Register, rules: ConsentRules
) -> None:
    con.register("consents", consents)
    con.register("births", births)
    con.register("bases", register_table(bases))
    forms = rules.form_covers_months
    months = pa.array([None if value is None else int(value) for value in forms.values()], pa.int32())
    con.register("form", pa.table({"form_version": pa.array(forms, pa.string()), "months": months}))
    con.execute("create macro forever() as date '9999-12-31'")
    # 年齢計算ニ関する法律, 民法143条2項: who was born on 29 February is a year older when 28 February has ended.
    con.execute("create macro birthday(b, n) as (b + to_years(n))::date + (day(b) - day(b + to_years(n)))::int")
    own = min(rules.child_own_from, rules.adult_from)
    bounded = "from" in births.column_names
    known = '"from"' if bounded else "date '0001-01-01'"
    until = 'coalesce("until", forever())' if bounded else "forever()"
    con.execute(
        f"""create temp table ages as select resident_id, {known} as known_f, {until} as known_u,
          birthday(birth_date, {own}) as age_12, birthday(birth_date, {max(own, rules.guardian_until)}) as age_16,
          birthday(birth_date, {rules.adult_from}) as age_18
        from births where birth_date is not null"""
    )
    con.execute(_LEDGER, {"secret": list(rules.tax_secrecy_sources)})


# One row per version × source × purpose; who speaks; from which day on facts are covered (0001-01-01 = all).
_LEDGER = """
create temp table ledger as
with forms as (
  select c.* exclude (covers_from),
    case coalesce(capacity, '本人') when '本人' then 'own' when '成年後見人等' then 'representative'
      when '親権者' then 'guardian' when '未成年後見人' then 'guardian' end as voice,
    case when covers_from is not null then covers_from
      when form.form_version is null then given_on
      when form.months is null then date '0001-01-01'
      else (given_on - to_months(form.months))::date end as covers
  from consents c left join form using (form_version)),
spoken as (
  select *, coalesce(case when voice = 'own' then given_by is null or given_by = resident_id
    else given_by <> resident_id end, false) as fits, unnest(sources) as source from forms)
select resident_id, given_by, voice, fits, basis, covers, given_on, ends_on, withdrawn_on, known_from, known_until,
  source, source in (select unnest($secret)) as tax_secret, unnest(purposes) as purpose from spoken
"""
_SAID = """
create temp table said as
select * from (
  select c.resident_id, c.source, c.purpose, c.voice, c.given_by, c.given_on, c.covers,
    greatest({starts}) as f, least({ends}) as u
  from ledger c join bases b on {rows})
where f <= u;
create temp table refused as
select resident_id, given_by, source, purpose, given_on, withdrawn_on, greatest(known_from, withdrawn_on) as f,
  coalesce(known_until - 1, forever()) as u
from ledger where voice = 'guardian' and withdrawn_on is not null
"""
# An adult's only row needs no timeline; nearly all rows are of this kind.
_PLAIN = """
create temp table plain as
with single as (
  select resident_id, source, purpose, any_value(voice) as voice, min(f) as f, max(u) as u, min(covers) as covers
  from said group by all having count(*) = 1)
select s.* exclude (voice) from single s join ages a using (resident_id)
where voice in ('own', 'representative') and s.f >= age_18 and s.f >= known_f and s.u <= known_u
"""
_STRETCHES = """
create temp table judged as
with live as (
  select * from said anti join plain using (resident_id, source, purpose)),
subject as (select distinct resident_id, source, purpose from live),
turns as (
  select resident_id, source, purpose, f as day from live
  union select resident_id, source, purpose, u + 1 from live where u < forever()
  union select s.*, unnest([r.f, case when r.u < forever() then r.u + 1 end])
    from subject s join refused r using (resident_id, source, purpose)
  union select s.*, unnest([age_12, age_16, age_18, known_f, case when known_u < forever() then known_u + 1 end])
    from subject s join ages using (resident_id)),
spans as (
  select *, lead(day) over (partition by resident_id, source, purpose order by day) - 1 as u
  from turns where day is not null),
speaking as (
  select s.resident_id, s.source, s.purpose, s.day as f, s.u, p.voice, p.covers, age_12, age_16, age_18
  from spans s
  join live p on p.resident_id = s.resident_id and p.source = s.source and p.purpose = s.purpose
    and p.f <= s.day and s.day <= p.u
  left join ages a on a.resident_id = s.resident_id and known_f <= s.day and s.day <= known_u),
heard as (
  select resident_id, source, purpose, f, any_value(u) as u, any_value(age_12) as age_12, any_value(age_16) as age_16,
    any_value(age_18) as age_18,
    bool_or(voice = 'own') as own, min(covers) filter (voice = 'own') as c_own,
    bool_or(voice = 'guardian') as guardian, min(covers) filter (voice = 'guardian') as c_guardian,
    bool_or(voice = 'representative') as representative,
    min(covers) filter (voice = 'representative') as c_representative
  from speaking group by resident_id, source, purpose, f),
standing as (
  select distinct s.resident_id, s.source, s.purpose, s.day as f
  from spans s join refused r on r.resident_id = s.resident_id and r.source = s.source and r.purpose = s.purpose
    and r.f <= s.day and s.day <= r.u
  where not exists (
    select 1 from live p where p.resident_id = r.resident_id and p.source = r.source and p.purpose = r.purpose
      and p.voice = 'guardian' and p.given_by = r.given_by
      and p.given_on > r.given_on and p.given_on >= r.withdrawn_on
      and p.f <= s.day and s.day <= p.u)),
asked as (
  select h.*, st.f is not null as refused from heard h left join standing st using (resident_id, source, purpose, f))
select *, case
    when age_12 is not null and f < age_12 then c_guardian
    when age_16 is not null and f < age_16 then greatest(c_own, c_guardian)
    when age_18 is not null and f < age_18 then c_own
    when age_18 is not null then least(c_own, c_representative)
    when own and guardian then least(greatest(c_own, c_guardian), c_representative) else c_representative end as covers
from asked where {person}
"""
_RESULT = """
with marked as (
  select *, lag(u) over w is distinct from f - 1 or lag(covers) over w is distinct from covers as fresh
  from judged window w as (partition by resident_id, source, purpose order by f)),
runs as (
  select *, sum(fresh::int) over (partition by resident_id, source, purpose order by f rows unbounded preceding) as run
  from marked),
joined as (
  select resident_id, source, purpose, min(f) as f, max(coalesce(u, forever())) as u, any_value(covers) as covers
  from runs group by resident_id, source, purpose, run
  union all select resident_id, source, purpose, f, u, covers from plain)
select resident_id, source, purpose, f as "from", nullif(u, forever()) as "until",
  nullif(covers, date '0001-01-01') as covers_from
from joined order by resident_id, source, purpose, f
"""
