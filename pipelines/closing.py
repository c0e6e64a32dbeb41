"""Is the day's protection file in order, is the office open, and the closing of a day (SOURCES «protected_persons»)."""

from collections.abc import Iterator
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

import jpholiday

from pipelines import layout
from pipelines.clock import today
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.ledger import CONFIRMATION, confirmed_rows, delivery_day, delivery_days
from pipelines.store import Draft

MANDATORY = "protected_persons"
MOST_DAYS_AHEAD = 92
"""No office is silent for a quarter: a run for a later day is a mistake."""


def is_working_day(day: date) -> bool:
    """Whether the office is open: no weekend, no holiday, not 29 December to 3 January (閉庁日)."""
    year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not jpholiday.is_holiday(day) and not year_end


def last_working_day(day: date) -> date:
    """`day`, or the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def protection_gate(home: Home, day: date) -> None:
    """Raise GateClosed unless the protection file of `day` (of the last working day, on a closed day) was accepted."""
    due = last_working_day(day)
    ledger = home.ledger()
    if ledger.admitted_on(MANDATORY, due):
        return
    refused = [entry for entry in ledger.of(MANDATORY, "refused") if entry.folder_day == due]
    what = f"the file of {due} was refused ({refused[-1].rule})" if refused else f"no file for {due} was delivered"
    if not refused:
        stray = [line.partition(" → ")[0] for line in _astray(home, home.root / "inbox" / MANDATORY)]
        what += f" ({'; '.join(stray)})" if stray else ""
    folder = f"inbox/{MANDATORY}/{due}"
    remedy = f"put a whole, correct file into {folder} and run the day again; urgent slips go to the 主任 by hand"
    raise GateClosed("支援措置 (protection)", f"{what}: no list for {day}", remedy)


def has_come(home: Home, day: date) -> None:
    """Raise WrongUse for a day that has not come: days before it would be closed on which something can still be known.
    The days of a made-up city are its own.
    """
    if not home.settings.demonstration and day > today():
        message = f"{day} has not come yet"
        raise WrongUse(message)


def not_far_ahead(home: Home, day: date) -> None:
    """Raise GateClosed when `day` is long after every delivery: a mistyped year must not let every consent expire."""
    folders = [folder_day for source in (home.root / "inbox").glob("*/") for folder_day in delivery_days(source)]
    known = [entry.known_from for entry in home.ledger().entries] + [d for d in folders if d <= day]
    if known and day > max(known) + timedelta(days=MOST_DAYS_AHEAD):
        what = f"{day} is {(day - max(known)).days} days after the newest delivery ({max(known)})"
        raise GateClosed("clock", what, "check the day that was given; deliveries come first")


def unheard(home: Home, day: date) -> list[str]:
    """What was put into the inbox and has no effect on `day`, for the one who reads the run: place, why and remedy."""
    ledger = home.ledger()
    of_day = [e for e in ledger.entries if e.known_from == day]
    said = [f"{e.source}: a file of {e.folder_day} was refused ({e.rule})" for e in of_day if e.verdict == "refused"]
    said += [
        f"{e.source}: the file of {e.folder_day} is that of {old.folder_day} again, and others came since → if it says "
        f"how things stand now, sign for its rows in inbox/{e.source}/{e.folder_day}/{CONFIRMATION}"
        for e in of_day
        if (old := ledger.overtaken(e))
    ]
    return said + [line for place in sorted((home.root / "inbox").glob("*")) for line in _astray(home, place)]


def _astray(home: Home, place: Path) -> Iterator[str]:
    """What lies in a place of the inbox where no delivery is looked for, and where it belongs."""
    name = place.name
    if name in home.catalog.names and place.is_dir():
        inner = [p for p in place.iterdir() if not p.name.startswith(".")]
        if any(p.is_dir() and not delivery_day(p) for p in inner):
            yield f"inbox/{name}: a folder that is no day like 2026-04-01 is not read → name it by the delivery's day"
        if files := sum(not p.is_dir() for p in inner):
            what = f"outside the folder of a day is not read ({files}) → put it into inbox/{name}/DAY"
            yield f"inbox/{name}: what lies {what}, with DAY like 2026-04-01"
        for folder in delivery_days(place).values():
            yield from _not_read(folder)
    elif place.is_dir():
        meant = get_close_matches(name, home.catalog.names, 1)
        hint = f"is it {meant[0]}? the sources are" if meant else "the sources are"
        yield f"inbox: a folder that is no source is not read → {hint} {', '.join(home.catalog.names)}"
    elif not name.startswith("."):
        yield "inbox: a file outside the folder of a source is not read → put it into inbox/SOURCE/DAY"


def _not_read(folder: Path) -> Iterator[str]:
    """What lies in a delivery's folder and is no delivery; file names are not said, they may name people."""
    where = f"inbox/{folder.parent.name}/{folder.name}"
    if any(not entry.is_file() for entry in folder.iterdir()):
        yield f"{where}: folders, links and the like inside it are not read → put the files themselves there"
    if (folder / CONFIRMATION).is_file() and confirmed_rows(folder) is None:
        yield f"{where}/{CONFIRMATION} does not confirm anything → write one line «rows: NUMBER»"


def ages(home: Home, day: date) -> dict[str, int | None]:
    """Days since the newest accepted delivery of each source, known by `day`; None = never."""
    ledger = home.ledger()
    newest = {name: ledger.last_accepted(name, day) for name in home.catalog.names}
    return {name: (day - entry.folder_day).days if entry else None for name, entry in newest.items()}


def close_day(home: Home, day: date) -> None:
    """Close `day`: from now on nothing new can be known on or before it."""
    through = home.ledger().closed_through
    if through is not None and through >= day:
        return

    def fill(draft: Draft) -> None:
        draft.json(layout.CLOSED, {"through": str(day)})

    home.store.publish("close", day, fill, inputs={layout.LEDGER: home.store.digest(layout.LEDGER)}, config=home.config)
