"""The gate of intake: only rows of persons with a basis for that source, on the day the row became known, are kept.

Promise 1: missing is refused. A row is kept when its person is found (by 宛名番号, or linked by name and birth date or
address), had the basis on the day the row became known, the basis covers the day the row is about, and the basis has
held without a gap from then to the day of this run: so a withdrawal forgets what came before it, however the days
are batched.
"""

from collections.abc import Mapping
from datetime import date
from typing import cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts.catalog import Source
from identity.links import How, link
from identity.normalise import AddressBook
from identity.permissions import names
from identity.register import load_register, uses
from pipelines import layout
from pipelines.home import Home
from pipelines.persons import People

PURPOSE = "early_outreach"
HUMAN_SLIP, SAFEGUARD = "human_slip", "safeguard"
NUMBER_OR_NAME = "resident_id_or_kana_address"
NO_PERSON = pa.schema([("resident_id", pa.string()), ("dwelling_id", pa.string())])

_STRETCH = f"""
with marked as (
  select resident_id, "from", coalesce("until", date '9999-12-31') as "until",
    max(coalesce("until", date '9999-12-31')) over (
      partition by resident_id order by "from", "until" rows between unbounded preceding and 1 preceding) as reach
  from permission where {names("sources", "$source")} and {names("purposes", "$purpose")}),
islands as (
  select *, sum(case when reach is null or "from" > reach + 1 then 1 else 0 end)
    over (partition by resident_id order by "from", "until") as island
  from marked)
select resident_id, min("from") as since from islands group by resident_id, island
having min("from") <= $to and max("until") >= $to
"""

_PASS = f"""
select distinct r.* from rows r
join stretch s on s.resident_id = r.resident_id and s.since <= r.known_from
join permission p on p.resident_id = r.resident_id
  and {names("p.sources", "$source")} and {names("p.purposes", "$purpose")}
  and r.known_from between p."from" and coalesce(p."until", date '9999-12-31')
  and ($fact is null or p.covers_from is null or fact_day is null or fact_day >= p.covers_from)
order by r.delivery, r.row
"""


class Gate:
    """The gate for one source, as of the day of the run. Sources that are not about persons' signals pass whole."""

    def __init__(self, home: Home, source: Source, to: date) -> None:
        self._home, self._source, self._to = home, source, to
        self._book: AddressBook | None = None
        self._people: People | None = None

    @staticmethod
    def reads(home: Home) -> list[str]:
        """Published tables that the gate depends on."""
        return [path for path in People.paths() if path != layout.LEDGER and home.store.has(path)]

    def passed(self, rows: pa.Table) -> pa.Table:
        """Rows that may be kept, with `resident_id` (and `dwelling_id` when the source speaks of dwellings)."""
        contract = self._source.contract
        if contract.role == "slips":
            return self._registered(rows, HUMAN_SLIP)
        if contract.safeguard:
            rows = _where(rows, f"not coalesce(({contract.safeguard.only}), false)")
        if contract.role != "signal" or not rows.num_rows:
            return rows if contract.role != "signal" else self._no_person(rows)
        found = self._with_person(rows)
        fact = contract.fact_date
        bound = {"source": contract.basis, "purpose": PURPOSE, "fact": fact}
        people = self._opened()
        people.con.register("found", found)
        people.con.execute(
            f"create or replace temp view rows as select *, {fact or 'null::date'} as fact_day from found"
        )
        passed = people.ask(_PASS, bound, stretch=stretch_since(people, contract.basis, self._to))
        return passed.drop_columns(["fact_day"])

    def safeguards(self, rows: pa.Table) -> pa.Table:
        """Rows that serve as a safeguard, whoever consented: what the contract names, while the register allows it."""
        declared = self._source.contract.safeguard
        if declared is None:
            return rows.slice(0, 0)
        return self._registered(_where(rows, f"coalesce(({declared.when}), false)"), SAFEGUARD)

    def _opened(self) -> People:
        self._people = self._people or People(self._home)
        return self._people

    def quarantined(self, rows: pa.Table) -> pa.Table:
        """Refused rows that may be set aside for 30 days. A refused slip goes back to whoever wrote it, unseen."""
        return rows.slice(0, 0) if self._source.contract.role == "slips" else self.passed(rows)

    def _registered(self, rows: pa.Table, purpose: str) -> pa.Table:
        """Rows that became known while the register held a live entry for this source and a use that is not scoring."""
        register = load_register(self._home.settings.config / "legal_bases.yaml")
        live = [
            (entry.valid_from, entry.valid_to or date.max)
            for entry in uses(register, self._source.contract.basis, purpose)
        ]
        known = rows["known_from"].to_pylist()
        return rows.filter(pa.array([any(f <= day <= u for f, u in live) for day in known], pa.bool_()))

    def _no_person(self, rows: pa.Table) -> pa.Table:
        for field in NO_PERSON:
            if field.name not in rows.column_names:
                rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
        return rows

    def _with_person(self, rows: pa.Table) -> pa.Table:
        subject = self._source.contract.subject
        if subject["by"] == "resident_id":
            column = subject["column"]
            named = rows if column == "resident_id" else rows.append_column("resident_id", rows[column])
            return self._no_person(named)
        if subject["by"] == NUMBER_OR_NAME:
            numbered = pc.is_valid(rows[subject["column"]])
            unnumbered = self._linked(rows.filter(pc.invert(numbered)).drop_columns([subject["column"]]), subject)
            return pa.concat_tables(
                [self._no_person(rows.filter(numbered)), unnumbered], promote_options="permissive"
            ).sort_by([("delivery", "ascending"), ("row", "ascending")])
        return self._linked(rows, subject)

    def _linked(self, rows: pa.Table, subject: Mapping[str, str]) -> pa.Table:
        """Link by name; on each day those protected on that day are never linked."""
        numbered = rows.append_column("row_id", pa.array(range(rows.num_rows), pa.int64()))
        asked = pa.table(
            {"row_id": numbered["row_id"], "day": numbered["known_from"], **asked_columns(numbered, subject)}
        )
        people = self._opened()
        self._book = self._book or AddressBook(people.ask("select distinct town_code, town from states"))
        states, never = (people.ask(f"select * from {name}") for name in ("states", "protection"))
        links = link(asked, states, self._book, how_linked(subject), never=never)
        con = duckdb.connect()
        con.register("numbered", numbered)
        con.register("links", links)
        dwelling = "l.dwelling_id" if subject.get("entity") == "dwelling" else "null::varchar"
        return con.sql(
            f"""select n.* exclude (row_id), l.resident_id, {dwelling} as dwelling_id
            from numbered n join links l using (row_id) where l.outcome = 'linked' order by delivery, row"""
        ).to_arrow_table()


def _where(rows: pa.Table, condition: str) -> pa.Table:
    with duckdb.connect() as con:
        con.register("rows", rows)
        return con.sql(f"select * from rows where {condition} order by delivery, row").to_arrow_table()


def stretch_since(people: People, basis: str | None, day: date) -> pa.Table:
    """Persons with a basis for `basis` on `day` and since when without a gap: resident_id, since."""
    return people.ask(_STRETCH, {"source": basis, "purpose": PURPOSE, "to": day})


def how_linked(subject: Mapping[str, str]) -> How:
    """How rows without a number find their person."""
    return "kana_address" if subject["by"] == NUMBER_OR_NAME else cast(How, subject["by"])


def asked_columns(rows: pa.Table, subject: Mapping[str, str]) -> dict[str, pa.ChunkedArray | pa.Array]:
    """What linking asks of rows: kana, birth_date, address, building, from the columns that `subject` names."""

    def column(role: str, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
        name = subject.get(role)
        return rows[name] if name else pa.nulls(rows.num_rows, kind)

    return {
        "kana": column("kana", pa.string()),
        "birth_date": column("birth", pa.date32()),
        "address": column("address", pa.string()),
        "building": column("building", pa.string()),
    }
