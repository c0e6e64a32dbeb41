"""Writing into an inbox as an office would: new files, and rows added to files that the simulated city wrote."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path

from data_contracts.catalog import load_catalog
from pipelines.settings import CONFIG

Row = Mapping[str, str]


@cache
def headers(source: str, config: Path = CONFIG) -> dict[str, str]:
    """Canonical name → header of a source's contract."""
    columns = load_catalog(config / "sources").contracts[source][-1].columns
    return {column.name: column.header for column in columns}


def folder(home: Path, source: str, day: date) -> Path:
    """The folder of a delivery, made when missing."""
    path = home / "inbox" / source / str(day)
    path.mkdir(parents=True, exist_ok=True)
    return path


def deliver(
    home: Path, source: str, day: date, rows: Sequence[Row], name: str = "delta_planted.csv", config: Path = CONFIG
) -> Path:
    """A new file of `rows` (canonical names; absent = empty)."""
    header = headers(source, config)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header.values())
    writer.writerows([row.get(column, "") for column in header] for row in rows)
    path = folder(home, source, day) / name
    path.unlink(missing_ok=True)  # a copy of a home shares its files with the original: never write into one
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def read(path: Path) -> tuple[str, list[list[str]]]:
    """Encoding and cells of a CSV file, header first."""
    data = path.read_bytes()
    encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else _fits(data)
    return encoding, list(csv.reader(io.StringIO(data.decode(encoding))))


def _fits(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8"


def write(path: Path, encoding: str, cells: Sequence[Sequence[str]]) -> None:
    """Replace a CSV file by a new one."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(cells)
    path.unlink(missing_ok=True)
    path.write_bytes(text.getvalue().encode(encoding))


def append(path: Path, source: str, rows: Sequence[Row]) -> None:
    """Add rows to a file of the simulated city, under its own headers and in its own encoding."""
    encoding, cells = read(path)
    names = {header: name for name, header in headers(source).items()}
    columns = [names.get(header, header) for header in cells[0]]
    cells += [[row.get(column, "") for column in columns] for row in rows]
    write(path, encoding, cells)


def files(home: Path, source: str) -> list[Path]:
    """The delivered files of a source that are still in the inbox, in day order."""
    return sorted(p for p in (home / "inbox" / source).glob("????-??-??/*") if p.suffix == ".csv")


def day_of(path: Path) -> date:
    """The folder day of a delivered file."""
    return date.fromisoformat(path.parent.name)
