"""A source's accepted log on disk (DESIGN §5 «Incremental»): what was opened and what was closed, by the day it became
known.

`opened-<period>` holds versions with all their columns and fingerprints, `closed-<period>` the ends of versions. A
period is a month, or a day of the month of the newest delivery: when a new month begins, the days before become one
file. So the files are a function of what was taken in and not of how it was cut into runs, and a day writes that day.
"""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.values import ARROW_TYPES
from data_contracts.versions import advance, recall, sight
from pipelines import layout
from pipelines.draft import ROW_GROUP
from pipelines.duck import connect
from pipelines.home import Home
from pipelines.manifest import canonical, sha256
from pipelines.store import Draft
from pipelines.streams import batches_of, groups_of, publish_rows, without

PERSON = ("resident_id", "dwelling_id")
_CONTROL = pa.schema([("known_from", pa.date32()), ("seq", pa.int64()), ("k1", pa.int64()), ("k2", pa.int64())])
_VERSIONS = """
select {columns}, o.known_from, c.known_until, c.closed_by from (from "{name} opened" {only}) o
left join (from "{name} closed" {only}) c using (k1, k2, seq)
"""
# What became known before a gap in its person's basis is purged by this very run: shown again, it is new.
_FORGOTTEN = """
delete from believed using stretch s where believed.resident_id = s.resident_id and believed.known_from < s.since
"""


class Log:
    """Advances a source's log batch by batch, in the ledger's order, and writes what came of it into a draft.

    `con` is the connection that holds the batches' tables; what is not published yet lies in `folder`.
    """

    def __init__(self, home: Home, name: str, con: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._home, self._name, self._con, self._folder = home, name, con, folder
        self._contract = home.catalog.contracts[name][-1]
        self._schemas = {"opened": opened_schema(home, name), "closed": closed_schema(home, name)}
        self._person = [column for column in PERSON if column in self._schemas["closed"].names]
        self._parts: dict[str, list[Path]] = {"opened": [], "closed": []}

    def add(self, complete: pa.Table, content: list[str]) -> None:
        """Take a batch into the log: the tables `kept` and `seen` of the connection (data_contracts.versions.sight),
        and of signals `stretch` (pipelines.gate).

        `complete`: scope, seq, known_from of its full deliveries whose absences mean something; `content`: the columns
        of `kept` whose change makes a new version.
        """
        con, scope = self._con, self._contract.full_scope
        con.register("complete", complete)
        sight(con, key=self._contract.key, content=content, scope=scope)
        for kind in ("opened", "closed"):
            self._view(kind, self._parts[kind], home_paths(self._home, self._name, kind))
        recall(con, "opened", "closed", scope=scope, person=self._person)
        if self._home.role(self._name) == "signal":
            con.execute(_FORGOTTEN)
        advance(con)
        content_of = "k.* exclude (seq, row, row__deleted), o.* exclude (rid)"
        self._part("opened", f"select {content_of} from kept k join opening o on k.rowid = o.rid")
        person = "".join(f', "{column}"' for column in self._person)
        self._part(
            "closed",
            f"""select * from closing join (
              select k1, k2, seq, known_from{person} from believed
              union all select s.k1, s.k2, s.seq, s.known_from{person.replace(', "', ', k."')}
              from sighted s join kept k on k.rowid = s.rid) using (k1, k2, seq)""",
        )

    def write(self, draft: Draft, newest: date) -> None:
        """Write what was added, and bring the log into its one form as of `newest`, the source's last known day."""
        con = self._con
        for kind in ("opened", "closed"):
            self._view(f"new_{kind}", self._parts[kind], [], like=kind)
        never = "select known_from from new_closed where known_until = known_from"
        for kind, day, more in (("opened", "known_from", f" union {never}"), ("closed", "known_until", "")):
            days = con.sql(f"select distinct {day} from new_{kind}{more}").fetchall()
            held = {period_of(path): path for path in home_paths(self._home, self._name, kind)}
            touched = {_period(d, newest) for (d,) in days} | {t for p in held if (t := _later(p, newest)) != p}
            for target in sorted(touched):
                old = [path for period, path in sorted(held.items()) if _later(period, newest) == target]
                self._rewrite(draft, kind, target, old, within=f"{day} between {_span(target)}")

    def _rewrite(self, draft: Draft, kind: str, target: str, old: list[str], within: str) -> None:
        """One file of the log anew: what the files it takes the place of held, and what was added."""
        self._view("before", [], old, like=kind)
        names = ", ".join(f'"{name}"' for name in self._schemas[kind].names)
        rows = f"(select {names} from before union all select {names} from new_{kind} where {within})"
        order = _order(self._home, self._name, kind)
        if kind == "closed":  # a version that was opened and closed on one day never was
            found = self._con.sql(f"from {rows} where known_until > known_from {order}")
        else:
            gone = "select k1, k2, seq from new_closed where known_until = known_from"
            found = self._con.sql(f"from {rows} anti join ({gone}) using (k1, k2, seq) {order}")
        path = f"{log_folder(self._home, self._name)}/{kind}-{target}.parquet"
        written = publish_rows(draft, path, self._schemas[kind], found.to_arrow_reader(ROW_GROUP))
        if written and path in old:
            draft.rewritings[path] = "later on the same day"
        for replaced in old:
            if replaced != path or not written:
                draft.remove(replaced)

    def _part(self, kind: str, query: str) -> None:
        path = self._folder / f"{kind}-{len(self._parts[kind]):05d}.parquet"
        self._con.execute(f"copy ({query}) to '{path}' (format parquet, compression lz4_raw)")
        self._parts[kind].append(path)

    def _view(self, view: str, parts: list[Path], published: list[str], like: str = "") -> None:
        """A view with all columns of the log over files in the staging area and published ones."""
        con = self._con
        con.register(f"{view} none", self._schemas[like or view].empty_table())
        tables = [f'"{view} none"']
        if published:
            self._home.store.relation(con, published).create_view(f"{view} held")
            tables.append(f'"{view} held"')
        if parts:
            con.read_parquet([str(path) for path in parts], union_by_name=True).create_view(f"{view} added")
            tables.append(f'"{view} added"')
        con.execute(f'create or replace view "{view}" as ' + " union all by name ".join(f"from {t}" for t in tables))


def relation(con: duckdb.DuckDBPyConnection, home: Home, name: str, only: str = "") -> duckdb.DuckDBPyRelation | None:
    """All accepted versions of a source as a relation of `con`, straight from Parquet, in no order; None when nothing
    was ever accepted. `only`: a join or condition that lets few of them through, by k1 and k2.

    Columns: those of the contract, resident_id and dwelling_id (signals), k1 and k2 (the key's fingerprint),
    known_from, known_until (null = still believed; believed in [known_from, known_until)), closed_by.
    """
    files = {kind: home_paths(home, name, kind) for kind in ("opened", "closed")}
    if not files["opened"]:
        return None
    opened = home.store.relation(con, files["opened"])
    opened.create_view(f"{name} opened")
    ended = con.from_arrow(closed_schema(home, name).empty_table())
    (home.store.relation(con, files["closed"]) if files["closed"] else ended).create_view(f"{name} closed")
    shown = ", ".join(f'o."{column}"' for column in opened.columns if column not in ("known_from", "seq", "row_hash"))
    return con.sql(_VERSIONS.format(columns=shown, name=name, only=only))


def touched(con: duckdb.DuckDBPyConnection, home: Home, name: str, day: date, persons: str) -> None:
    """Make `touched` (k1, k2): the keys of which something became known on `day` or later, and those with a version of
    one of the `persons` (a table with resident_id). Reads three or four columns.
    """
    con.execute("create or replace temp table touched (k1 bigint, k2 bigint)")
    theirs = f"resident_id in (select resident_id from {persons})"
    for kind, condition in (
        ("opened", f"known_from >= date '{day}' or {theirs}"),
        ("closed", f"known_until >= date '{day}'"),
    ):
        if paths := home_paths(home, name, kind):
            home.store.relation(con, paths).create_view("files of it")
            con.execute(f'insert into touched select k1, k2 from "files of it" where {condition}')


def unheld(
    con: duckdb.DuckDBPyConnection, home: Home, name: str, stretch: str, known_good: Collection[str], lost: str
) -> tuple[dict[str, int], pa.Table]:
    """Rows of a source's log whose persons are not in the table `stretch` (resident_id, since), or there since later
    than the row became known: how many each file holds, where it holds any, and whose they are (resident_id; since,
    null = not at all). Reads two columns. Of files that are `known_good` only rows of the persons `lost` (a table with
    resident_id) are looked at: the others could be held when the file was last looked at, and nothing changed for them.
    """
    files = {str(home.store.file(path)): path for kind in ("opened", "closed") for path in home_paths(home, name, kind)}
    looked_at = {
        f"semi join {lost} using (resident_id)": [file for file, path in files.items() if path in known_good],
        "": [file for file, path in files.items() if path not in known_good],
    }
    parts = []
    for number, (only, some) in enumerate(looked_at.items()):
        if some:
            con.read_parquet(some, union_by_name=True, filename=True).create_view(f"logged_{number}", replace=True)
            parts.append(f"select filename, resident_id, known_from from logged_{number} {only}")
    if not parts:
        return {}, pa.table({})
    found = con.sql(
        f"""select grouping(filename) = 0 as is_file, filename, l.resident_id, k.since, count(*) as n
        from ({" union all ".join(parts)}) l left join {stretch} k using (resident_id)
        where k.since is null or k.since > l.known_from
        group by grouping sets ((filename), (l.resident_id, k.since))"""
    ).to_arrow_table()
    in_files = found.filter(found["is_file"]).sort_by("filename")
    counts = zip(in_files["filename"].to_pylist(), in_files["n"].to_pylist(), strict=True)
    return {files[file]: n for file, n in counts}, found.filter(pc.invert(found["is_file"]))


def rewrite_held(home: Home, draft: Draft, why: str, name: str, whose: pa.Table, path: str) -> int:
    """Rewrite a file of the log without the rows that `unheld` found, and return how many there were; a file with no
    row left goes.
    """
    kind = path.rsplit("/", 1)[1].split("-")[0]
    schema = opened_schema(home, name) if kind == "opened" else closed_schema(home, name)
    file = home.store.file(path)
    kept = publish_rows(draft, path, schema, batches_of(without(groups_of(file, schema), not_held(whose))))
    if kept:
        draft.rewritings[path] = why
    else:
        draft.remove(path)
    return int(pq.read_metadata(file).num_rows) - kept


def not_held(whose: pa.Table) -> Callable[[pa.Table], pa.ChunkedArray]:
    """Which rows of a part of the log became known before `since`, the day from which their person's basis holds."""
    persons = whose["resident_id"].combine_chunks()
    since = whose["since"].combine_chunks().fill_null(pa.scalar(date.max, pa.date32()))

    def gone(group: pa.Table) -> pa.ChunkedArray:
        theirs = since.take(pc.index_in(group["resident_id"], persons).combine_chunks())
        return pc.less(group["known_from"], theirs).fill_null(False)

    return gone


def _order(home: Home, name: str, kind: str) -> str:
    """SQL: the one order in which rows of a file of the log stand."""
    if kind == "closed":
        return "order by k1, k2, seq"
    key = ", ".join(f'"{column}"' for column in home.catalog.contracts[name][-1].key)
    return f"order by {key}, known_from, seq"


def versions(home: Home, name: str) -> pa.Table | None:
    """The same as a table, sorted by key and known_from."""
    with connect(home) as con:
        found = relation(con, home, name)
        if found is None:
            return None
        key = ", ".join(f'"{column}"' for column in home.catalog.contracts[name][-1].key)
        return found.order(f"{key}, known_from").to_arrow_table()


def opened_schema(home: Home, name: str) -> pa.Schema:
    """Columns of a source's `opened` files: every contract version's, the newest first, and what the log adds."""
    fields: dict[str, pa.DataType] = {}
    for contract in reversed(home.catalog.contracts[name]):
        fields |= {c.name: ARROW_TYPES[c.type] for c in contract.columns if c.name not in fields}
    if home.role(name) == "signal":
        fields |= dict.fromkeys(PERSON, pa.string())
    return pa.schema([*fields.items(), *_CONTROL, ("row_hash", pa.int64())])


def closed_schema(home: Home, name: str) -> pa.Schema:
    """Columns of a source's `closed` files: the version that ended, whose it was, when and why it ended."""
    person = [(column, pa.string()) for column in PERSON if column in opened_schema(home, name).names]
    return pa.schema([*_CONTROL, *person, ("known_until", pa.date32()), ("closed_by", pa.string())])


def log_folder(home: Home, name: str) -> str:
    """Folder of a source's log."""
    return layout.log_folder(name, home.role(name))


def home_paths(home: Home, name: str, kind: str) -> list[str]:
    """Published files of a source's log, oldest first; kind is opened or closed."""
    return home.store.under(f"{log_folder(home, name)}/{kind}-")


def log_digests(home: Home, names: list[str]) -> dict[str, str]:
    """One digest for each source's log, as inputs of a publication."""
    digests = {}
    for name in names:
        folder = log_folder(home, name) + "/"
        digests[folder] = sha256(canonical({path: home.store.digest(path) for path in home.store.under(folder)}))
    return digests


def period_of(path: str) -> str:
    """The month or day that a file of the log is named by."""
    return path.rsplit("/", 1)[1].split("-", 1)[1].removesuffix(".parquet")


def _period(day: date, newest: date) -> str:
    return _later(str(day), newest)


def _later(period: str, newest: date) -> str:
    """Under which period a file is kept, as of `newest`: days become a month when the month is over."""
    return period if period[:7] == f"{newest:%Y-%m}" else period[:7]


def _span(period: str) -> str:
    """SQL: the first and last day of a period."""
    first = f"date '{period}'" if len(period) == 10 else f"date '{period}-01'"
    return f"{first} and {first}" if len(period) == 10 else f"{first} and last_day({first})"
