"""Promises 1, 2 and 8 asked again of what is published, by other questions than those that keep them.

A purge goes on from the last one and looks at what changed; here every row of every log and every published table is
looked at. Findings name files, never persons or how many there are.
"""

from collections.abc import Iterator

import duckdb
import pyarrow.parquet as pq

from identity.permissions import holds_on
from pipelines import layout
from pipelines.accepted import relation, unheld
from pipelines.errors import GateClosed
from pipelines.holding import hold, of_source
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.purge import purged

_AT_HOME = f"""known_from <= $day and $day < coalesce(known_until, {FOREVER}) and {holds_on("$day")}"""
_HIDDEN = f"""
create temp table shielded as select resident_id from protection where {holds_on("$day")};
create temp table homes as
  select distinct household_id from membership semi join shielded using (resident_id) where {_AT_HOME};
create temp table hidden_person_key as
  select person_key as key from person_keys where resident_id in (
    select resident_id from membership semi join homes using (household_id) where {_AT_HOME}
    union select resident_id from shielded);
create temp table hidden_household_key as
  select household_key as key from household_keys semi join homes using (household_id)
"""


def without_basis(home: Home) -> Iterator[str]:
    """Files of logs with rows of persons whose basis for the source does not hold on the day of the last purge, or did
    not hold without a gap since the row became known; files of episodes that tell of anybody else than those who have
    one, or of a dwelling that no row of theirs speaks of.
    """
    if (people := _as_purged(home)) is None:
        return
    for name in home.with_role("signal"):
        rows, _whose = unheld(people.con, home, name, of_source(home.basis(name)), (), "nobody")
        for path in sorted(rows):
            yield f"{path} holds rows of persons without a basis"
    if _runs(home, "hub") < _runs(home, "purge"):  # a run ended in between, and the next one tells anew
        return
    for name in home.with_role("signal"):
        for path in _told_without_basis(people.con, home, name):
            yield f"{path} tells of persons without a basis"


def _told_without_basis(con: duckdb.DuckDBPyConnection, home: Home, name: str) -> Iterator[str]:
    basis = str(home.basis(name))
    log = relation(con, home, name)
    if log is not None:
        log.create_view("logged", replace=True)
        dwelling = home.names.in_sql(con, "dwelling")
        con.execute(
            f"""create or replace temp table may_be_told as
            select person_key as key from person_keys semi join {of_source(basis)} using (resident_id)
            union select {dwelling("dwelling_id")} from (select distinct dwelling_id from logged
              semi join {of_source(basis)} using (resident_id)
              anti join (select resident_id from person_keys semi join hidden_person_key on person_key = key)
                using (resident_id)
              where dwelling_id is not null)"""
        )
    for path in home.store.under(layout.episodes_folder(basis)):
        home.store.relation(con, [path]).create_view("looked at", replace=True)
        whose = '(select coalesce(person_key, dwelling_key) as key from "looked at")'
        found = con.sql(f"select 1 from {whose} anti join may_be_told using (key) limit 1")
        if log is None or found.fetchall():
            yield path


def _runs(home: Home, step: str) -> int:
    """The place in the chain of the last publication of a step."""
    found = home.store.newest(step)
    return found.sequence if found else 0


def exposed(home: Home) -> Iterator[str]:
    """Tables outside `restricted/` that name a person or household of which somebody is protected on that day."""
    if (people := _as_purged(home)) is None:
        return
    for path in home.store.under(""):
        if path.endswith(".parquet") and not path.startswith("restricted/"):
            named = set(pq.read_schema(home.store.file(path)).names) & {"person_key", "household_key"}
            if any(_hidden_in(people.con, home, path, column) for column in sorted(named)):
                yield f"{path} names a protected household"


def _as_purged(home: Home) -> People | None:
    """People, with `holding` and who is hidden on the day of the last purge; None while it is still to come: nothing is
    printed or told then (pipelines.purge.purged), and the next run deletes.
    """
    try:
        purged(home)
    except GateClosed:
        return None
    people, day = People(home), home.store.days_of("purge")[-1]
    hold(people, day)
    for statement in _HIDDEN.split(";"):
        people.con.execute(statement, {"day": day} if "$day" in statement else {})
    return people


def _hidden_in(con: duckdb.DuckDBPyConnection, home: Home, path: str, column: str) -> bool:
    home.store.relation(con, [path]).create_view("looked at", replace=True)
    found = con.sql(f'select 1 from "looked at" semi join hidden_{column} on {column} = key limit 1')
    return bool(found.fetchall())
