"""What goes to workers in charge and responsible desks: sealed, a case number and a word (PRACTICE «Three lanes»)."""

from datetime import date

import pyarrow as pa

from outreach.desks import DESK_LINES, sorted_lines
from pipelines.home import Home

ROOT = "restricted/people/desks/"


def lines_before(home: Home, day: date) -> pa.Table:
    """All lines of earlier days."""
    paths = [path for path in home.store.under(ROOT) if path.split("/")[3] < str(day)]
    return pa.concat_tables([DESK_LINES.empty_table(), *map(home.store.read_table, paths)])


def lines_of(home: Home, day: date) -> pa.Table:
    """All lines of one day: the week's, the urgent sheet's, the slips'."""
    paths = home.store.under(f"{ROOT}{day}/")
    return sorted_lines(pa.concat_tables([DESK_LINES.empty_table(), *map(home.store.read_table, paths)]))
