"""Lists and keys given to people by hand: the request list for an office, the key of a household."""

from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts import office
from data_contracts.profile import Source
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from identity.dwellings import with_dwellings
from identity.links import link
from identity.normalise import AddressBook
from identity.states import HERE
from pipelines.audit import record
from pipelines.errors import WrongUse
from pipelines.gate import NUMBER_OR_NAME, asked_columns, how_linked
from pipelines.holding import held_of
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.screening import last_day
from pipelines.store import Draft

_BY_NAME = f"""
with shielded as (
  select resident_id from protection where "from" <= $day and $day <= coalesce("until", {FOREVER})),
home_now as (
  select resident_id, household_id from membership where known_from <= $day and $day < coalesce(known_until, {FOREVER})
    and "from" <= $day and $day <= coalesce("until", {FOREVER})),
hidden as (select household_id from home_now where resident_id in (select resident_id from shielded))
select resident_id, name_kana, birth_date, town_code, town, lot, building from persons join states using (resident_id)
where "from" <= $day and $day <= coalesce("until", {FOREVER})
  and resident_id not in (select resident_id from shielded)
  and resident_id not in (select resident_id from home_now where household_id in (select household_id from hidden))
order by all"""


def request_list(home: Home, source: str, holder: str) -> pa.Table:
    """Persons with a basis for `source` today, as the office can find them; giving the list out is audited.

    Out: resident_id; or, for sources that know no 宛名番号, name_kana, birth_date and the address in parts; or both,
    where some rows have it. Nobody who is protected is on a list by name, nor anybody of their household: no office is
    told that address.
    """
    day = last_day(home)
    contract = home.catalog.source(source, day).contract
    if contract.role != "signal" or contract.basis is None:
        message = f"{source} needs no request list: its rows are not taken on consent"
        raise WrongUse(message)
    table = persons = held_of(People(home), contract.basis, day).select(["resident_id"]).sort_by("resident_id")
    if contract.subject["by"] != "resident_id":
        named = People(home).ask(_BY_NAME, {"day": day}, persons=persons)
        table = named.drop_columns(["resident_id"])
        if contract.subject["by"] == NUMBER_OR_NAME:
            table = persons.join(named, "resident_id").sort_by("resident_id")
    _audited(home, day, "request", holder, persons["resident_id"].to_pylist(), source=source)
    return table


def filter_delivery(file: Path, source: Source, request: pa.Table, out: Path) -> tuple[int, int]:
    """What an office runs: keep the rows of the requested persons. Returns (rows in, rows kept).

    A request by name keeps every row that fits one of its persons, or several; the intake decides as it would have
    without the filter, so both ways lead to the same tables.
    """
    if "name_kana" not in request.column_names:
        return office.filter_rows(file, source, request, out)
    delivered = read_delivery(file, source)
    staged = stage([(1, delivered)], source)
    day = date(2000, 1, 1)
    with duckdb.connect() as con:
        con.register("staged", staged)
        columns = asked_columns(source.contract.subject)
        asked = con.sql(
            f"select row as row_id, date '{day}' as day, {columns} from staged order by row"
        ).to_arrow_table()
    numbers = request["resident_id"] if "resident_id" in request.column_names else None
    wanted = _as_states(request if numbers is None else _by_name(request), day)
    nobody = pa.table({name: pa.array([], kind) for name, kind in NOBODY.items()})
    book = AddressBook(wanted.select(["town_code", "town"]))
    links = link(asked, wanted, book, how_linked(source.contract.subject), nobody)
    rows = set(links.filter(pc.not_equal(links["outcome"], "none"))["row_id"].to_pylist())
    if numbers is not None:
        said = staged[source.contract.subject["column"]]
        rows -= set(staged.filter(pc.is_valid(said))["row"].to_pylist())
        rows |= set(staged.filter(pc.is_in(said, numbers.combine_chunks()))["row"].to_pylist())
    return office.copy_rows(file, source, delivered, rows, out)


def _by_name(request: pa.Table) -> pa.Table:
    """The lines of a request that say a name: persons who may be asked for by number only say none."""
    named = request.filter(pc.not_equal(pc.coalesce(request["name_kana"], pa.scalar("")), ""))
    return named.drop_columns(["resident_id"])


NOBODY: Final = {"resident_id": pa.string(), "from": pa.date32(), "until": pa.date32()}


def _as_states(request: pa.Table, day: date) -> pa.Table:
    """The requested persons in the columns that linking reads."""
    n = request.num_rows
    births = pc.cast(pc.if_else(pc.equal(request["birth_date"], ""), None, request["birth_date"]), pa.date32())
    states = request.set_column(request.schema.get_field_index("birth_date"), "birth_date", births)
    states = states.append_column("resident_id", pa.array([str(number) for number in range(n)], pa.string()))
    states = states.append_column("status", pa.array([HERE[0]] * n, pa.string()))
    states = states.append_column("from", pa.array([day] * n, pa.date32()))
    return with_dwellings(states.append_column("until", pa.nulls(n, pa.date32())))


def household_of(home: Home, resident: str, holder: str) -> str:
    """The household key of a resident today; the question is audited. Raises WrongUse when unknown."""
    day = last_day(home)
    found = (
        People(home)
        .answering(
            f"""select household_key from membership join household_keys using (household_id)
            where resident_id = $resident and known_until is null
            and "from" <= $day and $day <= coalesce("until", {FOREVER})""",
            {"resident": resident, "day": day},
        )
        .fetchone()
    )
    if found is None:
        message = "--resident: this number is not among today's residents"
        raise WrongUse(message)

    _audited(home, day, "key", holder, [resident])
    return found[0]


def _audited(home: Home, day: date, what: str, holder: str, residents: list[str], **facts: str) -> None:
    def fill(draft: Draft) -> None:
        record(home, draft, day, what, holder, residents, **facts)

    count = str(len(home.store.under("audit/")))
    home.store.publish("audit", day, fill, inputs={"entries": count}, config=home.config)
