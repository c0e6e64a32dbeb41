"""Numbered copies of lists and sheets: which lie on disk, and which were taken back.

`restricted/printed/<list day>/<number>-<sheet>.pdf`, so that what leaves one sheet takes no copy of another with it.
"""

from datetime import date

from pipelines import layout
from pipelines.home import Home


def copies(home: Home, list_day: date, *sheets: str) -> list[str]:
    """Paths of the copies of some sheets of a day; of all, when none is named."""
    paths = home.store.under(f"{layout.PRINTED}{list_day}/")
    return [path for path in paths if not sheets or _name(path).split("-")[1] in sheets]


def next_number(home: Home, list_day: date) -> str:
    """The number of the next copy of a day; none is given twice, also when a copy was taken back."""
    folder = f"{layout.PRINTED}{list_day}/"
    made = sum(any(path.startswith(folder) for path in manifest.outputs) for manifest in home.store.of_step("print"))
    return f"{made + 1:03d}"


def taken_back(home: Home, run_day: date) -> list[str]:
    """«list day number», of the copies that a purge of the day took back: whoever holds the paper is to bring it."""
    purges = (manifest for manifest in home.store.of_step("purge") if manifest.day == str(run_day))
    gone = (path for manifest in purges for path in manifest.removed if path.startswith(layout.PRINTED))
    return sorted({f"{layout.day_of(path)} {_name(path).split('-')[0]}" for path in gone})


def _name(path: str) -> str:
    return path.rsplit("/", 1)[1].split(".")[0]
