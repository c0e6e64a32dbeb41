"""The sheets of the human lane: slips for the 主任, and what goes to a worker in charge or a responsible desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.sheet_form import Column, Form, Row
from reports.words import legible

INSIDE = "主任だけが読みます。庁舎から持ち出しません"
NO_SLIP, NO_LINE = "前の紙のあとに分かった連絡票はありません。", "この窓口へのお知らせはありません。"
WHOLE = "とりあえず丸ごと"
AGREED, NOT_AGREED = "あり", "なし(主任が進め方を選びます)"
_LONGEST = 240
SLIP_COLUMNS: tuple[Column, ...] = (
    Column("No", 7),
    Column("緊急", 9),
    Column("連絡票", 17),
    Column("届いた日", 16),
    Column("気づいた日", 16),
    Column("連絡者", 19),
    Column("住所", 34),
    Column("氏名カナ", 22),
    Column("お困りのこと", 32),
    Column("様子", 43),
    Column("本人了解", 19),
    Column("住民記録", 22),
    Column("主任の判断", 25),
)
DESK_COLUMNS: tuple[Column, ...] = (
    Column("No", 10),
    Column("受付番号", 50),
    Column("担当窓口", 60),
    Column("お知らせ", 90),
    Column("確認した日", 35),
    Column("確認した人", 35),
)


@dataclass(frozen=True)
class SlipLine:
    """One slip as its writer wrote it. came_on: the day on which this version of it reached the city; resident: the
    name that fits by kana and address, or empty.
    """

    slip_no: str
    urgent: bool
    came_on: date
    seen_on: date
    reporter_kind: str
    address: str
    name_kana: str
    worries: tuple[str, ...]
    what_seen: str
    told_person: bool
    resident: str


def slips(lines: Sequence[SlipLine]) -> Form:
    """The 主任's sheet: urgent ones first, then what was seen last. Nobody's score, consent or rank is on it."""
    ordered = sorted(lines, key=lambda line: (not line.urgent, -line.seen_on.toordinal(), line.slip_no))
    rows = [_slip(number, line) for number, line in enumerate(ordered, start=1)]
    return Form("連絡票", SLIP_COLUMNS, rows, NO_SLIP)


def _slip(number: int, line: SlipLine) -> Row:
    cells = (
        "緊急" if line.urgent else "",
        line.slip_no,
        str(line.came_on),
        str(line.seen_on),
        line.reporter_kind,
        line.address,
        line.name_kana,
        "\n".join(line.worries) or WHOLE,
        line.what_seen,
        AGREED if line.told_person else NOT_AGREED,
        line.resident,
    )
    return (str(number), *map(_cell, cells), "")


def desk_notes(lines: Sequence[tuple[str, str, str]]) -> Form:
    """What one desk is told: (case number, desk, message), in order, and nothing else."""
    rows = [(str(n), *map(_cell, line), "", "") for n, line in enumerate(lines, start=1)]
    return Form("お知らせ", DESK_COLUMNS, rows, NO_LINE, dates=("確認した日",))


def _cell(text: str) -> str:
    joined = "\n".join(legible(part) for part in text.split("\n"))
    return joined if len(joined) <= _LONGEST else joined[:_LONGEST] + "…(長いため省略)"
