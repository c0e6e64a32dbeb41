"""Mutations of cells: what people and exports write into them, or leave out."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from random import Random

from data_contracts.values import parse_date
from tests.fuzz.families import Outcome, Register, several
from tests.fuzz.grids import Grid, contract, declared
from tests.fuzz.odd_values import NO_DATES, NO_NUMBERS, ODD_TEXTS

GRIDS = Register()
Cells = list[list[str]]
_FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


def cells_of(grid: Grid) -> Cells:
    return [list(row) for row in grid.rows]


def columns_of(grid: Grid, *kinds: str, required: bool | None = None, key: bool | None = None) -> list[int]:
    """Positions of delivered columns of these kinds."""
    found = []
    for column in contract(grid.source).columns:
        place = grid.place(column.name)
        fits = column.type in kinds and required in (None, column.required)
        if place >= 0 and fits and key in (None, column.key_position is not None):
            found.append(place)
    return found


def _some_cell(
    rng: Random, grid: Grid, places: Sequence[int], change: Callable[[str], str], filled: bool = False
) -> Grid:
    """One cell (or a few) of these columns changed."""
    rows = cells_of(grid)
    wanted = [(n, p) for n, row in enumerate(rows) for p in places if p < len(row) and (row[p] or not filled)]
    for _ in several(rng, 6):
        if wanted:
            n, place = rng.choice(wanted)
            rows[n][place] = change(rows[n][place])
    return grid.having(rows)


# -- the same said otherwise: nothing may change ---------------------------------------------------------------------


@GRIDS.add(Outcome.SAME)
def nothing_at_all(_rng: Random, grid: Grid) -> Grid:
    return grid


@GRIDS.add(Outcome.SAME)
def columns_in_another_order(rng: Random, grid: Grid) -> Grid:
    order = list(range(len(grid.header)))
    rng.shuffle(order)
    return grid.having([[row[p] for p in order] for row in grid.rows], [grid.header[p] for p in order])


@GRIDS.add(Outcome.SAME)
def headers_by_canonical_name(_rng: Random, grid: Grid) -> Grid:
    names = {c.header: c.name for c in contract(grid.source).columns}
    return grid.having(grid.rows, [names.get(h, h) for h in grid.header])


@GRIDS.add(Outcome.SAME)
def headers_with_blanks_and_full_width(rng: Random, grid: Grid) -> Grid:
    return grid.having(grid.rows, [f"{rng.choice(['', ' ', '　'])}{h.translate(_FULL_WIDTH)} " for h in grid.header])


@GRIDS.add(Outcome.SAME)
def dates_written_otherwise(rng: Random, grid: Grid) -> Grid:
    return _some_cell(rng, grid, columns_of(grid, "date"), lambda text: _another_date(rng, text))


def _another_date(rng: Random, text: str) -> str:
    day = parse_date(text)
    if not isinstance(day, date) or day.year < 2019 or day < date(2019, 5, 1):
        return text
    era = day.year - 2018
    year = "元" if era == 1 else str(era)
    return rng.choice(
        [
            day.isoformat(),
            f"{day:%Y%m%d}",
            f"{day.year}/{day.month}/{day.day}",
            f"令和{year}年{day.month}月{day.day}日",
            f"R{era}.{day.month}.{day.day}",
            f"R{era:02d}{day:%m%d}",
            f"5{era:02d}{day:%m%d}",
            f" {day.isoformat()}　",
            day.isoformat().translate(_FULL_WIDTH),
            f"令和 {year} 年 {day.month} 月 {day.day} 日",
        ]
    )


@GRIDS.add(Outcome.SAME)
def amounts_written_otherwise(rng: Random, grid: Grid) -> Grid:
    def change(text: str) -> str:
        plain = unicodedata.normalize("NFKC", text).replace(",", "")
        if not re.fullmatch(r"[0-9]{1,12}", plain):
            return text
        return rng.choice([f"{int(plain):,}", plain.translate(_FULL_WIDTH), f" {plain} ", f"0{plain}"])

    return _some_cell(rng, grid, columns_of(grid, "int", key=False), change)


@GRIDS.add(Outcome.SAME)
def rows_in_another_order(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    rng.shuffle(rows)
    return grid.having(rows)


@GRIDS.add(Outcome.SAME)
def the_same_row_twice(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    for _ in several(rng, 4):
        rows.insert(rng.randrange(len(rows) + 1), list(rng.choice(grid.rows)))
    return grid.having(rows)


@GRIDS.add(Outcome.SAME)
def empty_rows_between(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    for _ in several(rng, 5):
        rows.insert(rng.randrange(len(rows) + 1), [""] * len(grid.header))
    return grid.having(rows)


@GRIDS.add(Outcome.SAME)
def empty_columns_at_the_end(rng: Random, grid: Grid) -> Grid:
    more = [""] * rng.randint(1, 5)
    return grid.having([[*row, *more] for row in grid.rows], [*grid.header, *more])


# -- cells that say something else, or nothing -------------------------------------------------------------------------


@GRIDS.add(Outcome.ANY)
def dates_that_are_none(rng: Random, grid: Grid) -> Grid:
    return _some_cell(rng, grid, columns_of(grid, "date"), lambda _: rng.choice(NO_DATES))


@GRIDS.add(Outcome.ANY)
def dates_partly_known_or_far_away(rng: Random, grid: Grid) -> Grid:
    said = (
        "不詳",
        "令和8年",
        "昭和20年00月00日",
        "平成2年4月ころ",
        "9999-12-31",
        "1868-01-01",
        "0000-00-00",
        "99999999",
        "2099-01-01",
    )
    return _some_cell(rng, grid, columns_of(grid, "date"), lambda _: rng.choice(said))


@GRIDS.add(Outcome.ANY)
def numbers_that_are_none(rng: Random, grid: Grid) -> Grid:
    return _some_cell(rng, grid, columns_of(grid, "int"), lambda _: rng.choice(NO_NUMBERS))


@GRIDS.add(Outcome.ANY)
def odd_texts(rng: Random, grid: Grid) -> Grid:
    return _some_cell(rng, grid, range(len(grid.header)), lambda _: rng.choice(ODD_TEXTS))


@GRIDS.add(Outcome.ANY)
def random_characters(rng: Random, grid: Grid) -> Grid:
    def any_text(_: str) -> str:
        blocks = (
            (0x20, 0x7E),
            (0x80, 0x2FF),
            (0x3000, 0x30FF),
            (0x4E00, 0x9FFF),
            (0xE000, 0xF8FF),
            (0x10000, 0x10FFFF),
        )
        low, high = rng.choice(blocks)
        return "".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 40)))

    return _some_cell(rng, grid, range(len(grid.header)), any_text)


@GRIDS.add(Outcome.NOTICED)
def words_nobody_agreed_on(rng: Random, grid: Grid) -> Grid:
    coded = [grid.place(c.name) for c in contract(grid.source).columns if c.values and grid.place(c.name) >= 0]
    if not coded:
        return a_key_left_empty(rng, grid)
    return _some_cell(rng, grid, coded, lambda _: rng.choice(["その外", "ＯＴＨＥＲ", "1234", "はい/いいえ", "?"]))


def _empty_means_something(grid: Grid) -> set[int]:
    """Columns whose empty cells the profile reads as a value."""
    return {grid.place(name) for name, said in declared(grid.source).profile.value_map.items() if "" in said}


@GRIDS.add(Outcome.NOTICED)
def required_cells_left_empty(rng: Random, grid: Grid) -> Grid:
    needed = columns_of(grid, "text", "int", "flag", "list", required=True)
    mapped = _empty_means_something(grid)
    return _some_cell(
        rng, grid, [p for p in needed if p not in mapped], lambda _: rng.choice(["", " ", "　", "\t"]), True
    )


@GRIDS.add(Outcome.ANY)
def a_whole_column_left_empty(rng: Random, grid: Grid) -> Grid:
    rows, place = cells_of(grid), rng.randrange(len(grid.header))
    for row in rows:
        row[place] = ""
    return grid.having(rows)


@GRIDS.add(Outcome.ANY)
def two_columns_exchanged(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    one, other = rng.randrange(len(grid.header)), rng.randrange(len(grid.header))
    for row in rows:
        row[one], row[other] = row[other], row[one]
    return grid.having(rows)


@GRIDS.add(Outcome.ANY)
def cells_shifted_by_one(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    for _ in several(rng, 5):
        n = rng.randrange(len(rows)) if rows else 0
        if rows:
            rows[n] = [*rows[n][1:], rows[n][0]] if rng.random() < 0.5 else [rows[n][-1], *rows[n][:-1]]
    return grid.having(rows)


@GRIDS.add(Outcome.NOTICED)
def a_key_left_empty(rng: Random, grid: Grid) -> Grid:
    """A key column left empty in one row."""
    places = [p for p in columns_of(grid, "text", "int", required=True, key=True)]
    mapped = _empty_means_something(grid)
    return _some_cell(rng, grid, [p for p in places if p not in mapped], lambda _: "", True)


@GRIDS.add(Outcome.NOTICED)
def one_key_with_two_contents(rng: Random, grid: Grid) -> Grid:
    columns = [c for c in contract(grid.source).columns if c.key_position is None and grid.place(c.name) >= 0]
    column = rng.choice(columns)
    place, row = grid.place(column.name), list(rng.choice(grid.rows))
    read = parse_date if column.type == "date" else str  # 99999999 and nothing are one content
    others = {r[place] for r in grid.rows if read(r[place]) != read(row[place])}
    row[place] = rng.choice(sorted(others)) if others else f"{row[place]}9"
    return grid.having([*grid.rows, row])


@GRIDS.add(Outcome.ANY)
def lost_zeros(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    places = columns_of(grid, "text", key=True) + [p for p in (grid.place("resident_id"),) if p >= 0] if rows else []
    if not places:
        return grid
    place, share = rng.choice(places), rng.choice([0.1, 0.5, 1.0])
    for row in rows:
        if row[place].isdigit() and row[place].isascii() and len(row[place]) <= 15 and rng.random() < share:
            row[place] = rng.choice([str(int(row[place])), f"{int(row[place]):.5E}", f"{int(row[place])}.0"])
    return grid.having(rows)


@GRIDS.add(Outcome.REFUSED)
def a_column_of_individual_numbers(rng: Random, grid: Grid) -> Grid:
    def number(n: int) -> str:
        digits = f"{n:011d}"
        rest = sum(int(d) * w for d, w in zip(digits, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        return digits + str(0 if rest <= 1 else 11 - rest)

    rows, place = cells_of(grid), rng.randrange(len(grid.header) + 1)
    numbers = [number(rng.randrange(10**11)) for _ in range(max(len(rows), 6))]
    while len(rows) < 6:
        rows.append([""] * len(grid.header))
    if place == len(grid.header):
        return grid.having([[*row, n] for row, n in zip(rows, numbers, strict=True)], [*grid.header, "備考"])
    for row, n in zip(rows, numbers, strict=True):
        row[place] = n
    return grid.having(rows)


@GRIDS.add(Outcome.ANY)
def a_very_long_cell(rng: Random, grid: Grid) -> Grid:
    long = rng.choice(["あ", "1", "a,", "<", "\n", "=", "|", "\u0301", "令和"]) * rng.choice(
        [300, 5_000, 70_000, 300_000]
    )
    return _some_cell(rng, grid, range(len(grid.header)), lambda _: long)


@GRIDS.add(Outcome.ANY)
def line_breaks_in_cells(rng: Random, grid: Grid) -> Grid:
    return _some_cell(
        rng,
        grid,
        range(len(grid.header)),
        lambda t: t[: len(t) // 2] + rng.choice(["\n", "\r\n", "\r"]) + t[len(t) // 2 :],
    )


@GRIDS.add(Outcome.ANY)
def a_list_gone_wrong(rng: Random, grid: Grid) -> Grid:
    places = columns_of(grid, "list") or list(range(len(grid.header)))
    return _some_cell(
        rng,
        grid,
        places,
        lambda t: rng.choice(
            [f"{t}|", f"|{t}", f"{t}||{t}", f"{t}|？", "|", t.replace("|", "、"), "|".join([t] * 300)]
        ),
    )
