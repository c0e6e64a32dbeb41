"""`python -m simulation.visits`: a made-up team visits a published list of the made-up city, and its records come back.

Records name households by their pseudonym, which exists only once a list does: so visits cannot be simulated with the
city. A demonstration home's key was made by `kizuki simulate` itself, so the city can tell who stands behind a line;
another home is refused. What happens at a door follows from the truth and a draw of its own: same home, list and
seed, same bytes. The records arrive as the review app's would, through `inbox/visit_outcomes`.
"""

import csv
import datetime as dt
import hashlib
import hmac
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import yaml

from simulation.calendar import OfficeCalendar, date_of, day_number
from simulation.command import day_option
from simulation.streams import stream

HEADER = (
    "訪問番号,世帯キー,訪問日,接触結果,対応,つなぎ先,課題,訪問者数,所要分,増えた支え手,役に立ったか,次回,"
    "先の見立て,変更理由"
)
NOT_HOME = ("不在", "応答なし", "インターホン", "家族のみ", "手紙・メモ")
DEAD = 2
IN_NEED = -1.0  # money or ties below this: what a visitor could find


class NotADemonstration(Exception):
    """The home is no demonstration, has no such list, or the truth is of another city."""


@dataclass(frozen=True)
class Door:
    """What is true behind one line of a list."""

    household_key: str
    contact_by: str
    gone_on: dt.date | None
    dead: bool
    money: float
    ties: float
    ill: bool
    seeking: float


def play(home: Path, monday: dt.date, truth: Path, seed: int) -> int:
    """Write a week's visit records, a file for each day; returns how many. Raises NotADemonstration."""
    doors = _doors(home, monday, truth)
    office = OfficeCalendar.between(day_number(monday), day_number(monday) + 40)
    days = office.working_days(day_number(monday), day_number(monday) + 6)
    rng = stream(seed, "visits", monday.isoformat())
    files: dict[int, list[list[str]]] = {}
    for number, door in enumerate(doors, start=1):
        draw = rng.random(6)
        if not days or draw[0] < 0.1:
            continue  # not every line is reached in its week
        day = days[int(draw[1] * len(days))]
        folder = int(office.after(np.array([day], dtype=np.int32))[0])
        row = [f"V{monday:%Y%m%d}{number:04d}", door.household_key, date_of(day).isoformat(), *_met(door, draw, day)]
        files.setdefault(folder, []).append(row)
    for folder, rows in files.items():
        _write(home, folder, rows)
    return sum(map(len, files.values()))


def _met(door: Door, draw: np.ndarray[Any, np.dtype[np.float64]], day: int) -> list[str]:
    """From 接触結果 on. Need is found more often than not, and never where there is none."""
    gone = door.gone_on is not None and door.gone_on <= date_of(day)
    said = ("死亡" if door.dead else "空き家・転居") if gone else ""
    if not said:
        home = draw[2] < 0.55 + (0.15 if door.contact_by == "電話" else 0.0)
        said = (
            ("電話" if door.contact_by == "電話" else "本人と面談") if home else NOT_HOME[int(draw[3] * len(NOT_HOME))]
        )
        if home and draw[3] < 0.04 - 0.02 * min(max(door.seeking, -1.0), 1.0):
            said = "拒否"
        elif home and draw[3] > 0.92:
            said = "今は不要"
    if said not in ("電話", "本人と面談"):
        return [said, "", "", "", "1", "5", "", "", "", "訪問する", ""]
    need = (door.money < IN_NEED or door.ties < IN_NEED) and draw[4] < 0.7
    if not need:
        return [
            said,
            "情報提供" if draw[5] < 0.5 else "困りごとの話なし",
            "",
            "",
            "2",
            "20",
            "",
            "",
            "",
            "訪問する",
            "",
        ]
    issues = [
        *(["経済的困窮"] if door.money < IN_NEED else []),
        *(["社会的孤立(ニート・ひきこもりなどを含む)"] if door.ties < IN_NEED else []),
        *(["病気"] if door.ill else []),
    ]
    actions, partner = ("受付票作成|つないだ", "社協") if draw[5] < 0.4 else ("情報提供|見守り", "")
    if draw[5] > 0.85:
        actions = "情報提供|制度申請"
    following = date_of(day + 28).isoformat() if draw[5] < 0.6 else ""
    return [said, actions, partner, "|".join(issues), "2", "45", "", "", following, "訪問する", ""]


def _doors(home: Path, monday: dt.date, truth: Path) -> list[Door]:
    path = home / "published" / "lists" / monday.isoformat() / "visit_list.parquet"
    if not path.exists():
        raise NotADemonstration(f"there is no list of {monday}: kizuki screen makes it")
    lines = pq.read_table(path, columns=["household_key", "person_key", "contact_by"]).sort_by("household_key")
    persons = pq.read_table(truth / "persons.parquet").to_pydict()
    keys = dict(zip(_keys(home, persons["resident_id"]), range(len(persons["resident_id"])), strict=True))
    states = _states(truth, monday)
    doors = []
    for line in lines.to_pylist():
        place = keys.get(line["person_key"])
        if place is None:
            raise NotADemonstration("the list holds somebody who is not in this truth")
        state = states.get(persons["household"][place], {"money": 0.0, "ties": 0.0, "ill": False})
        doors.append(
            Door(
                line["household_key"], line["contact_by"] or "", persons["gone_on"][place],
                persons["status"][place] == DEAD, state["money"], state["ties"], state["ill"],
                persons["seeking"][place],
            )
        )  # fmt: skip
    return doors


def _states(truth: Path, monday: dt.date) -> dict[int, dict[str, Any]]:
    table = pq.read_table(truth / "hidden_states.parquet")
    month = pa.scalar(monday.replace(day=1), pa.date32())
    here = table.filter(pc.equal(table["month"], month)).to_pylist()
    return {row["household"]: row for row in here}


def _keys(home: Path, residents: list[str]) -> list[str]:
    """The pseudonyms of persons in a demonstration home (HMAC-SHA256 under a key derived for the purpose)."""
    settings = yaml.safe_load((home / "settings.yaml").read_text(encoding="utf-8"))
    if settings.get("demonstration") is not True:
        raise NotADemonstration("visits are played in demonstration homes only; people record theirs")
    master = bytes.fromhex((home / settings["key_file"]).read_text(encoding="ascii").strip())
    key = hmac.digest(master, b"subkey|pseudonym|person", hashlib.sha256)
    return [hmac.digest(key, resident.encode(), hashlib.sha256).hex()[:32] for resident in residents]


def _write(home: Path, folder: int, rows: list[list[str]]) -> None:
    day = date_of(folder)
    target = home / "inbox" / "visit_outcomes" / day.isoformat()
    target.mkdir(parents=True, exist_ok=True)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADER.split(","))
    writer.writerows(rows)
    (target / f"houmon_delta_{day:%Y%m%d}.csv").write_bytes(text.getvalue().encode())


@click.command()
@click.option("--home", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@day_option("--list", "monday", help="The list's Monday.")
@click.option("--truth", type=click.Path(path_type=Path, exists=True, file_okay=False), required=True)
@click.option("--seed", type=click.IntRange(min=0), required=True, help="Same arguments, same bytes.")
def play_visits(home: Path, monday: dt.datetime, truth: Path, seed: int) -> None:
    """Visit a published list of a made-up city, and put the records into its inbox (架空データ)."""
    try:
        count = play(home, monday.date(), truth, seed)
    except NotADemonstration as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"visits: {count} (架空データ)")


if __name__ == "__main__":
    play_visits()
