"""A workbook writer of our own, so that every oddity that programmes and people put into one can be put in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from xml.sax.saxutils import escape, quoteattr

from tests.fuzz.writings import zipped

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_IN_XML = re.compile("[^\t\n\r\x20-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold; Excel leaves it out."""
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
TEXT, NUMBER, DATE, ERA, MONTH_DAY = 0, 0, 1, 3, 4
"""Styles: general, and date formats; the last two are what Japanese Excel makes of «令和8年4月1日» and of «1-2»."""


@dataclass
class Sheet:
    """A sheet as rows of cells; a cell is a text, or raw XML when it begins with «<c»."""

    rows: Sequence[Sequence[str]]
    name: str = "Sheet1"
    state: str = "visible"
    after: str = ""
    first_row: int = 1

    def xml(self) -> str:
        """The sheet's part."""
        body = "".join(self._row(number, cells) for number, cells in enumerate(self.rows, self.first_row))
        inner = f"<sheetData>{body}</sheetData>{self.after}"
        return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}">{inner}</worksheet>'

    def _row(self, number: int, cells: Sequence[str]) -> str:
        inner = "".join(self._cell(number, place, cell) for place, cell in enumerate(cells))
        return f'<row r="{number}">{inner}</row>'

    def _cell(self, number: int, place: int, cell: str) -> str:
        at = f"{letters(place)}{number}"
        if cell.startswith("<c"):
            return cell.replace("@", at)
        if not cell:
            return ""
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(_IN_XML.sub("", cell))}</t></is></c>'


@dataclass
class Book:
    """Sheets and what is around them; every part can be replaced or left out."""

    sheets: list[Sheet]
    epoch_1904: bool = False
    strings: Sequence[str] = ()
    parts: dict[str, bytes | None] = field(default_factory=dict)
    """Replaced parts by name; None = left out."""

    def bytes(self) -> bytes:
        """The file."""
        made = {name: text.encode("utf-8", "ignore") for name, text in self._made()}
        whole = {name: data for name, data in {**made, **self.parts}.items() if data is not None}
        return zipped(whole)

    def _made(self) -> Iterator[tuple[str, str]]:
        places = range(1, len(self.sheets) + 1)
        overrides = "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in places
        )
        yield (
            "[Content_Types].xml",
            (
                '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
                '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>{overrides}'
                f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
                f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_TYPES}.sharedStrings+xml"/></Types>'
            ),
        )
        yield "_rels/.rels", relations({"rId1": ("officeDocument", "xl/workbook.xml")})
        listed = "".join(
            f'<sheet name={quoteattr(s.name)} sheetId="{n}" state="{s.state}" r:id="rId{n}"/>'
            for n, s in zip(places, self.sheets, strict=True)
        )
        epoch = '<workbookPr date1904="1"/>' if self.epoch_1904 else "<workbookPr/>"
        yield (
            "xl/workbook.xml",
            (
                f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{REL}">{epoch}'
                f"<sheets>{listed}</sheets></workbook>"
            ),
        )
        links = {f"rId{n}": ("worksheet", f"worksheets/sheet{n}.xml") for n in places}
        links |= {"rId900": ("styles", "styles.xml"), "rId901": ("sharedStrings", "sharedStrings.xml")}
        yield "xl/_rels/workbook.xml.rels", relations(links)
        yield (
            "xl/styles.xml",
            (
                f'<?xml version="1.0"?><styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
                '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
                '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
                '<cellXfs count="5"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="46"/><xf numFmtId="58"/>'
                '<xf numFmtId="56"/></cellXfs></styleSheet>'
            ),
        )
        phonetic = '<rPh sb="0" eb="1"><t>フリガナ</t></rPh><phoneticPr fontId="0"/>'
        items = "".join(f"<si><t>{escape(text)}</t>{phonetic}</si>" for text in self.strings)
        yield "xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{MAIN}">{items}</sst>'
        for n, sheet in zip(places, self.sheets, strict=True):
            yield f"xl/worksheets/sheet{n}.xml", sheet.xml()


def relations(links: dict[str, tuple[str, str]]) -> str:
    """A relationships part."""
    inner = "".join(
        f'<Relationship Id="{i}" Type="{REL}/{kind}" Target="{target}"/>' for i, (kind, target) in links.items()
    )
    return f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'


@cache
def letters(place: int) -> str:
    """Column letters of a position from 0: A, B, …, AA."""
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text
