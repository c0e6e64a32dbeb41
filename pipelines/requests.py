"""Lists and keys given to people by hand: the request list for an office, the key of a household."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data_contracts import office
from data_contracts.profile import Source
from data_contracts.reading import read_delivery
from data_contracts.refusal import FileRefused
from data_contracts.request_list import AS_GIVEN, read_request, rows_with_broken_numbers
from data_contracts.staging import stage
from data_contracts.values import parse_column
from identity.dwellings import with_dwellings
from identity.links import link
from identity.normalise import AddressBook
from identity.states import HERE
from pipelines.audit import record, record_request
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

BY_NUMBER: Final = ("resident_id", NUMBER_OR_NAME)
NAMED: Final = ("name_kana", "birth_date", "town_code", "town", "lot", "building")


@dataclass(frozen=True)
class Filtered:
    """What a filter did: rows of the file, rows kept, and the rows (their numbers) that no list can name."""

    rows_in: int
    kept: int
    broken: list[int]


def request_list(home: Home, source: str, holder: str) -> pa.Table:
    """Persons with a basis for `source` today, as the office can find them; giving the list out is audited.

    Out: resident_id; and name_kana, birth_date and the address in parts where some rows have no 宛名番号. Nobody who is
    protected is on it by name, nor anybody of their household: no office is told that address. Raises WrongUse for a
    source that no number can filter: who consents would be told for nothing.
    """
    day = last_day(home)
    declared = home.catalog.source(source, day)
    _filtered_by_number(declared)
    contract = declared.contract
    table = persons = held_of(People(home), contract.basis, day).select(["resident_id"]).sort_by("resident_id")
    if contract.subject["by"] == NUMBER_OR_NAME:
        named = People(home).ask(_BY_NAME, {"day": day}, persons=persons)
        table = persons.join(named, "resident_id").sort_by("resident_id")
    on_list = persons["resident_id"].combine_chunks()
    _audited(home, day, lambda draft: record_request(home, draft, day, holder, on_list, source))
    return table


def taken_on_consent(source: Source) -> None:
    """Raise WrongUse for a source whose file must come whole: it is not taken on consent, or some of its rows keep
    people safe whoever consented.
    """
    if source.contract.role != "signal" or source.contract.basis is None:
        _whole(source, "its rows are not taken on consent")
    if source.contract.safeguard is not None:
        _whole(source, "some of its rows keep people safe, whoever consented")


def _filtered_by_number(source: Source) -> None:
    taken_on_consent(source)
    if source.contract.subject["by"] not in BY_NUMBER:
        _whole(source, "its rows have no 宛名番号 to filter by, and a list of names would only tell who consents")


def _whole(source: Source, why: str) -> None:
    message = f"{source.name} has no request list: {why}; the office delivers the file unfiltered, and the city keeps "
    raise WrongUse(message + "only what is permitted")


def filter_delivery(file: Path, source: Source, request_file: Path, out: Path) -> Filtered:
    """What an office runs: keep the rows of the requested persons.

    A request with names keeps every row without a number that fits one of its persons, or several; the intake decides
    as it would have without the filter, so both ways lead to the same tables. Raises FileRefused for a file or a list
    that cannot be used, WrongUse for a source that cannot be filtered and for an `out` that would say another kind.
    """
    taken_on_consent(source)
    contract = source.contract
    known = (*contract.names, *NAMED) if contract.subject["by"] == NUMBER_OR_NAME else contract.names
    if not request_file.exists():
        _filtered_by_number(source)
        message = f"{request_file} is missing: the city makes it with kizuki request {source.name}"
        raise WrongUse(message)
    _same_kind(file, source, out)
    try:
        request = read_request(request_file, source, known)
    except FileRefused as refusal:
        if refusal.rule == "request.header":
            _filtered_by_number(source)
        raise
    delivered = read_delivery(file, source)
    staged = stage([(1, delivered)], source)
    broken = rows_with_broken_numbers(staged, source, request.column_names)
    if set(NAMED) & set(request.column_names):
        _all_columns(request)
        rows_in, kept = office.copy_rows(file, source, delivered, _rows_of(staged, source, request), out)
    else:
        rows_in, kept = office.filter_rows(file, source, request, out)
    return Filtered(rows_in, kept, broken)


def _same_kind(file: Path, source: Source, out: Path) -> None:
    """Raise WrongUse when the copy would be read as another kind than the file, or would take its place."""
    if out.resolve() == file.resolve():
        message = "--out is the file itself: give the copy a name of its own"
        raise WrongUse(message)
    default = source.contract.default_kind
    kinds = [" and ".join(source.profile.kinds_said(path.name)) or default for path in (file, out)]
    if kinds[0] != kinds[1]:
        message = f"--out: by its name the copy would be a {kinds[1]}, the file is a {kinds[0]}: leave --out away, or "
        raise WrongUse(message + f"keep the word of the file's name that says {kinds[0]}")


def _all_columns(request: pa.Table) -> None:
    """Raise FileRefused for a list by name that lost columns."""
    if missing := [name for name in ("resident_id", *NAMED) if name not in request.column_names]:
        raise FileRefused("request.header", f"一覧に {'、'.join(missing)} の列がありません", AS_GIVEN)


def _rows_of(staged: pa.Table, source: Source, request: pa.Table) -> set[int]:
    """Rows of requested persons: by number where a row has one, by name and address where it has none."""
    day = date(2000, 1, 1)
    subject = source.contract.subject
    with duckdb.connect() as con:
        con.register("staged", staged)
        asked = con.sql(
            f"select row as row_id, date '{day}' as day, {asked_columns(subject)} from staged order by row"
        ).to_arrow_table()
    wanted = _as_states(_by_name(request), day)
    nobody = pa.table({name: pa.array([], kind) for name, kind in NOBODY.items()})
    links = link(asked, wanted, AddressBook(wanted.select(["town_code", "town"])), how_linked(subject), nobody)
    rows = set(links.filter(pc.not_equal(links["outcome"], "none"))["row_id"].to_pylist())
    said = staged[subject["column"]]
    rows -= set(staged.filter(pc.is_valid(said))["row"].to_pylist())
    return rows | set(staged.filter(pc.is_in(said, request["resident_id"].combine_chunks()))["row"].to_pylist())


def _by_name(request: pa.Table) -> pa.Table:
    """The lines of a request that say a name: persons who may be asked for by number only say none."""
    named = request.filter(pc.not_equal(pc.coalesce(request["name_kana"], pa.scalar("")), ""))
    return named.drop_columns(["resident_id"])


NOBODY: Final = {"resident_id": pa.string(), "from": pa.date32(), "until": pa.date32()}


def _as_states(request: pa.Table, day: date) -> pa.Table:
    """The requested persons in the columns that linking reads."""
    n = request.num_rows
    births = parse_column(request["birth_date"].combine_chunks(), "date")[0]
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

    _audited(home, day, lambda draft: record(home, draft, day, "key", holder, [resident]))
    return found[0]


def _audited(home: Home, day: date, fill: Callable[[Draft], None]) -> None:
    count = str(len(home.store.under("audit/")))
    home.store.publish("audit", day, fill, inputs={"entries": count}, config=home.config)
