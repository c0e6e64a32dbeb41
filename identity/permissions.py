"""The basis gate: per person × source × purpose × day, as known on that very day (SOURCES «Legal bases», «consents»).

Missing is refused. The gate is a set of named rules: bounds on the stretch of days a ledger row can carry, conditions on the row and
its register entry, and conditions on the person's age. A test drops each by name and sees some case change.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

import duckdb
import pyarrow as pa
import yaml

from identity.register import Register

STARTS: Final[Mapping[str, str]] = {
    "known": "c.known_from",
    "given": "c.given_on",
    "register from": "b.valid_from",
}
ENDS: Final[Mapping[str, str]] = {
    "believed": "c.known_until - 1",
    "expiry (inclusive)": "c.ends_on",
    "withdrawal (exclusive)": "c.withdrawn_on - 1",
    "register to": "b.valid_to",
}
ROW_RULES: Final[Mapping[str, str]] = {
    "entry for the source": "(b.source = '*' or b.source = c.source)",
    "entry for the purpose": "(b.purpose = '*' or b.purpose = c.purpose)",
    "entry of the kind": "b.kind = c.basis",
    "only consent feeds scores": "(c.basis = 'consent' or b.scores)",
    "support meeting never": "c.basis <> 'support_meeting'",
    "school by consent only": "(c.source <> 'school' or c.basis = 'consent')",
    "地方税法22条": "(c.basis not in ('internal_use', 'provided_use') or c.source not in ('tax', 'insurance') or b.opinion is not null)",
}
PERSON_RULES: Final[Mapping[str, str]] = {
    "guardian under 16": "(age_16 is null or f >= age_16 or guardian)",
    "own from 12": "(age_12 is not null and f < age_12 or own)",
    "no refusal by a guardian": "(age_18 is not null and f >= age_18 or not refused)",
}

@dataclass(frozen=True)
class ConsentRules:
    """Numbers of `config/consent.yaml` on a day: ages, how protection is released, what a form covers when it does not say."""

    child_own_from: int
    guardian_until: int
    adult_from: int
    release: Literal["confirmed", "automatic"]
    form_covers_months: Mapping[str, int]


@dataclass(frozen=True)
class Gate:
    """The gate's rules; a mutation test makes one with a rule left out."""

    starts: Mapping[str, str]
    ends: Mapping[str, str]
    rows: Mapping[str, str]
    persons: Mapping[str, str]


GATE: Final = Gate(STARTS, ENDS, ROW_RULES, PERSON_RULES)

_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("resident_id", "source", "purpose")]
    + [("from", pa.date32()), ("until", pa.date32()), ("covers_from", pa.date32())]
)


def load_consent_rules(path: Path, day: date) -> ConsentRules:
    """The rules of `consent.yaml` that hold on `day`."""
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))

    def held(name: str) -> object:
        return max((e for e in raw[name] if e["from"] <= day), key=lambda e: e["from"])["value"]

    return ConsentRules(**{name: held(name) for name in ConsentRules.__dataclass_fields__})  # type: ignore[arg-type]


def permissions(
    consents: pa.Table | None, births: pa.Table, bases: Register, rules: ConsentRules, gate: Gate = GATE
) -> pa.Table:
    """Stretches of days on which a person's data of a source may be used for a purpose.

    In: versions of the consents source; births (resident_id, birth_date null = unknown). Out: resident_id, source, purpose,
    from, until (inclusive, null = open), covers_from: facts from that day on; sorted. «On D» means as known on D. An
    unknown birth date is treated as that of a child of 12 to 15: both the guardian's and the own consent would be asked
    for, unless no guardian ever spoke for the person, who then counts as an adult.
    """
    if consents is None:
        return _SCHEMA.empty_table()
    con = duckdb.connect()
    con.register("consents", consents)
    con.register("births", births)
    con.register("bases", pa.Table.from_pylist([asdict(b) for b in bases]) if bases else _no_bases())
    con.register("form", pa.table({"form_version": list(rules.form_covers_months), "months": list(rules.form_covers_months.values())}))
    con.execute(_EXPLODED)
    con.execute(
        f"""create temp table said as select c.*, greatest({", ".join(gate.starts.values())}) as f,
        least({", ".join(f"coalesce({end}, date '9999-12-31')" for end in gate.ends.values())}, date '9999-12-31') as u
        from ledger c join bases b on {" and ".join(gate.rows.values()) or "true"}"""
    )
    ages = ", ".join(
        f"(birth_date + to_years({age}))::date as age_{name}"
        for name, age in (("12", rules.child_own_from), ("16", rules.guardian_until), ("18", rules.adult_from))
    )
    con.execute(f"create temp view ages as select resident_id, {ages} from births where birth_date is not null")
    con.execute(_REFUSED)
    return con.sql(_STRETCHES.format(person=" and ".join(gate.persons.values()) or "true")).to_arrow_table().cast(_SCHEMA)


_EXPLODED = """
create temp table ledger as
with lists as (select *, unnest(sources) as source from consents)
select l.* exclude (sources, purposes, covers_from), unnest(l.purposes) as purpose,
  case when capacity in ('親権者', '未成年後見人') then 'guardian' else 'own' end as who,
  coalesce(covers_from, (given_on - to_months(coalesce(form.months, 0)::integer))::date) as covers
from lists l left join form using (form_version)
"""
_REFUSED = """
create temp table refused as
select resident_id, given_by, source, purpose, greatest(known_from, withdrawn_on) as f,
  coalesce(known_until - 1, date '9999-12-31') as u, given_on
from ledger where who = 'guardian' and withdrawn_on is not null
"""
_STRETCHES = """
with live as (select * from said where f <= u),
person as (
  select s.*, case when s.who = 'guardian' then least(s.u, coalesce(a.age_18 - 1, s.u)) else s.u end as upto
  from live s left join ages a using (resident_id)),
subject as (select distinct resident_id, source, purpose from person),
turns as (
  select resident_id, source, purpose, f as day from person
  union select resident_id, source, purpose, upto + 1 from person where upto < date '9999-12-31'
  union select s.*, r.f from subject s join refused r using (resident_id, source, purpose)
  union select s.*, r.u + 1 from subject s join refused r using (resident_id, source, purpose) where r.u < date '9999-12-31'
  union select s.*, d.day from subject s join (
    select resident_id, unnest([age_12, age_16, age_18]) as day from ages) d using (resident_id)),
spans as (
  select *, lead(day) over (partition by resident_id, source, purpose order by day) - 1 as u from turns),
held as (
  select s.resident_id, s.source, s.purpose, s.day as f, s.u,
    bool_or(p.who = 'own') as own, bool_or(p.who = 'guardian') as guardian, min(p.covers) as covers
  from spans s join person p on p.resident_id = s.resident_id and p.source = s.source and p.purpose = s.purpose
    and p.f <= s.day and s.day <= p.upto
  group by all),
judged as (
  select h.*, a.age_12, a.age_16, a.age_18, exists (
    select 1 from refused r where r.resident_id = h.resident_id and r.source = h.source and r.purpose = h.purpose
      and r.f <= h.f and h.f <= r.u and not exists (
        select 1 from person p where p.resident_id = r.resident_id and p.source = r.source and p.purpose = r.purpose
          and p.who = 'guardian' and p.given_by = r.given_by and p.given_on > r.given_on
          and p.f <= h.f and h.f <= p.upto)) as refused
  from held h left join ages a using (resident_id)),
kept as (
  select * from judged where {person}
    and (age_18 is not null or not guardian or own)),
marked as (
  select *, lag(u) over w is distinct from f - 1 or lag(covers) over w is distinct from covers as fresh
  from kept window w as (partition by resident_id, source, purpose order by f)),
runs as (
  select *, sum(fresh::int) over (partition by resident_id, source, purpose order by f rows unbounded preceding) as run
  from marked)
select resident_id, source, purpose, min(f) as "from", case when bool_or(u is null) then null else max(u) end as "until",
  any_value(covers) as covers_from
from runs group by resident_id, source, purpose, run order by 1, 2, 3, 4
"""


def permitted_on(permission: pa.Table, day: date, purpose: str) -> pa.Table:
    """resident_id, source, covers_from of everybody permitted for `purpose` on `day`, sorted."""
    con = duckdb.connect()
    con.register("permission", permission)
    return con.execute(
        """select resident_id, source, min(covers_from) as covers_from from permission
        where purpose = $purpose and "from" <= $day and $day <= coalesce("until", date '9999-12-31')
        group by all order by all""",
        {"purpose": purpose, "day": day},
    ).to_arrow_table()


def _no_bases() -> pa.Table:
    names = ("number", "source", "purpose", "kind", "opinion")
    fields = [(name, pa.string()) for name in names] + [("valid_from", pa.date32()), ("valid_to", pa.date32()), ("scores", pa.bool_())]
    return pa.schema(fields).empty_table()
