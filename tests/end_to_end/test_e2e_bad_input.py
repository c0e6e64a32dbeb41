"""Each line of SOURCES «Bad input» through the real intake, all in one home: what happens, and what the receipt says.

A refused file stops only itself: the files are put side by side and taken in together.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipelines import steps
from pipelines.accepted import versions
from pipelines.home import Home
from pipelines.ledger import Entry
from tests.home import traces
from tests.home.cases import CASES, Case
from tests.home.copies import copied, opened
from tests.home.deliveries import Row, deliver, folder, headers
from tests.home.planting import bills

NEXT = date(2026, 4, 7)
BY_NAME = {case.name: case for case in CASES}
ONE, TWO, SILENT = (BY_NAME[n] for n in ("consents to everything", "protection deleted", "no consent"))
TAX = "tax_bills"


def rows(case: Case, month: int, **changes: str) -> list[Row]:
    return [row | changes for row in bills(case, TAX, month)]


def many(*more: Row) -> list[Row]:
    """Enough clean rows that a few bad ones are below the contract's share."""
    clean = [
        row | {"notice_no": f"9{n}{row['notice_no']}"} for n in range(3) for c in CASES for row in bills(c, TAX, 1)
    ]
    return [*clean, *more]


def raw(home: Path, name: str, data: bytes) -> None:
    (folder(home, TAX, NEXT) / name).write_bytes(data)


def text(header: list[str], *lines: list[str]) -> str:
    return "\r\n".join(",".join(cells) for cells in (header, *lines))


def unreadable(home: Path, name: str) -> None:
    raw(home, name, b"\x00\xff\x00\xfe\x81")


def wrong_encoding(home: Path, name: str) -> None:
    path = deliver(home, TAX, NEXT, rows(ONE, 6), name)
    data = path.read_text(encoding="utf-8").encode("utf-16")
    path.write_bytes(data)


def header_missing(home: Path, name: str) -> None:
    path = deliver(home, TAX, NEXT, rows(ONE, 6), name)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\r\n".join(line.split(",", 1)[1] for line in lines), encoding="utf-8")


def header_extra(home: Path, name: str) -> None:
    path = deliver(home, TAX, NEXT, rows(ONE, 6), name)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\r\n".join(line + (",備考" if n == 0 else ",x") for n, line in enumerate(lines)), encoding="utf-8")


def header_in_two_rows(home: Path, name: str) -> None:
    path = deliver(home, TAX, NEXT, rows(ONE, 6), name)
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    upper, lower = ["" for _ in cells], cells
    upper[0] = "納税通知"
    path.write_text("\r\n".join([",".join(upper), ",".join(lower), *rest]), encoding="utf-8")


def excel_with_lost_zeros(home: Path, name: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    header = headers(TAX)
    sheet.append(list(header.values()))
    for row in rows(ONE, 6):
        cells: list[Any] = [row.get(column, "") for column in header]
        place = list(header).index("resident_id")
        cells[place] = 17000000011
        sheet.append(cells)
    book.save(folder(home, TAX, NEXT) / name)


def with_my_numbers(home: Path, name: str) -> None:
    """A column of twelve digits with valid check digits: 個人番号 must not be here."""
    numbers = [f"{n:011d}" for n in range(12345678901, 12345678941)]
    deliver(home, TAX, NEXT, [r | {"notice_no": my_number(n)} for n in numbers for r in rows(ONE, 6)[:1]], name)


def my_number(eleven: str) -> str:
    """個人番号の検査用数字 (行政手続における特定の個人を識別するための番号の利用等に関する法律施行令 8条、省令 5条)."""
    weighted = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(eleven), 1))
    rest = weighted % 11
    return eleven + str(0 if rest <= 1 else 11 - rest)


def too_many_bad_rows(home: Path, name: str) -> None:
    deliver(home, TAX, NEXT, [*rows(ONE, 6), *rows(TWO, 6, billed_yen="x")], name)


def bad_row(home: Path, name: str) -> None:
    deliver(home, TAX, NEXT, many(rows(ONE, 7, billed_yen="12x")[0], rows(SILENT, 7, billed_yen="12x")[0]), name)


def same_key_twice(home: Path, name: str) -> None:
    first = rows(TWO, 7)[0]
    deliver(home, TAX, NEXT, many(first, first | {"billed_yen": "999"}), name)


def hostile_text(home: Path, name: str) -> None:
    """Formula-like text, HTML and control characters in a free text column; 10 MB in another."""
    odd = [row | {"close_reason": "完納"} for row in rows(TWO, 8)]
    long = odd[0] | {"notice_no": "1" * 10_000_000}
    formula = odd[1] | {"payer_role": '=HYPERLINK("http://x","y")'}
    deliver(home, TAX, NEXT, many(long, formula), name)


FILES: dict[str, tuple[str, Callable[[Path, str], None], str]] = {
    "unreadable": ("delta_01.csv", unreadable, "refused"),
    "wrong encoding": ("delta_02.csv", wrong_encoding, "refused"),
    "header missing": ("delta_03.csv", header_missing, "refused"),
    "header extra": ("delta_04.csv", header_extra, "refused"),
    "header in two rows": ("delta_05.csv", header_in_two_rows, "refused"),
    "lost zeros": ("delta_06.xlsx", excel_with_lost_zeros, "refused"),
    "個人番号": ("delta_07.csv", with_my_numbers, "refused"),
    "too many bad rows": ("delta_08.csv", too_many_bad_rows, "refused"),
    "bad row": ("delta_09.csv", bad_row, "accepted"),
    "same key twice": ("delta_10.csv", same_key_twice, "accepted"),
    "hostile text": ("delta_11.csv", hostile_text, "accepted"),
}


@dataclass(frozen=True)
class Taken:
    """The home after the bad day, and each file's entry and receipt."""

    home: Home
    entries: dict[str, Entry]
    receipts: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def taken(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    root = copied(city / "screened" / "home", tmp_path_factory.mktemp("bad") / "copy")
    for name, make, _verdict in FILES.values():
        make(root, name)
    for source in (TAX, "insurance_bills"):
        steps.take_in(opened(root), source, NEXT)
    home = opened(root)
    by_file = {e.file: e for e in home.ledger().of(TAX) if e.folder_day == NEXT}
    entries = {what: by_file[name] for what, (name, _make, _verdict) in FILES.items()}
    paths = {what: f"published/receipts/{TAX}/{e.known_from}/{e.order:03d}.json" for what, e in entries.items()}
    yield Taken(home, entries, {what: home.store.read_json(path) for what, path in paths.items()})


@pytest.mark.parametrize("what", FILES)
def test_what_happens_to_the_file(what: str, taken: Taken) -> None:
    assert taken.entries[what].verdict == FILES[what][2], taken.entries[what].rule
    receipt = taken.receipts[what]
    assert receipt["verdict"] == FILES[what][2]
    if receipt["verdict"] == "refused":
        assert "remedy" in json.dumps(receipt, ensure_ascii=False)


def test_a_refused_file_stops_only_itself(taken: Taken) -> None:
    """The city's own file of that day and the other source were taken in."""
    ordinary = [e for e in taken.home.ledger().of(TAX) if e.folder_day == NEXT and e.file.startswith("shizei")]
    assert [e.verdict for e in ordinary] == ["accepted"]
    other = taken.home.ledger().last_accepted("insurance_bills", NEXT)
    assert other is not None
    assert other.folder_day == NEXT


@pytest.mark.parametrize("what", FILES)
def test_receipts_name_rows_rules_and_remedies_and_no_person(what: str, taken: Taken) -> None:
    said = json.dumps(taken.receipts[what], ensure_ascii=False)
    assert traces.found((n for c in CASES for n in traces.plain_traces(c)), {what: said}) == []
    for refused in taken.receipts[what]["refused"]:
        assert refused["rows"]
        assert refused["remedy"]


def test_refused_rows_are_quarantined_only_of_people_with_a_basis(taken: Taken) -> None:
    kept = [
        person
        for path in taken.home.store.under(f"restricted/quarantine/{TAX}/{NEXT}/")
        for person in taken.home.store.read_table(path)["resident_id"].to_pylist()
    ]
    assert ONE.resident(0) in kept
    assert SILENT.resident(0) not in kept


def test_a_key_twice_with_different_content_is_in_nobodys_log(taken: Taken) -> None:
    log = versions(taken.home, TAX)
    assert log is not None
    refused = rows(TWO, 7)[0]["notice_no"]
    assert refused not in set(log["notice_no"].to_pylist())


def test_of_refused_files_nothing_is_saved(taken: Taken) -> None:
    log = versions(taken.home, TAX)
    assert log is not None
    assert rows(ONE, 6)[0]["notice_no"] not in set(log["notice_no"].to_pylist())
    assert not list((taken.home.root / "restricted").rglob(".staging"))


def test_hostile_text_stays_text_and_long_text_is_refused(taken: Taken) -> None:
    """A formula in a coded column and ten million characters break a rule; the receipt's page shows neither."""
    assert taken.entries["hostile text"].refused == 2
    entry = taken.entries["hostile text"]
    page = taken.home.store.read_bytes(f"published/receipts/{TAX}/{entry.known_from}/{entry.order:03d}.html").decode()
    assert "HYPERLINK" not in page
    assert len(page) < 100_000
