"""Publications are there whole or not at all (promise 7)."""

import errno
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from pipelines import checked, folding
from pipelines import draft as drafting
from pipelines import store as storage
from pipelines.errors import GateClosed
from pipelines.folding import read_manifest
from pipelines.manifest import fold, parse
from pipelines.store import Draft, Store

DAY = date(2026, 4, 1)
KEY = b"k" * 32


class Killed(BaseException):
    """Stands for a kill: nothing may catch it."""


def table(*numbers: int) -> pa.Table:
    return pa.table({"n": pa.array(numbers, pa.int64())})


def publish(store: Store, *numbers: int, day: date = DAY) -> None:
    def fill(draft: Draft) -> None:
        draft.table(f"working/a/{day}.parquet", table(*numbers), ["n"])
        draft.table(f"restricted/people/{day}.parquet", table(*numbers), ["n"])

    store.publish("step", day, fill, inputs={"n": str(numbers)}, config="c")


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file and link of a home, without what is measured."""
    found: dict[str, bytes] = {}
    for path in sorted(p for p in root.rglob("*") if p.is_symlink() or p.is_file()):
        name = path.relative_to(root).as_posix()
        if name == ".lock":
            continue
        if name.endswith("manifest.json"):
            found[name] = parse(path.read_text()).digest.encode()
        else:
            found[name] = path.readlink().as_posix().encode() if path.is_symlink() else path.read_bytes()
    return found


@pytest.fixture
def home(tmp_path: Path) -> Store:
    return Store(tmp_path / "home", KEY)


@pytest.fixture
def points(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the points passed; raising is left to each test."""
    passed: list[str] = []
    monkeypatch.setattr(storage, "point", passed.append)
    return passed


def test_what_is_published_is_read_back(home: Store) -> None:
    with home.writing():
        publish(home, 2, 1)
    again = Store(home.root, KEY)
    assert again.read_table("working/a/2026-04-01.parquet")["n"].to_pylist() == [1, 2]
    assert (home.root / "working/a/2026-04-01.parquet").is_symlink()


def test_equal_inputs_are_a_no_op_and_other_inputs_a_revision(home: Store) -> None:
    with home.writing():
        publish(home, 1)
        publish(home, 1)
        assert len(home.chain) == 1
        publish(home, 2)
    assert [m.reason for m in home.chain] == ["first", "inputs changed"]
    assert len(list((home.root / "working/.gen").iterdir())) == 1, "the superseded generation is gone"


def test_people_lie_sealed(home: Store) -> None:
    with home.writing():
        publish(home, 1)
    raw = (home.root / "restricted/people/2026-04-01.parquet").read_bytes()
    assert b"PAR1" not in raw
    assert home.read_table("restricted/people/2026-04-01.parquet")["n"].to_pylist() == [1]


def test_what_was_decrypted_of_a_replaced_file_leaves_memory_with_it(home: Store) -> None:
    path = f"restricted/people/{DAY}.parquet"
    with home.writing():
        publish(home, 1)
        file = home.file(path)
        home.read_table(path)
        assert file in checked._unsealed
        publish(home, 2)
    assert home.read_table(path) == table(2)
    assert file not in checked._unsealed


def test_a_changed_byte_is_noticed(home: Store) -> None:
    with home.writing():
        publish(home, 1)
    path = (home.root / "working/a/2026-04-01.parquet").resolve()
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    with pytest.raises(GateClosed, match="differs from its manifest"):
        home.read_table("working/a/2026-04-01.parquet")


def test_one_writer_at_a_time(home: Store) -> None:
    with home.writing(), pytest.raises(GateClosed, match="another run"), Store(home.root, KEY).writing():
        pass


def test_the_chain_adds_up_to_what_is_held(home: Store) -> None:
    with home.writing():
        publish(home, 1)
        publish(home, 2, day=date(2026, 4, 2))
    assert fold(home.chain) == home.held
    assert home.chain[1].parent == home.chain[0].digest


def test_killed_anywhere_the_home_holds_the_old_or_the_new(
    tmp_path: Path, points: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def undisturbed(root: Path) -> Store:
        home = Store(root, KEY)
        with home.writing():
            publish(home, 1)
            publish(home, 2, day=date(2026, 4, 2))
        return home

    expected = snapshot(undisturbed(tmp_path / "calm").root)
    total = len(points)
    assert total > 8
    for kill in range(total):
        passed = 0

        def die(_name: str, kill: int = kill) -> None:
            nonlocal passed
            passed += 1
            if passed == kill + 1:
                raise Killed

        monkeypatch.setattr(storage, "point", die)
        root = tmp_path / f"killed-{kill}"
        # A kill runs no handler: recovery must work from what is on disk alone.
        monkeypatch.setattr(Store, "recover", lambda _self: None)
        with pytest.raises(Killed):
            undisturbed(root)
        monkeypatch.undo()
        monkeypatch.setattr(storage, "point", lambda _name: None)
        for path in Store(root, KEY).held:
            assert Store(root, KEY).read_bytes(path)
        undisturbed(root)
        assert snapshot(root) == expected, f"killed at point {kill}"


def many(rows: int) -> pa.Table:
    return pa.table({"n": pa.array(range(rows), pa.int64()), "word": pa.array([f"w{n % 97}" for n in range(rows)])})


def test_a_stream_and_a_table_of_the_same_rows_are_the_same_bytes(home: Store) -> None:
    whole = many(300_000)

    def fill(draft: Draft) -> None:
        draft.table("working/table.parquet", whole, ["n"])
        draft.stream("working/stream.parquet", whole.schema, whole.to_batches(max_chunksize=10_007))
        draft.table("restricted/people/table.parquet", whole, ["n"])
        draft.stream("restricted/people/stream.parquet", whole.schema, whole.to_batches(max_chunksize=70_001))
        draft.stream("working/nothing.parquet", whole.schema, [])
        draft.table("working/empty.parquet", whole.slice(0, 0), ["n"])

    with home.writing():
        home.publish("step", DAY, fill, inputs={}, config="c")
    for zone, table, stream in (
        ("working", "table", "stream"), ("restricted/people", "table", "stream"), ("working", "empty", "nothing"),
    ):  # fmt: skip
        assert home.digest(f"{zone}/{table}.parquet") == home.digest(f"{zone}/{stream}.parquet")
    assert Store(home.root, KEY).read_table("working/stream.parquet").equals(whole)
    assert home.read_table("restricted/people/stream.parquet", ["word"]).equals(whole.select(["word"]))


@pytest.mark.parametrize("zone", ["working", "restricted/people"])
def test_published_tables_open_as_one_relation_by_column_name(zone: str, home: Store) -> None:
    def fill(draft: Draft) -> None:
        draft.table(f"{zone}/a.parquet", pa.table({"n": [1, 2]}), ["n"])
        draft.table(f"{zone}/b.parquet", pa.table({"word": ["x"], "n": [3]}), ["n"])

    with home.writing():
        home.publish("step", DAY, fill, inputs={}, config="c")
    with duckdb.connect() as con:
        rows = home.relation(con, [f"{zone}/a.parquet", f"{zone}/b.parquet"]).order("n").fetchall()
        assert rows == [(1, None), (2, None), (3, "x")]
        path = (home.root / f"{zone}/a.parquet").resolve()
        path.write_bytes(path.read_bytes()[:-1] + b"X")
        with pytest.raises(GateClosed, match="differs from its manifest"):
            home.relation(con, [f"{zone}/a.parquet"])


def test_files_and_manifest_are_on_the_disk_before_the_commit(home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A power cut takes what was not synced: what a manifest names, and the manifest, come before its rename."""
    done: list[str] = []
    monkeypatch.setattr(drafting, "to_disk", lambda path: done.append(path.relative_to(home.root).as_posix()))
    monkeypatch.setattr(storage, "to_disk", lambda path: done.append(path.relative_to(home.root).as_posix()))
    monkeypatch.setattr(storage, "point", done.append)
    with home.writing():
        publish(home, 1)
    (run,) = home.runs
    before, after = (done[: (at := done.index("step: before commit"))], done[at:])
    files = {f"{path.split('/', 1)[0]}/.gen/{run}/{path.split('/', 1)[1]}" for path in home.held}
    folders = {file.rsplit("/", 1)[0] for file in files} | {file.split(run)[0].rstrip("/") for file in files}
    assert files and {*files, *folders, f"runs/{run}/manifest.json.new"} <= set(before)
    assert after[1:4] == [f"runs/{run}", "runs", "step: committed"]


def test_a_disk_that_fails_right_after_the_commit_leaves_the_new_publication(
    home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(path: Path) -> None:
        if path.name == "runs":
            raise OSError(errno.EIO, "no more")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="no more"), home.writing():
        patched.setattr(storage, "to_disk", failing)
        publish(home, 1)
    again = Store(home.root, KEY)
    with again.writing():
        publish(again, 1)
    assert len(again.runs) == 1 and all(again.read_bytes(path) for path in again.held)


def days(store: Store, count: int) -> None:
    with store.writing():
        for n in range(count):
            publish(store, n, day=date.fromordinal(DAY.toordinal() + n % 7))


def test_a_checkpoint_spares_reading_old_manifests_and_is_only_believed_when_right(
    home: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "EVERY", 5)
    days(home, 12)
    checkpoint = home.root / "runs" / "checkpoint.json"
    again = Store(home.root, KEY)
    assert again.held == fold(again.chain) == home.held
    assert again.runs == home.runs and len(again.runs) == 12
    assert again.last("step", DAY) == again.chain[7] and again.of_step("step") == list(again.chain)
    assert not folding.checkpoint_differs(home.root, again.chain)

    first = home.root / "runs" / home.runs[0] / "manifest.json"
    text = first.read_text()
    first.write_text("damaged")
    assert Store(home.root, KEY).held == home.held, "not read: the checkpoint covers it"
    first.write_text(text)

    whole = checkpoint.read_text()
    checkpoint.write_text(whole.replace("working/a", "working/b", 1))
    assert Store(home.root, KEY).held == home.held, "a damaged checkpoint is not believed"
    assert folding.checkpoint_differs(home.root, again.chain)
    checkpoint.unlink()
    assert Store(home.root, KEY).held == home.held
    days(home, 1)
    assert checkpoint.exists()


def test_opening_a_home_does_not_grow_with_its_years(home: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "EVERY", 10)
    days(home, 35)
    read: list[str] = []
    monkeypatch.setattr(folding, "read_manifest", lambda root, run: read.append(run) or read_manifest(root, run))
    Store(home.root, KEY)
    assert len(read) <= 11
