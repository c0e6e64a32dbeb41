"""The urgent sheet of a day: facts that cannot wait for the week's list (PRACTICE: the human lane)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
import pyarrow as pa

from outreach.eligibility import LEFT_OUT, checked_exclusions, urgent_blocked
from outreach.policy import Policy
from outreach.teams import capacity

URGENT = pa.schema(
    [
        ("household_key", pa.string()),
        ("person_key", pa.string()),
        ("district", pa.string()),
        ("team", pa.string()),
        ("fact", pa.string()),
        ("latest_on", pa.date32()),
        ("recipient", pa.string()),
    ]
)
"""DESIGN §5 plus recipient: team; worker (生活保護, プラン継続中: told to the worker in charge); chief (no team)."""

FACTS = pa.schema(
    [
        ("household_key", pa.string()),
        ("feature", pa.string()),
        ("person_key", pa.string()),
        ("latest_on", pa.date32()),
    ]
)

EVENTS: Mapping[str, tuple[str, str]] = {
    "housing_claim": (
        "お住まいのことで、ご案内できることがあります({month}の情報)",
        "お住まいとお家賃の相談窓口のご案内",
    ),
    "housing_suit": ("お住まいのことで、お急ぎのご案内があります({month}の情報)", "お住まいとお家賃の相談窓口のご案内"),
}
"""Urgent facts that are no feature but a kind of episode, told once a month: wording for paper, and what to offer."""

ALREADY = pa.schema([("household_key", pa.string()), ("fact", pa.string()), ("latest_on", pa.date32())])

_SQL = """
with met as (
    select f.household_key, coalesce(f.person_key, min(p.person_key)) as person_key, f.feature as fact, f.latest_on
    from facts f
    join people p on p.household_key = f.household_key and (f.person_key is null or f.person_key = p.person_key)
    group by f.household_key, f.person_key, f.feature, f.latest_on
)
select m.household_key, m.person_key, p.district, w.team, m.fact, m.latest_on,
    case when b.household_key is not null then 'worker' when w.team is null then 'chief' else 'team' end as recipient
from met m
join people p on p.household_key = m.household_key and p.person_key = m.person_key
left join wards w on w.district = p.district
left join (select distinct household_key from barred where why in ('welfare_recipient', 'plan_running')) b
    on b.household_key = m.household_key
where m.latest_on <= $day
    and date_diff('day', m.latest_on, $day) <= case when m.fact in (select unnest($monthly)) then $month_age
      else $max_age end
    and m.household_key not in (select household_key from blocked)
    and not exists (
        select 1 from already a
        where a.household_key = m.household_key and a.fact = m.fact and a.latest_on = m.latest_on
    )
order by w.team nulls last, m.household_key, m.fact, m.person_key
"""


def urgent(
    facts: pa.Table,
    people: pa.Table,
    teams: pa.Table,
    policy: Policy,
    day: date,
    excluded: pa.Table | None = None,
    already: pa.Table | None = None,
) -> pa.Table:
    """Return the urgent sheet of ``day`` (URGENT), sorted by team and household.

    facts: FACTS: evidence of the features that are urgent on the day they qualify (a water stop that counts), and of
    EVENTS; person_key null = the dwelling's; permission, visibility and vacancy are settled there.
    people: as in plan_week; a person's fact is taken to that person only, a dwelling's to any adult with a basis.
    excluded: household_key, why. A pause after a refusal does not hold an urgent fact back; protection, death and
    moving away do. already: facts on earlier urgent sheets (ALREADY): nothing is brought twice. A fact older than
    ``policy.urgent_max_age_days`` is left to the week's list. No score is needed and none is consulted.
    """
    barred = LEFT_OUT.empty_table() if excluded is None else checked_exclusions(excluded)
    connection = duckdb.connect()
    try:
        connection.execute("set threads to 1")
        connection.register("facts", facts.select(FACTS.names))
        connection.register("people", people.select(["household_key", "person_key", "district"]))
        connection.register("wards", capacity(teams).ward_table())
        connection.register("barred", barred)
        connection.register("blocked", pa.table({"household_key": urgent_blocked(barred)}))
        connection.register("already", ALREADY.empty_table() if already is None else already.select(ALREADY.names))
        ages = {"max_age": policy.urgent_max_age_days, "month_age": policy.urgent_monthly_max_age_days}
        days = {"day": day, "monthly": list(EVENTS), **ages}
        return connection.execute(_SQL, days).to_arrow_table().cast(URGENT)
    finally:
        connection.close()
