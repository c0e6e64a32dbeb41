"""Who is who, who permitted what, who is protected – as of every day at once. Written sealed below `restricted/people`.

Published after residents, consents and protection are taken in, and before any signal is: the gate reads it.

In two layers, so that a day costs what changed since its month began: `settled` is what was known before that month,
`recent` everything about those of whom something became known since. Both depend on the logs and the day alone, so a
home that grew day by day holds the same bytes as one that was built at once.
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Final

import duckdb

from identity.consent_rules import Eras
from identity.dwellings import make_dwellings, make_residence
from identity.permissions import make_permission_by_era
from identity.protection import protected_stretches
from identity.spine import make_membership
from identity.states import births_of, make_states
from pipelines import layout
from pipelines.accepted import log_digests, relation, versions
from pipelines.duck import connect
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.manifest import canonical, sha256
from pipelines.store import Draft

_ORDER: Final = {
    "states": 'resident_id, "from"',
    "membership": 'resident_id, "from", known_from, household_id',
    "residence": 'dwelling_id, "from", known_from, household_id',
    "permission": 'resident_id, "from", sources, purposes',
}
_IDS: Final = {
    "person": ("resident_id", "states"),
    "household": ("household_id", "membership"),
    "dwelling": ("dwelling_id", "residence"),
}

# What was known before `month`, as it was known then.
_BEFORE = """
create view {name} as
select * replace (case when known_until < date '{month}' then known_until end as known_until,
  case when known_until < date '{month}' then closed_by end as closed_by)
from {log} where known_from < date '{month}'
"""
_SINCE = "select distinct resident_id from {log} where known_from >= date '{month}' or known_until >= date '{month}'"


def publish_people(home: Home, day: date) -> None:
    """Publish both layers of states, membership, residence, permission and the crosswalks, and protection.

    Raises GateClosed when no residents file was ever accepted.
    """
    rules = home.settings.consent_rules(day)
    month = day.replace(day=1)
    told = canonical([[str(since), asdict(held)] for since, held in rules])
    before = {"rules": sha256(told), "ledger before the month": _ledger_before(home, month)}
    _publish(home, "people-settled", month, lambda draft: _settle(home, draft, month, rules), before)
    inputs = log_digests(home, [name for role in layout.PEOPLE_ROLES for name in home.with_role(role)])
    inputs |= {path: home.store.digest(path) for path in layout.people("settled")} | {"rules": sha256(told)}
    _publish(home, "people", day, lambda draft: _catch_up(home, draft, month, rules), inputs)


def _publish(home: Home, step: str, day: date, fill: Callable[[Draft], None], inputs: dict[str, str]) -> None:
    home.store.publish(step, day, fill, inputs=inputs, config=home.config)


def _ledger_before(home: Home, month: date) -> str:
    """Digest of what was delivered about people and known before `month`: nothing else decides the settled layer."""
    told = [
        [entry.source, entry.order, entry.sha256, entry.verdict, str(entry.known_from)]
        for entry in home.ledger().entries
        if home.role(entry.source) in layout.PEOPLE_ROLES and entry.known_from < month
    ]
    return sha256(canonical(told))


def _settle(home: Home, draft: Draft, month: date, rules: Eras) -> None:
    """Everybody, as known before the month."""
    with connect(home) as con:
        _open_logs(home, con)
        for name, log in (("delivered", "residents_log"), ("consents", "consents_log")):
            con.execute(_BEFORE.format(name=name, log=log, month=month))
        make_states(con)
        con.execute("create temp view towns as select distinct town_code, town from states")
        con.execute(f"create temp view births as {births_of('states')}")
        _work_out(home, con, rules)
        _write(home, con, draft, "settled")


def _catch_up(home: Home, draft: Draft, month: date, rules: Eras) -> None:
    """Those of whom something became known since the month began, and all who share numbers with them."""
    with connect(home) as con:
        _open_logs(home, con)
        for name in layout.PEOPLE_TABLES:
            home.store.relation(con, [layout.people_table("settled", name)]).create_view(f"settled_{name}")
        _touch(con, month)
        con.execute("create view delivered as from residents_log semi join touched using (resident_id)")
        make_states(con)
        con.execute(
            """create temp view towns as
            select distinct town_code, town from settled_states union select distinct town_code, town from states"""
        )
        con.execute(
            """create temp table permitting as from touched union
            select distinct resident_id from """
            + f"({_SINCE.format(log='consents_log', month=month)})"
        )
        con.execute("create view consents as from consents_log semi join permitting using (resident_id)")
        con.execute(
            """create temp table both_states as
            select resident_id, birth_date, "from" from states union all
            select resident_id, birth_date, "from" from settled_states
            semi join permitting using (resident_id) anti join touched using (resident_id)"""
        )
        con.execute(f"create temp view births as {births_of('both_states')}")
        _work_out(home, con, rules)
        con.execute(
            """create temp table of_recent as
            select 'resident' as what, resident_id as id from touched
            union all select 'permitting', resident_id from permitting
            union all select 'household', household_id from (
              select household_id from settled_membership semi join touched using (resident_id)
              union select household_id from membership)"""
        )
        _write(home, con, draft, "recent")
        _stream(con, draft, layout.people_table("recent", "touched"), "from of_recent order by what, id")
    logs = [log for name in home.with_role("protection") if (log := versions(home, name)) is not None]
    draft.table(
        layout.PROTECTION,
        protected_stretches(logs, [(since, held.release) for since, held in rules]),
        ["resident_id", "from"],
    )


def _touch(con: duckdb.DuckDBPyConnection, month: date) -> None:
    """`touched`: residents of whom something became known since the month began, and everybody who ever shared a
    世帯番号 with one of them, or with one who did, and so on: what happens in such a circle concerns no other.
    """
    con.execute("create temp table links as select distinct resident_id, household_id from residents_log")
    con.execute(f"create temp table touched as {_SINCE.format(log='residents_log', month=month)}")
    before = -1
    while before != (now := _count(con, "touched")):
        before = now
        con.execute(
            """create or replace temp table touched as
            with numbers as (select distinct household_id from links semi join touched using (resident_id))
            select distinct resident_id from links semi join numbers using (household_id) union from touched"""
        )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    found = con.sql(f"select count(*) from {table}").fetchone()
    assert found is not None
    return int(found[0])


def _open_logs(home: Home, con: duckdb.DuckDBPyConnection) -> None:
    frame, ledger = home.with_role("frame")[0], home.with_role("consents")[0]
    residents = relation(con, home, frame)
    if residents is None:
        raise GateClosed("residents", "no residents file was accepted yet", f"put a full file into inbox/{frame}")
    residents.create_view("residents_log")
    consents = relation(con, home, ledger)
    if consents is None:
        columns = home.catalog.contracts[ledger][-1].columns
        kinds = {"text": "varchar", "int": "bigint", "date": "date", "flag": "boolean", "list": "varchar[]"}
        empty = ", ".join(f'null::{kinds[column.type]} as "{column.name}"' for column in columns)
        more = "null::date as known_from, null::date as known_until, null::varchar as closed_by"
        con.execute(f"create view consents_log as select {empty}, {more} where false")
    else:
        consents.create_view("consents_log")


def _work_out(home: Home, con: duckdb.DuckDBPyConnection, rules: Eras) -> None:
    make_dwellings(con)
    make_membership(con)
    make_residence(con)
    # Whoever permits only sources that have no contract here permits nothing yet: no contract, no reading.
    declared = [basis for name in home.with_role("signal") if (basis := home.basis(name))]
    make_permission_by_era(con, home.settings.register(), rules, declared)


def _write(home: Home, con: duckdb.DuckDBPyConnection, draft: Draft, layer: str) -> None:
    """The four tables, and the pseudonyms of ids that an earlier layer does not know."""
    for name, order in _ORDER.items():
        _stream(con, draft, layout.people_table(layer, name), f"from {name} order by {order}")
    for purpose, (of, table) in _IDS.items():
        key = home.names.in_sql(con, purpose)
        new = f"anti join settled_{purpose}_keys using ({of})" if layer == "recent" else ""
        ids = f"select distinct {of} from {table} {new}"
        sql = f"select {of}, {key(of)} as {purpose}_key from ({ids}) order by {of}"
        _stream(con, draft, layout.people_table(layer, f"{purpose}_keys"), sql)


def _stream(con: duckdb.DuckDBPyConnection, draft: Draft, path: str, sql: str) -> None:
    reader = con.sql(sql).to_arrow_reader()
    draft.stream(path, reader.schema, reader)
