"""Safeguards: facts that keep a household off a list, or call for a word with the 主任, whoever consented.

They rest on an entry of the register that is not scoring (SOURCES «Legal bases»), lie sealed below `restricted/people`
and hold what was last delivered, by case, and only while it lasts. No other step reads them than the one that makes
lists (docs/decisions/0012).
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.staging import DELETED
from identity.permissions import adult_on
from outreach.safeguards import FACTS
from pipelines import layout
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.scope import Scope
from pipelines.store import Draft


@dataclass(frozen=True)
class Seen:
    """What one batch says: every staged row of files that were not refused (a refused row has not vanished), the
    accepted ones, those of them that serve as a safeguard, and the orders of full deliveries that were whole.
    """

    staged: pa.Table
    accepted: pa.Table
    serving: pa.Table
    fulls: list[int]


# The last accepted row of a key says what is so; a whole full in which the key is missing ends it.
_LAST = f"""
with told as (
  select {{columns}}, delivery::bigint as seq, row, known_from from serving
  where (delivery, row) not in (select (delivery, row) from staged where coalesce({DELETED}, false))
  union all by name select {{columns}}, seq, 0 as row, known_from from held),
said as (select {{key}}, max(delivery)::bigint as last from accepted group by all),
alive as (select {{key}}, max(delivery)::bigint as last from staged group by all)
select t.* exclude (row) from told t left join said s using ({{key}}) left join alive a using ({{key}})
where (s.last is null or t.seq >= s.last) and ($full is null or greatest(t.seq, coalesce(a.last, -1)) >= $full)
qualify row_number() over (partition by {{key}} order by t.seq desc, t.row desc) = 1
order by all"""


def remember(home: Home, name: str, batches: list[Seen], draft: Draft) -> None:
    """Bring the safeguards of a source up to date with the batches of one run, in their order."""
    contract = home.catalog.contracts[name][-1]
    if contract.safeguard is None or not batches:
        return
    path = layout.safeguards(name)
    held = home.store.read_table(path) if home.store.has(path) else None
    sql = _LAST.format(
        columns=", ".join(f'"{column}"' for column in contract.names),
        key=", ".join(f'"{column}"' for column in contract.key),
    )
    for batch in batches:
        with duckdb.connect() as con:
            for what in ("staged", "accepted", "serving"):
                con.register(what, getattr(batch, what))
            con.execute(
                "create temp table none as select * exclude (delivery), delivery::bigint as seq from serving limit 0"
            )
            con.register("held", held) if held is not None else con.execute("create view held as from none")
            held = con.execute(sql, {"full": max(batch.fulls, default=None)}).to_arrow_table()
    assert held is not None
    draft.table(path, held, list(contract.key))


def forget(home: Home, day: date, draft: Draft) -> int:
    """Drop what was over before `day`: it keeps nobody off a list any more. Returns rows dropped."""
    dropped = 0
    for path in home.store.under(layout.safeguards("").removesuffix(".parquet")):
        held = home.store.read_table(path)
        kept = held.filter(pc.fill_null(pc.greater_equal(held["ended_on"], pa.scalar(day, pa.date32())), True))
        if kept.num_rows < held.num_rows:
            dropped += held.num_rows - kept.num_rows
            draft.rewrite(path, kept, [], "over")
    return dropped


_FACTS = f"""
with member as (
  select resident_id, household_id from membership
  where known_from <= $day and $day < coalesce(known_until, {FOREVER})
    and "from" <= $day and $day <= coalesce("until", {FOREVER}))
select h.case_no, k.household_key, h.kind, h.began_on, h.ended_on, h.resident_id as resident,
  {adult_on("$day")} as adult
from held h join member m using (resident_id) join household_keys k using (household_id)
join states s on s.resident_id = m.resident_id and s."from" <= $day and $day <= coalesce(s."until", {FOREVER})
where h.known_from <= $day order by all"""


def facts_of(home: Home, people: People, of: Scope) -> pa.Table:
    """outreach.safeguards.FACTS of the households in scope on the scope's day, every member counted."""
    paths = home.store.under(layout.safeguards("").removesuffix(".parquet"))
    found = [people.ask(_FACTS, {"day": of.day}, held=home.store.read_table(path)) for path in paths]
    whole = pa.concat_tables([FACTS.empty_table(), *(part.select(FACTS.names).cast(FACTS) for part in found)])
    return whole.filter(pc.is_in(whole["household_key"], of.households["household_key"].combine_chunks()))
