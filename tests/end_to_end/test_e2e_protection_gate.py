"""SOURCES «protected_persons»: missing, late, short or broken – no list that day, exit 1, said in one line.

Other sources are taken in all the same; after the corrected file in the same folder the day runs and the list exists.
"""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines import layout, steps
from pipelines.errors import GateClosed
from tests.home import traces
from tests.home.building import Cli, status
from tests.home.cases import CASES, DAY
from tests.home.copies import copied, opened
from tests.home.deliveries import files, folder, read, write
from tests.home.planting import confirm
from tests.home.running import run_day

MANDATORY = "protected_persons"

pytestmark = pytest.mark.usefixtures("without_great_expectations")


def todays_file(root: Path, day: date = DAY) -> Path:
    (path,) = (p for p in files(root, MANDATORY) if p.parent.name == str(day))
    return path


def short_by(persons: int) -> Callable[[Path], None]:
    """Drop the last `persons` people of the file."""

    def change(path: Path) -> None:
        encoding, (header, *rows) = read(path)
        people = list(dict.fromkeys(row[0] for row in rows))
        write(path, encoding, [header, *(row for row in rows if row[0] not in people[-persons:])])

    return change


def empty(path: Path) -> None:
    encoding, cells = read(path)
    write(path, encoding, cells[:1])


def broken_row(path: Path) -> None:
    encoding, cells = read(path)
    start, end = cells[0].index("開始年月日"), cells[0].index("終了年月日")
    cells[-1][start], cells[-1][end] = "20260401", "20260331"
    write(path, encoding, cells)


def latest_disagrees(path: Path) -> None:
    encoding, cells = read(path)
    latest = cells[0].index("最新フラグ")
    cells[-1][latest] = "0"
    write(path, encoding, cells)


def unreadable(path: Path) -> None:
    path.unlink()
    path.write_bytes(b"\x00\xff\x00")


def header_missing(path: Path) -> None:
    encoding, cells = read(path)
    write(path, encoding, [row[1:] for row in cells])


FAULTS = {
    "short by four persons": short_by(4),
    "empty": empty,
    "a broken row": broken_row,
    "latest disagrees": latest_disagrees,
    "unreadable": unreadable,
    "a header is missing": header_missing,
}


@pytest.fixture(scope="module")
def waiting(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after a whole run of DAY without its protection file, which lies beside it."""
    root = copied(city / "signed" / "home", tmp_path_factory.mktemp("waiting") / "copy")
    path = todays_file(root)
    (root.parent / path.name).write_bytes(path.read_bytes())
    path.unlink()
    with pytest.raises(GateClosed, match=f"no file for {DAY}"):
        run_day(root, DAY)
    return root


def test_without_the_file_everything_else_is_done(waiting: Path) -> None:
    home = opened(waiting)
    for source in ("tax_bills", "insurance_bills", "water_notices"):
        newest = home.ledger().last_accepted(source, DAY)
        assert newest is not None
        assert newest.folder_day == DAY, "a missing file stops only its source"
    assert home.store.under(f"published/lists/{DAY}/") == []
    closed = home.ledger().closed_through
    assert closed is not None
    assert closed < DAY, "the day stays open for the file"


def test_a_file_beside_the_days_folders_is_told_where_it_is_missed(waiting: Path, tmp_path: Path) -> None:
    root = copied(waiting, tmp_path / "copy")
    name = "shien_full_20260406.csv"
    (root / "inbox" / MANDATORY / name).write_bytes((waiting.parent / name).read_bytes())
    with pytest.raises(GateClosed, match=r"no file .* was delivered .*what lies outside the folder of a day") as closed:
        steps.lists(opened(root), DAY)
    assert name not in str(closed.value)
    assert str(closed.value).count("→") == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_no_list_with_a_faulty_protection_file(fault: str, waiting: Path, tmp_path: Path) -> None:
    """Refused in one line that names day and remedy and no person."""
    root = copied(waiting, tmp_path / "copy")
    path = folder(root, MANDATORY, DAY) / "shien_full_20260406.csv"
    path.write_bytes((waiting.parent / path.name).read_bytes())
    FAULTS[fault](path)
    steps.take_in(opened(root), MANDATORY, DAY)
    assert [e.folder_day for e in opened(root).ledger().of(MANDATORY, "refused")] == [DAY]
    with pytest.raises(GateClosed) as closed:
        steps.lists(opened(root), DAY)
    line = str(closed.value)
    assert "\n" not in line
    assert f"inbox/{MANDATORY}/{DAY}" in line
    assert traces.found((n for c in CASES for n in traces.plain_traces(c)), {"line": line}) == []
    assert opened(root).store.under(f"published/lists/{DAY}/") == []


@pytest.mark.parametrize("fault", ["short by four persons", "unreadable"])
def test_after_the_corrected_file_in_the_same_folder_the_list_exists(
    fault: str, waiting: Path, tmp_path: Path, screened: Path
) -> None:
    root = copied(waiting, tmp_path / "copy")
    path = folder(root, MANDATORY, DAY) / "shien_full_20260406.csv"
    path.write_bytes((waiting.parent / path.name).read_bytes())
    FAULTS[fault](path)
    steps.take_in(opened(root), MANDATORY, DAY)
    path.with_name("shien_full_corrected.csv").write_bytes((waiting.parent / path.name).read_bytes())
    run_day(root, DAY)
    mine, undisturbed = opened(root).store, opened(screened).store
    assert mine.digest(layout.visit_list(DAY)) == undisturbed.digest(layout.visit_list(DAY))


def test_a_persons_less_than_the_limit_is_no_fault(copy_of: Callable[..., Path]) -> None:
    """Fallen by one is no loss of the file; whoever vanished stays protected."""
    root = copy_of("signed")
    before = protected(root)
    short_by(1)(todays_file(root))
    run_day(root, DAY)
    assert before <= protected(root)


def protected(root: Path) -> set[str]:
    """Who is protected on DAY, as far as the home knows."""
    stretches = opened(root).store.read_table(layout.PROTECTION).to_pylist()
    return {row["resident_id"] for row in stretches if row["until"] is None or row["until"] >= DAY}


def test_a_refused_file_is_not_made_good_by_sending_it_again(copy_of: Callable[..., Path]) -> None:
    """The same bytes, refused yesterday, are refused today; taken in together or one after the other."""
    root = copy_of("screened")
    first, second = (todays_file(root, date(2026, 4, day)) for day in (7, 8))
    short_by(6)(first)
    second.unlink()
    second.write_bytes(first.read_bytes())
    steps.take_in(opened(root), MANDATORY, date(2026, 4, 8))
    verdicts = {str(e.folder_day): e.verdict for e in opened(root).ledger().of(MANDATORY) if e.folder_day > DAY}
    assert verdicts == {"2026-04-07": "refused", "2026-04-08": "refused"}


def test_an_old_shorter_file_sent_again_does_not_serve_for_today(copy_of: Callable[..., Path]) -> None:
    """A month-old export with the digest of a file that was accepted once is no protection file of today."""
    root = copy_of("screened")
    more, old = (todays_file(root, date(2026, 4, day)) for day in (7, 8))
    accepted_once = todays_file(root).read_bytes()
    encoding, (header, *rows) = read(more)
    added = [["9300000000000" + f"{n:02d}", *rows[-1][1:]] for n in range(9)]
    write(more, encoding, [header, *rows, *added])
    old.unlink()
    old.write_bytes(accepted_once)
    run_day(root, date(2026, 4, 7))
    with pytest.raises(GateClosed, match="F-PRO-01"):
        run_day(root, date(2026, 4, 8))


def test_a_refused_short_file_is_accepted_once_the_office_has_signed_for_it(waiting: Path, tmp_path: Path) -> None:
    root = copied(waiting, tmp_path / "copy")
    path = folder(root, MANDATORY, DAY) / "shien_full_20260406.csv"
    path.write_bytes((waiting.parent / path.name).read_bytes())
    short_by(5)(path)
    steps.take_in(opened(root), MANDATORY, DAY)
    assert opened(root).ledger().admitted_on(MANDATORY, DAY) is None
    confirm(root, MANDATORY, DAY, len(read(path)[1]) - 1)
    run_day(root, DAY)
    assert opened(root).store.has(layout.visit_list(DAY))


def test_yesterdays_file_does_not_serve_on_a_working_day_and_a_late_one_opens_the_day(
    copy_of: Callable[..., Path],
) -> None:
    root = copy_of("screened")
    late = todays_file(root, date(2026, 4, 7))
    data = late.read_bytes()
    late.unlink()
    with pytest.raises(GateClosed, match="no file for 2026-04-07"):
        run_day(root, date(2026, 4, 7))
    assert opened(root).store.under("published/lists/2026-04-07/") == []
    late.write_bytes(data)
    run_day(root, date(2026, 4, 7))
    assert opened(root).store.has(layout.urgent(date(2026, 4, 7)))


def test_on_a_closed_day_the_last_working_days_file_serves_and_no_list_is_made(copy_of: Callable[..., Path]) -> None:
    """On the Sunday before DAY the run goes through; the week's list is made on Monday."""
    root = copy_of("signed")
    assert run_day(root, date(2026, 4, 5))["new_list"] is False
    assert opened(root).store.under("published/lists/2026-03-30/visit_list") == []


def test_the_command_says_it_in_one_line_and_exits_with_1(waiting: Path, tmp_path: Path) -> None:
    root = copied(waiting, tmp_path / "copy")
    result = Cli()("screen", "--home", root, "--date", str(DAY))
    assert status(result) == 1
    assert "支援措置" in str(result.exception)
    assert len(str(result.exception).splitlines()) == 1


def test_a_broken_optional_protection_file_stops_its_source_only(copy_of: Callable[..., Path]) -> None:
    """`local_protection` is optional: what was protected stays protected, and the list is made."""
    root = copy_of("signed")
    (path,) = (p for p in files(root, "local_protection") if p.parent.name == str(DAY))
    unreadable(path)
    run_day(root, DAY)
    home = opened(root)
    assert home.ledger().of("local_protection", "refused")
    case = next(c for c in CASES if c.name == "local protection")
    assert traces.found(traces.keys_of(home)[case.name].household, traces.texts(root)) == []
    assert steps.verify(home)["files"] > 0
