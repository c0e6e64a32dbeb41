"""Looking for people in the files of a home: every file decoded to text, every trace of a person as a needle."""

import html
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
from pypdf import PdfReader

from pipelines.home import Home
from pipelines.persons import People
from tests.home.cases import CASES, Case
from tests.home.copies import physical
from tests.home.deliveries import files, headers, read
from tests.home.planting import TOWN

OUTSIDE = ("restricted/", "inbox/")
"""Zones that may name people: the sealed and accepted data, and what the offices put down (erased after some days)."""


@dataclass(frozen=True)
class Keys:
    """The pseudonyms of one planted household."""

    household: frozenset[str]
    persons: tuple[str, ...]
    dwelling: frozenset[str]


def text_of(path: Path) -> str:
    """Everything readable in a file: Parquet and Excel cells, PDF text, otherwise the bytes as text."""
    if path.suffix == ".parquet":
        return _parquet_text(path.read_bytes())
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)
    if path.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(path).pages)
    data = path.read_bytes()
    plain = data.decode("utf-8", errors="ignore")
    return (
        f"{plain}\n{_ESCAPED.sub(_letter, html.unescape(plain))}" if _ESCAPED.search(plain) or "&#" in plain else plain
    )


_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
"""How JSON writes Japanese letters, also inside Dagster's records."""


def _letter(escaped: re.Match[str]) -> str:
    return chr(int(escaped[1], 16))


def _parquet_text(data: bytes) -> str:
    table = pq.read_table(io.BytesIO(data))
    lines = [*table.column_names, str(table.schema.metadata or "")]
    for column in table.columns:
        kept = column.unique() if not pa.types.is_nested(column.type) else column
        lines += [str(value) for value in kept.to_pylist()]
    return "\n".join(lines)


@cache
def texts(root: Path, without: tuple[str, ...] = OUTSIDE) -> dict[str, str]:
    """Text by file name (the name is searched too) of every real file of a home outside the zones `without`."""
    found = {}
    for path in physical(root, without=without):
        name = path.relative_to(root).as_posix()
        found[name] = f"{name}\n{text_of(path)}"
    return found


def found(needles: Iterable[str], haystacks: dict[str, str]) -> list[tuple[str, str]]:
    """(needle, file) of every hit."""
    wanted = sorted(set(needles) - {""})
    lines: set[str] = set()
    for text in haystacks.values():
        lines.update(text.splitlines())
    whole = "\n".join(lines)
    words = "\n".join(word for word in set(_SPLIT.split(whole)) if not word.isascii() or len(word) >= 10)
    keys = "\n".join(set(_HEX.findall(whole)))
    hits = [needle for needle in wanted if needle in _where(needle, whole, words, keys)]
    return [(needle, name) for needle in hits for name, text in haystacks.items() if needle in text]


def _where(needle: str, whole: str, words: str, keys: str) -> str:
    """The smallest text that holds the needle if anything does."""
    if _HEX.fullmatch(needle):
        return keys
    return whole if _SPLIT.search(needle) else words


_HEX = re.compile(r"[0-9a-f]{32,}")
_SPLIT = re.compile(r"[\x00-\x1f!-/:-\x7f]+")
"""Names and numbers hold none of these, so each occurrence lies within one word between them: thousands of needles are
looked for among the distinct words with Japanese letters or long numbers, not in the whole text.
"""


def names_of(case: Case, place: int) -> list[str]:
    """What says plainly who a planted person is."""
    name, kana = case.full_name(place), case.kana(place)
    return [name, name.replace("　", ""), name.replace("　", " "), kana, kana.replace("　", ""), case.resident(place)]


def plain_traces(case: Case) -> list[str]:
    """Names, numbers and address of a planted household."""
    return [n for place in range(len(case.people)) for n in names_of(case, place)] + [
        case.household_id,
        f"{TOWN}{case.lot}",
        f"W{case.number:05d}",
        f"M{case.number:05d}",
        f"SLIPNUM{case.number:04d}",
        f"架空の様子{case.number:02d}番",
        *(f"CASENUM{case.number:03d}{place}{order}" for place in range(len(case.people)) for order in range(3)),
    ]


def keys_of(home: Home, cases: tuple[Case, ...] = CASES) -> dict[str, Keys]:
    """The pseudonyms the home gives to planted people, computed from its sealed tables and its key."""
    people = People(home)
    members = people.ask("from membership order by all").to_pylist()
    places = people.ask("from residence order by all").to_pylist()

    def named(purpose: str, values: Iterable[str]) -> list[str]:
        return home.names.keys(purpose, pa.array(list(values), pa.string())).to_pylist()

    keys = {}
    for case in cases:
        residents = [case.resident(place) for place in range(len(case.people))]
        stays = [m for m in members if m["resident_id"] == residents[0]]
        households = {m["household_id"] for m in stays}
        dwellings = {r["dwelling_id"] for r in places if r["household_id"] in households}
        assert households, f"{case.name}: not in the residents frame, so the scan would prove nothing"
        assert dwellings, f"{case.name}: no dwelling, so the scan would prove nothing"
        keys[case.name] = Keys(
            frozenset(named("household", households)),
            tuple(named("person", residents)),
            frozenset(named("dwelling", dwellings)),
        )
    return keys


def everybody(home: Path) -> Iterator[str]:
    """Names, kana, 宛名番号 and addresses of the whole simulated city, read from what was delivered."""
    wanted = ("resident_id", "household_id", "name", "name_kana")
    by_header = {headers("residents")[name]: name for name in wanted} | {name: name for name in wanted}
    for path in files(home, "residents"):
        _encoding, (header, *rows) = read(path)
        places = {by_header[h]: i for i, h in enumerate(header) if h in by_header}
        town, lot = (header.index(headers("residents")[name]) for name in ("town", "lot"))
        for row in rows:
            for name, place in places.items():
                yield row[place]
                if name.startswith("name"):
                    yield row[place].replace("　", "")
            yield f"{row[town]}{row[lot]}"
