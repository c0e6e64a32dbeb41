"""The outreach teams, and who covers which wards."""

import numpy as np

from simulation.places import ward_names
from simulation.texts import numbers, pick
from simulation.writing import Feed, edition

HEADER = "班,担当区,週訪問数,人数"


def team_sizes(households: int, wards: int) -> list[tuple[str, list[str], int, int]]:
    """Team, wards, weekly visits, members: 12 visits a week for 3,000 households, at least 3 a team."""
    n = 3 if wards < 6 else 4
    total = max(round(households * 12 / 3000), 3 * n)
    names = ward_names(wards)
    share = [total // n + (1 if i < total % n else 0) for i in range(n)]
    return [(f"第{'一二三四'[i]}班", names[i::n], share[i], 2 + share[i] // 10) for i in range(n)]


def team_feed(households: int, wards: int, days: list[int]) -> Feed:
    """A full at the start and each April."""
    teams = team_sizes(households, wards)
    k = np.arange(len(teams))
    columns = [
        pick([team for team, _, _, _ in teams], k),
        pick(["|".join(covered) for _, covered, _, _ in teams], k),
        numbers(np.array([visits for _, _, visits, _ in teams])),
        numbers(np.array([members for _, _, _, members in teams])),
    ]
    return Feed(
        source="teams",
        prefix="taisei",
        entity=k,
        day=np.full(len(k), days[0], dtype=np.int32),
        editions=[edition(HEADER, columns, "utf-8")],
        full_days=days,
        in_scope=lambda on: np.full(len(k), on >= days[0]),
        deltas=False,
    )
