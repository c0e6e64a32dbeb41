"""What 支援・受給状況 does to a list (PRACTICE «Who is on the list»): facts that need no consent, and what each means.

They exclude a household or call for a word with the 主任; they are no feature, no reason, and never leave
`restricted/` (docs/decisions/0012).
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from outreach.eligibility import LEFT_OUT

FACTS = pa.schema(
    [
        ("case_no", pa.string()),
        ("household_key", pa.string()),
        ("kind", pa.string()),
        ("began_on", pa.date32()),
        ("ended_on", pa.date32()),
        ("adult", pa.bool_()),
        ("resident", pa.string()),
    ]
)
"""One row per case of a member of a household in scope; `resident` only tells members apart."""

CASES = pa.schema([("household_key", pa.string()), ("case_no", pa.string()), ("why", pa.string())])
"""Which case number stands for a household with each worker: why is welfare_recipient, plan_running or council."""

COUNCIL = "council"
DESKS = {
    "welfare_recipient": "生活保護の担当",
    "plan_running": "自立相談支援の担当",
    COUNCIL: "こども家庭センター",
    "protected": "支援措置の担当",
}
"""The desk that is responsible, by why."""

_KINDS = """case kind when '生活保護受給' then 'welfare_recipient' when 'プラン作成' then 'plan_running'
  when '要対協' then 'council' end"""
_OPEN = "began_on <= $day and (ended_on is null or $day <= ended_on)"
_CASES = f"""
select household_key, case_no, why from (select *, {_KINDS} as why from facts where {_OPEN}) where why is not null
order by all"""
_AWAY = f"""
with away as (
  select household_key, count(distinct resident) as people from facts
  where kind = '入院入所' and adult and {_OPEN} group by household_key)
select household_key from away join adults using (household_key) where people >= adults order by all"""


def open_cases(facts: pa.Table, day: date) -> pa.Table:
    """CASES that run on ``day``: 生活保護受給, プラン, 要対協. 介護認定 and 就学前在籍 never are (PRACTICE)."""
    return _ask(_CASES, day, facts=facts).cast(CASES)


def exclusions(facts: pa.Table, adults: pa.Table, day: date) -> pa.Table:
    """LEFT_OUT of ``day``: who receives 生活保護, whose plan runs, and whose every adult is in hospital or a home.

    adults: household_key, adults (all, consenting or not). 要対協 excludes nobody: the card asks to see the 主任.
    """
    cases = open_cases(facts, day)
    away = _ask(_AWAY, day, facts=facts, adults=adults)["household_key"].to_pylist()
    rows = [(row["household_key"], row["why"]) for row in cases.to_pylist() if row["why"] != COUNCIL]
    rows += [(key, "hospital_only_adult") for key in away]
    return pa.Table.from_pylist([{"household_key": key, "why": why} for key, why in sorted(set(rows))], LEFT_OUT)


def _ask(sql: str, day: date, **tables: pa.Table) -> pa.Table:
    connection = duckdb.connect()
    try:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.execute(sql, {"day": day}).to_arrow_table()
    finally:
        connection.close()
