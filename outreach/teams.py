"""Which team serves which ward, and how much it can do in a week."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

_NUMBER: Final = re.compile(r"([1-9一二三四五六七八九]?十[1-9一二三四五六七八九]?|[0-9〇一二三四五六七八九]+)")
_DIGITS: Final = str.maketrans("〇一二三四五六七八九", "0123456789")


@dataclass(frozen=True)
class Capacity:
    """ward → team, and team → visits a week (all visits, revisits included); teams in the order of their numbers."""

    team_of_ward: dict[str, str]
    weekly_visits: dict[str, int]

    def ward_table(self) -> pa.Table:
        """Return (district, team) sorted by district, for joins."""
        wards = sorted(self.team_of_ward)
        return pa.table(
            {
                "district": pa.array(wards, pa.string()),
                "team": pa.array([self.team_of_ward[ward] for ward in wards], pa.string()),
            }
        )


def capacity(teams: pa.Table) -> Capacity:
    """Read teams (team, wards as a list or ``|``-joined text, weekly_visits).

    Raises ValueError when a ward is served by two teams (a household would be on two lists), a team comes twice or
    visits are negative.
    """
    served: dict[str, str] = {}
    visits: dict[str, int] = {}
    for row in sorted(teams.to_pylist(), key=lambda row: _by_number(str(row["team"]))):
        wards = row["wards"].split("|") if isinstance(row["wards"], str) else row["wards"] or []
        if row["team"] in visits:
            raise ValueError(f"体制: {row['team']} が二度あります。その日に有効な行だけを渡してください")
        visits[row["team"]] = int(row["weekly_visits"])
        if visits[row["team"]] < 0:
            raise ValueError(f"体制: {row['team']} の週訪問数が負です。teams のファイルを直してください")
        for ward in sorted({ward.strip() for ward in wards} - {""}):
            if ward in served:
                raise ValueError(
                    f"体制: 行政区 {ward} を {served[ward]} と {row['team']} の両方が担当しています。"
                    "どちらか一方にしてください"
                )
            served[ward] = row["team"]
    return Capacity(served, visits)


def _by_number(name: str) -> tuple[list[str | int], str]:
    """Sorts 第二班 before 第三班 and 第十班, 2班 before 10班: words and numbers in turn, each number by its value."""
    parts = _NUMBER.split(unicodedata.normalize("NFKC", name))
    return [_value(part) if place % 2 else part for place, part in enumerate(parts)], name


def _value(said: str) -> int:
    tens, ten, ones = said.translate(_DIGITS).partition("十")
    return 10 * int(tens or 1) + int(ones or 0) if ten else int(tens)
