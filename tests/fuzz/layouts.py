"""Mutations of rows, columns and headers: what people and exports do to a sheet's layout."""

from collections.abc import Sequence
from random import Random

from tests.fuzz.cells import GRIDS, cells_of, columns_of
from tests.fuzz.families import Outcome, several
from tests.fuzz.grids import Grid, contract


@GRIDS.add(Outcome.REFUSED)
def a_required_column_missing(rng: Random, grid: Grid) -> Grid:
    place = rng.choice(columns_of(grid, "text", "int", "date", "flag", "list", required=True))
    return grid.having([_without(row, place) for row in grid.rows], _without(grid.header, place))


def _without(cells: Sequence[str], place: int) -> list[str]:
    return [*cells[:place], *cells[place + 1 :]]


@GRIDS.add(Outcome.ANY)
def an_optional_column_missing(rng: Random, grid: Grid) -> Grid:
    places = columns_of(grid, "text", "int", "date", "flag", "list", required=False)
    if not places:
        return grid
    place = rng.choice(places)
    return grid.having([_without(row, place) for row in grid.rows], _without(grid.header, place))


@GRIDS.add(Outcome.REFUSED)
def a_column_nobody_asked_for(rng: Random, grid: Grid) -> Grid:
    place, name = rng.randrange(len(grid.header) + 1), rng.choice(["備考", "自由記述", "所見", "x", "氏名2", "?"])
    rows = [[*row[:place], "聞いていないこと", *row[place:]] for row in grid.rows]
    return grid.having(rows, [*grid.header[:place], name, *grid.header[place:]])


@GRIDS.add(Outcome.REFUSED)
def a_column_twice(rng: Random, grid: Grid) -> Grid:
    place = rng.randrange(len(grid.header))
    return grid.having([[*row, row[place]] for row in grid.rows], [*grid.header, grid.header[place]])


@GRIDS.add(Outcome.REFUSED)
def no_header(_rng: Random, grid: Grid) -> Grid:
    return grid.having(grid.rows[1:], grid.rows[0])


@GRIDS.add(Outcome.REFUSED)
def a_title_above_the_header(rng: Random, grid: Grid) -> Grid:
    above = [rng.choice(["一覧表", "令和8年度 出力", "No."]), *[""] * (len(grid.header) - 1)]
    return grid.having([grid.header, *grid.rows], above)


@GRIDS.add(Outcome.REFUSED)
def a_header_in_two_rows(rng: Random, grid: Grid) -> Grid:
    cut = rng.randrange(2, len(grid.header)) if len(grid.header) > 2 else 1
    upper = [*grid.header[:cut], *[""] * (len(grid.header) - cut)]
    lower = [*[""] * cut, *grid.header[cut:]]
    return grid.having([lower, *grid.rows], upper) if any(_required(grid, lower)) else no_header(rng, grid)


def _required(grid: Grid, names: Sequence[str]) -> list[str]:
    needed = {c.header for c in contract(grid.source).columns if c.required}
    return [name for name in names if name in needed]


@GRIDS.add(Outcome.NOTICED)
def the_header_again_below(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    rows.insert(rng.randrange(1, len(rows) + 1), list(grid.header))
    return grid.having(rows)


@GRIDS.add(Outcome.NOTICED)
def a_line_of_totals(rng: Random, grid: Grid) -> Grid:
    line = [rng.choice(["", "合計", "計", "123,456"]) for _ in grid.header]
    line[0] = "合計"
    return grid.having([*grid.rows, line])


@GRIDS.add(Outcome.ANY)
def no_rows(_rng: Random, grid: Grid) -> Grid:
    return grid.having([])


@GRIDS.add(Outcome.ANY)
def a_few_rows_only(rng: Random, grid: Grid) -> Grid:
    return grid.having(rng.sample(grid.rows, rng.randint(1, len(grid.rows))))


@GRIDS.add(Outcome.ANY)
def many_rows(rng: Random, grid: Grid) -> Grid:
    """The same rows over and over: a file as an export in a loop would write it."""
    return grid.having(list(grid.rows) * rng.choice([10, 10, 60]))


@GRIDS.add(Outcome.ANY)
def many_columns(rng: Random, grid: Grid) -> Grid:
    more = [f"列{n}" for n in range(rng.choice([200, 3000]))]
    return grid.having([[*row, *more] for row in grid.rows[:3]], [*grid.header, *more])


@GRIDS.add(Outcome.ANY)
def ragged_rows(rng: Random, grid: Grid) -> Grid:
    rows = cells_of(grid)
    for _ in several(rng, 4):
        n = rng.randrange(len(rows))
        rows[n] = rows[n][: rng.randint(0, len(rows[n]))] if rng.random() < 0.5 else [*rows[n], "余り", ""]
    return grid.having(rows)


@GRIDS.add(Outcome.ANY)
def headers_spelt_wrongly(rng: Random, grid: Grid) -> Grid:
    header = list(grid.header)
    place = rng.randrange(len(header))
    wrong = (
        header[place][:-1],
        header[place] + "1",
        "",
        header[place] * 2,
        "\x00",
        header[place].replace("号", "號") + "_",
        "=1+1",
    )
    header[place] = rng.choice(wrong)
    return grid.having(grid.rows, header)
