"""Promises 1, 2 and 8 asked again of what is published, by other questions than those that keep them.

A purge goes on from the last one and looks at what changed; here every row of every log and every published table is
looked at. Findings name files, never persons or how many there are.
"""

from collections.abc import Iterator

import duckdb
import pyarrow.parquet as pq

from identity.permissions import holds_on
from pipelines.accepted import unheld
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
    not hold without a gap since the row became known.
    """
    if (people := _as_purged(home)) is None:
        return
    for name in home.with_role("signal"):
        rows, _whose = unheld(people.con, home, name, of_source(home.basis(name)), (), "nobody")
        for path in sorted(rows):
            yield f"{path} holds rows of persons without a basis"


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
