"""Which team serves which ward, and how much it can do in a week."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Capacity:
    """ward → team, and team → visits a week (all visits, revisits included)."""

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
    for row in sorted(teams.to_pylist(), key=lambda row: str(row["team"])):
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
