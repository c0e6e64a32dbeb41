"""The gate of intake: only rows of persons with a basis for that source, on the day the row became known, are kept.

Promise 1: missing is refused. A row is kept when its person is found (by 宛名番号, or linked by name and birth date or
address), had the basis on the day the row became known, the basis covers the day the row is about, and the basis has
held without a gap from then to the day of this run: so a withdrawal forgets what came before it, however the days
are batched.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Final, cast

import duckdb
import pyarrow as pa

from data_contracts.catalog import Source
from identity.links import How, link
from identity.normalise import AddressBook
from identity.permissions import names
from identity.register import uses
from identity.stretches import stretches
from pipelines import layout
from pipelines.holding import PURPOSE
from pipelines.home import Home
from pipelines.persons import FOREVER, People

HUMAN_SLIP, SAFEGUARD = "human_slip", "safeguard"
NUMBER_OR_NAME = "resident_id_or_kana_address"
FEW = 4

Links = Mapping[int, Mapping[str, int]]
"""Rows that had to be linked by name, by delivery and by what came of it (LINKS)."""
LINKS: Final[Mapping[str, str]] = {
    "linked": "一人に決まった",
    "ambiguous": "当てはまる人が二人以上いて、決めなかった",
    "unread": "住所を読み取れず、見つからなかった",
    "none": "住所は読めたが、見つからなかった",
}

_PERMITTED = f"""
create or replace temp table permitted as
select resident_id, "from", coalesce("until", {FOREVER}) as "until", covers_from
from permission {{only}} where {names("sources", "$source")} and {names("purposes", "$purpose")}
"""
_STRETCH = f"""
create or replace temp table stretch as
select resident_id, f as since
from {stretches('(select resident_id, "from" as f, "until" as u from permitted)', "resident_id")}
where f <= $to and u >= $to
"""
_PASS = """
create or replace temp table passed as
with allowed as (
  select distinct r.delivery, r.row from found r
  join stretch s on s.resident_id = r.resident_id join permitted p on p.resident_id = r.resident_id
  where s.since <= r.known_from and r.known_from between p."from" and p."until" and {covered})
select r.* from found r semi join allowed using (delivery, row)
"""
_OUTCOMES = """
select delivery, if(outcome = 'none' and l.dwelling_id is null, 'unread', outcome) as found, count(*)
from unlinked u join links l on u.rowid = l.row_id group by all order by all
"""
_COVERED = "(p.covers_from is null or r.{fact} is null or r.{fact} >= p.covers_from)"


class Gate:
    """The gate as of the day of the run, in the connection that holds the rows. Sources that are not about persons'
    signals pass whole.
    """

    def __init__(self, home: Home, to: date, con: duckdb.DuckDBPyConnection) -> None:
        self._home, self._to, self._con = home, to, con
        self._asked: Counter[str | None] = Counter()
        self._everybody: str | None = None
        self._book: AddressBook | None = None
        self._people: People | None = None

    @staticmethod
    def reads(home: Home) -> list[str]:
        """Published tables that the gate depends on."""
        return [path for path in People.paths() if path != layout.LEDGER and home.store.has(path)]

    def passed(self, source: Source, rows: str) -> Links:
        """Make the temp table `passed`: those of `rows` (table with delivery, row, the contract's columns, known_from)
        that may be kept, with `resident_id` and, when the source speaks of dwellings, `dwelling_id`.

        Returns what came of linking by name. Who is protected is not found like anybody who lives elsewhere, and
        permission is asked for afterwards: the counts tell neither.
        """
        links: Links = {}
        role, safeguard = source.contract.role, source.contract.safeguard
        if safeguard:
            rows = f"(from {rows} where not coalesce(({safeguard.only}), false))"
        if role == "slips":
            live = self._live(source, HUMAN_SLIP)
            self._con.execute(f"create or replace temp table passed as from {rows} where {live}")
        elif role == "signal":
            links = self._found(source, rows)
            self._permitted(source.contract.basis)
            fact = source.contract.fact_date
            self._con.execute(_PASS.format(covered=_COVERED.format(fact=fact) if fact else "true"))
        else:
            self._con.execute(f"create or replace temp table passed as from {rows}")
        return links

    def quarantined(self, source: Source, rows: str) -> pa.Table:
        """Refused rows that may be set aside for 30 days. A refused slip goes back to whoever wrote it, unseen."""
        some = self._con.sql(f"from {rows} limit 1").to_arrow_table()
        if source.contract.role == "slips" or not some.num_rows:
            return some.slice(0, 0)
        self.passed(source, rows)
        return self._con.sql("from passed order by delivery, row").to_arrow_table()

    def _opened(self) -> People:
        self._people = self._people or People(self._home, self._con)
        return self._people

    def _permitted(self, basis: str | None) -> None:
        """A day asks for the persons of one batch; who asks on and on is given everybody, once."""
        self._asked[basis] += 1
        if self._asked[basis] <= FEW:
            permitted_for(self._opened(), basis, self._to, "semi join found using (resident_id)")
            self._everybody = None
        elif basis != self._everybody:
            permitted_for(self._opened(), basis, self._to)
            self._everybody = basis

    def safeguards(self, source: Source, rows: str) -> pa.Table:
        """Rows that serve as a safeguard, whoever consented: what the contract names, while the register allows it."""
        declared = source.contract.safeguard
        serving = f"coalesce(({declared.when}), false) and {self._live(source, SAFEGUARD)}" if declared else "false"
        return self._con.sql(f"from {rows} where {serving} order by delivery, row").to_arrow_table()

    def _live(self, source: Source, purpose: str) -> str:
        """SQL: the register held a live entry for this source and a use that is not scoring when a row became known."""
        register = self._home.settings.register()
        entries = uses(register, source.contract.basis, purpose)
        live = [f"known_from between date '{e.valid_from}' and date '{e.valid_to or date.max}'" for e in entries]
        return f"({' or '.join(live) or 'false'})"

    def _found(self, source: Source, rows: str) -> Links:
        """Make the temp table `found`: rows with their person. Returns what came of linking."""
        subject, con = source.contract.subject, self._con
        nobody = "null::varchar as dwelling_id"
        named = f"select *, {nobody} from {rows}"
        column = subject.get("column")
        if column and column != "resident_id":
            named = f'select *, "{column}" as resident_id, {nobody} from {rows}'
        if subject["by"] == "resident_id":
            con.execute(f"create or replace temp view found as {named}")
            return {}
        if subject["by"] == NUMBER_OR_NAME:
            links = self._link(subject, f'select * from {rows} where "{column}" is null')
            linked = _linked(subject, replacing=column == "resident_id")
            con.execute(
                f'create or replace temp table found as {named} where "{column}" is not null union all by name {linked}'
            )
        else:
            links = self._link(subject, f"from {rows}")
            con.execute(f"create or replace temp table found as {_linked(subject)}")
        return links

    def _link(self, subject: Mapping[str, str], rows: str) -> Links:
        """Link by name; on each day those protected on that day are never linked."""
        con = self._con
        con.execute(f"create or replace temp table unlinked as {rows}")
        asked = con.sql(
            f"select rowid as row_id, known_from as day, {asked_columns(subject)} from unlinked order by rowid"
        )
        people = self._opened()
        self._book = self._book or AddressBook(people.ask("select distinct town_code, town from states"))
        states = people.ask(
            'select resident_id, status, name_kana, birth_date, dwelling_id, "from", "until" from states'
        )
        never = people.ask('select resident_id, "from", "until" from protection')
        con.register("links", link(asked.to_arrow_table(), states, self._book, how_linked(subject), never=never))
        links: dict[int, dict[str, int]] = {}
        for delivery, outcome, count in con.sql(_OUTCOMES).fetchall():
            links.setdefault(delivery, {})[outcome] = count
        return links


def _linked(subject: Mapping[str, str], replacing: bool = False) -> str:
    dwelling = "l.dwelling_id" if subject.get("entity") == "dwelling" else "null::varchar"
    kept = "u.* exclude (resident_id)" if replacing else "u.*"
    return (
        f"select {kept}, l.resident_id, {dwelling} as dwelling_id from unlinked u join links l on u.rowid = l.row_id "
        "where l.outcome = 'linked'"
    )


def permitted_for(people: People, basis: str | None, day: date, only: str = "") -> None:
    """Make the temp tables `permitted` (resident_id, from, until, covers_from) for a basis and `stretch` (resident_id,
    since: persons with the basis on `day`, and since when without a gap); of those whom the join `only` lets through.
    """
    people.con.execute(_PERMITTED.format(only=only), {"source": basis, "purpose": PURPOSE})
    people.con.execute(_STRETCH, {"to": day})


def how_linked(subject: Mapping[str, str]) -> How:
    """How rows without a number find their person."""
    return "kana_address" if subject["by"] == NUMBER_OR_NAME else cast(How, subject["by"])


def asked_columns(subject: Mapping[str, str]) -> str:
    """SQL: what linking asks of rows: kana, birth_date, address, building, from the columns that `subject` names."""
    asked = {"kana": ("kana", "varchar"), "birth_date": ("birth", "date"),
             "address": ("address", "varchar"), "building": ("building", "varchar")}  # fmt: skip
    return ", ".join(
        f'"{subject[role]}" as {name}' if subject.get(role) else f"null::{kind} as {name}"
        for name, (role, kind) in asked.items()
    )
