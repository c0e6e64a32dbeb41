"""Promise 7 on a bad day: full disk, two runs, damaged files, lost manifests, wrong keys, a clock set back.

Nothing is lost, nothing is half-done, and one line says what to do.
"""

import ast
import errno
import os
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from pipelines import cli, steps
from pipelines import store as storage
from pipelines.accepted import Log
from pipelines.closing import close_day, not_far_ahead
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import open_home
from pipelines.intake import sources_in_order, take_in_source
from pipelines.people import publish_people
from pipelines.store import Draft
from pipelines.verify import require, verify
from tests.home.copies import copied, differences, held, physical
from tests.home.deliveries import deliver, files

ROOT = Path(__file__).parents[2]
DAY = date(2026, 4, 6)
SEED = 7


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny city of which half is taken in."""
    home = tmp_path_factory.mktemp("small") / "home"
    period = ["--from", "2026-03-02", "--to", str(DAY), "--seed", str(SEED)]
    result = CliRunner().invoke(cli.kizuki, ["simulate", "--home", str(home), "--households", "60", *period])
    assert result.exit_code == 0, result.output
    taken_in(home, date(2026, 3, 20))
    return home


@pytest.fixture
def home(small: Path, tmp_path: Path) -> Path:
    return copied(small, tmp_path / "copy")


def taken_in(root: Path, to: date) -> None:
    """Everything up to a day, the people published, the day before closed."""
    home = open_home(root)
    with home.store.writing():
        for name in sources_in_order(home):
            take_in_source(home, name, to)
            if name == "protected_persons":
                publish_people(home, to)
        close_day(home, to - timedelta(days=1))


def state(root: Path) -> dict[str, Any]:
    opened = open_home(root)
    disk = [p.relative_to(root).as_posix() for p in physical(root, without=(".lock",))]
    return {**held(opened), "chain": [m.digest for m in opened.store.chain], "disk": disk}


@pytest.fixture(scope="module")
def undisturbed(small: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    root = copied(small, tmp_path_factory.mktemp("undisturbed") / "copy")
    taken_in(root, DAY)
    return state(root)


# -- a full disk -------------------------------------------------------------------------------------------------------


def full_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, nth: int, error: int = errno.ENOSPC) -> list[int]:
    """From the nth call on, `owner.name` fails as on a full disk; returns the list that counts calls."""
    real, calls = getattr(owner, name), []

    def failing(*args: Any, **options: Any) -> Any:
        calls.append(1)
        if len(calls) >= nth:
            raise OSError(error, os.strerror(error))
        return real(*args, **options)

    monkeypatch.setattr(owner, name, failing)
    return calls


FIRST = [(Path, "rename", 2), (Path, "symlink_to", 9)]
MORE = [
    (os, "fsync", 23),
    *((os, "fsync", 1), (Path, "write_text", 1), (Path, "rename", 1), (Path, "rename", 40)),
    *((Path, "symlink_to", 1), (Path, "mkdir", 30), (Path, "touch", 2)),
]


@pytest.mark.parametrize(
    ("owner", "name", "nth"),
    [*FIRST, *(pytest.param(*case, marks=pytest.mark.long) for case in MORE)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_a_full_disk_says_so_and_loses_nothing(
    owner: Any, name: str, nth: int, home: Path, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {p: p.read_bytes() for p in files(home, "tax_bills")}
    full_at(monkeypatch, owner, name, nth)
    with pytest.raises(GateClosed, match=r"disk: ENOSPC, nothing half-done is left → free space"):
        taken_in(home, DAY)
    monkeypatch.undo()
    monkeypatch.setattr("pipelines.batch.prove", lambda *_args: [])
    assert {p: p.read_bytes() for p in files(home, "tax_bills")} == before, "deliveries wait until they are taken in"
    assert [what for check, what in verify(open_home(home)) if "link" not in what] == []
    taken_in(home, DAY)
    assert differences(undisturbed, state(home)) == []


def test_a_disk_full_while_duckdb_writes(
    home: Path, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(log: Log, _kind: str, query: str) -> None:
        log._con.execute(f"copy ({query}) to '/dev/full' (format parquet)")

    with monkeypatch.context() as patched, pytest.raises(GateClosed, match=r"disk: ENOSPC.*→ free space"):
        patched.setattr(Log, "_part", full)
        taken_in(home, DAY)
    taken_in(home, DAY)
    assert differences(undisturbed, state(home)) == []


def test_a_disk_full_while_a_table_is_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write itself fails, in the middle of a Parquet file."""
    before = state(home)
    full_at(monkeypatch, storage.Draft, "_done", 1)

    def fill(draft: Draft) -> None:
        draft.table("working/x.parquet", pa.table({"n": [1]}), [])

    opened = open_home(home)
    with pytest.raises(GateClosed, match="ENOSPC"), opened.store.writing():
        opened.store.publish("x", DAY, fill, inputs={}, config="c")
    assert state(home) == before


def test_a_home_that_may_not_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(home)
    store = open_home(home).store
    full_at(monkeypatch, Path, "open", 1, errno.EROFS)
    with pytest.raises(GateClosed, match=r"disk: EROFS.*mount the home for writing"), store.writing():
        pass
    monkeypatch.undo()
    assert state(home) == before


def test_other_disk_errors_are_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(**_options: Any) -> None:
        raise OSError(errno.EIO, "x", "/srv/山田 花子")

    monkeypatch.setattr(cli, "kizuki", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (1, 1)
    assert "run the same command again" in said and "山田" not in said


# -- damaged files -----------------------------------------------------------------------------------------------------


def spoilt(root: Path, stable: str, how: str) -> None:
    file = (root / stable).resolve()
    data = file.read_bytes()
    file.unlink()  # never in place: copies of a home share their files
    match how:
        case "cut off":
            file.write_bytes(data[: len(data) // 2])
        case "a byte flipped":
            file.write_bytes(data[:40] + bytes([data[40] ^ 1]) + data[41:])
        case "empty":
            file.write_bytes(b"")


@pytest.mark.parametrize("how", ["cut off", "a byte flipped", "empty", "gone"])
def test_a_damaged_file_is_named_by_every_reader(how: str, home: Path) -> None:
    damaged = open_home(home).store.under("restricted/accepted/tax_bills/opened")[-1]
    spoilt(home, damaged, how)
    opened = open_home(home)
    for read in (opened.store.read_bytes, opened.store.read_table, opened.store.file):
        with pytest.raises(GateClosed, match=f"{damaged} is missing or differs .* restore it from a backup"):
            read(damaged)
    assert any(what.startswith(damaged) for _check, what in verify(opened))
    with pytest.raises(GateClosed, match=r"verify.*tax_bills"):
        require(opened)


def test_the_sources_beside_a_damaged_file_go_on(home: Path) -> None:
    spoilt(home, open_home(home).store.under("restricted/accepted/tax_bills/opened")[-1], "cut off")
    opened = open_home(home)
    with opened.store.writing():
        with pytest.raises(GateClosed, match="restricted/accepted/tax_bills/opened"):
            take_in_source(opened, "tax_bills", DAY)
        assert take_in_source(opened, "insurance_bills", DAY) > 0
        assert take_in_source(opened, "protected_persons", DAY) > 0


def test_a_broken_link_is_named_and_readers_do_not_need_it(home: Path) -> None:
    link = home / "restricted/ledger/ledger.parquet"
    link.unlink()
    link.symlink_to("nowhere.parquet")
    opened = open_home(home)
    assert opened.ledger().entries
    assert [what for _check, what in verify(opened)] == [
        "restricted/ledger/ledger.parquet: the link does not lead to the published file"
    ]


@pytest.mark.parametrize("text", ["", "{", '{"manifest": {}, "digest": "x"}', "[]"])
def test_a_damaged_manifest_is_named(text: str, home: Path) -> None:
    path = sorted((home / "runs").glob("*/manifest.json"))[3]
    path.unlink()
    path.write_text(text)
    with pytest.raises(GateClosed, match=f"runs/{path.parent.name}/manifest.json is damaged.*restore it"):
        open_home(home)


def test_a_lost_manifest_stops_writers_before_they_tidy_up(home: Path) -> None:
    """What only the lost manifest names must not be taken for rubbish."""
    before = {p for p in physical(home, without=(".lock", "runs/"))}
    sorted((home / "runs").glob("*/manifest.json"))[3].unlink()
    (home / ".publishing").touch()
    with pytest.raises(GateClosed, match="restore runs/ from a backup"), open_home(home).store.writing():
        pass
    assert before <= set(physical(home, without=(".lock", "runs/")))
    assert verify(open_home(home))


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        (None, WrongUse, "key_file in settings.yaml cannot be read"),
        ("not hexadecimal", WrongUse, "key_file in settings.yaml cannot be read"),
        ("ab" * 16, WrongUse, "must hold 64 hex characters"),
        ("ab" * 32, GateClosed, "the home was written with another key → correct key_file"),
    ],
    ids=["missing", "rubbish", "short", "another home's"],
)
def test_keys(content: str | None, error: type[Exception], said: str, home: Path) -> None:
    key = home.parent / f"{home.name}.key"
    before = {p: p.stat().st_mtime_ns for p in physical(home)}
    key.unlink()
    if content is not None:
        key.write_text(content)
    with pytest.raises(error, match=said) as caught:
        open_home(home)
    assert (content or "-") not in str(caught.value)
    assert {p: p.stat().st_mtime_ns for p in physical(home)} == before


# -- two runs ----------------------------------------------------------------------------------------------------------

_HOLDS = """
import sys, time
from pathlib import Path
from pipelines.home import open_home
with open_home(Path(sys.argv[1])).store.writing():
    print("holds", flush=True)
    time.sleep(600)
"""


def test_two_processes_at_once_and_a_killed_one_lets_go(home: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", _HOLDS, str(home)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "holds\n"
        with pytest.raises(GateClosed, match="lock: another run is writing this home → wait for it to end"):
            taken_in(home, DAY)
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait()
    with open_home(home).store.writing():
        pass


@pytest.mark.long
def test_a_process_killed_at_any_moment(home: Path, tmp_path: Path) -> None:
    """Real kills (SIGKILL) of the real command; then the command again, and the home equals an undisturbed one."""
    command = [sys.executable, "-m", "pipelines", "intake", "--to", str(DAY), "--home"]
    whole = copied(home, tmp_path / "whole")
    subprocess.run([*command, str(whole)], cwd=ROOT, check=True, capture_output=True)
    for wait in (4, 6, 8, 10, 12):
        root = copied(home, tmp_path / str(wait))
        try:
            subprocess.run([*command, str(root)], cwd=ROOT, capture_output=True, timeout=wait, check=False)
        except subprocess.TimeoutExpired:  # run() kills with SIGKILL
            open_home(root)
        subprocess.run([*command, str(root)], cwd=ROOT, check=True, capture_output=True)
        assert differences(state(whole), state(root)) == [], wait


# -- the clock ---------------------------------------------------------------------------------------------------------

ROOMS = ("pipelines", "data_contracts", "identity", "features", "models", "outreach", "reports")


def test_no_room_reads_the_wall_clock() -> None:
    """Days come from the command and the ledger. One place asks the clock; what computes does not."""
    asked, asking = {}, set()
    for room in (*ROOMS, "dagster_project"):
        for path in sorted((ROOT / room).rglob("*.py")):
            tree, name = ast.parse(path.read_text()), f"{room}/{path.name}"
            if calls := [call for node in ast.walk(tree) for call in _clock(node)]:
                asked[name] = calls
            if any(isinstance(n, ast.ImportFrom) and n.module == "pipelines.clock" for n in ast.walk(tree)):
                asking.add(name)
    assert asked == {"pipelines/clock.py": ["now"]}
    assert asking == {"pipelines/closing.py", "pipelines/steps.py", "dagster_project/sensors.py"}


def _clock(node: ast.AST) -> list[str]:
    """The name by which a node asks the clock; none when it does not."""
    called = node.func if isinstance(node, ast.Call) else None
    return [called.attr] if isinstance(called, ast.Attribute) and called.attr in ("now", "today", "utcnow") else []


def test_a_clock_set_back_opens_no_closed_day(home: Path) -> None:
    """A run for an earlier day: the closed days stay closed, and a file put into one of them is news of the next."""
    taken_in(home, DAY)
    early = date(2026, 3, 11)
    closed = open_home(home).ledger().closed_through
    row = {"levy": "住民税", "charged_year": "2025", "notice_no": "99", "instalment": "01", "due_on": "2025-06-30"}
    deliver(home, "tax_bills", early, [row | {"resident_id": "9" * 15, "billed_yen": "100"}], "late_delta.csv")
    opened = open_home(home)
    with opened.store.writing():
        close_day(opened, early)
        assert take_in_source(opened, "tax_bills", early) == 0
    again = open_home(home)
    assert again.ledger().closed_through == closed
    waiting = again.ledger().waiting("tax_bills", DAY)
    assert [(e.folder_day, e.known_from) for e in waiting] == [(early, closed + timedelta(days=1) if closed else None)]


def test_a_clock_far_ahead_runs_nothing(home: Path) -> None:
    with pytest.raises(GateClosed, match=r"clock: 2030-01-01 is .* days after the newest delivery"):
        not_far_ahead(open_home(home), date(2030, 1, 1))
    with pytest.raises(GateClosed, match=r"clock: 2030-01-01 is .* days after the newest delivery"):
        steps.train(open_home(home), date(2030, 1, 1))
