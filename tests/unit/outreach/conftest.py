"""A made-up week, small enough to check by eye."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
import yaml

from outreach.eligibility import LEFT_OUT
from outreach.policy import Policy
from outreach.standing import HISTORY

MONDAY = date(2026, 4, 6)
PEOPLE = pa.schema(
    [
        ("household_key", pa.string()),
        ("person_key", pa.string()),
        ("district", pa.string()),
        ("contact_by", pa.string()),
        ("random_allowed", pa.bool_()),
        ("reason_1", pa.string()),
        ("reason_2", pa.string()),
        ("reason_3", pa.string()),
        ("vacancy_suspected", pa.bool_()),
        ("first", pa.bool_()),
    ]
)
TEAMS = pa.schema([("team", pa.string()), ("wards", pa.list_(pa.string())), ("weekly_visits", pa.int64())])


@pytest.fixture(scope="session")
def policy() -> Policy:
    """The shipped policy."""
    path = Path(__file__).parents[3] / "config" / "outreach.yaml"
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Policy.from_values({name: rows[-1]["value"] for name, rows in entries.items()})


@pytest.fixture(scope="session")
def history() -> Callable[..., pa.Table]:
    """Build a history from rows with the columns that matter."""

    def build(*rows: Mapping[str, Any]) -> pa.Table:
        return pa.Table.from_pylist([{"person_key": f"p-{row['household_key']}", **row} for row in rows], HISTORY)

    return build


@pytest.fixture(scope="session")
def week(history: Callable[..., pa.Table]) -> Callable[..., dict[str, Any]]:
    """Build the arguments of plan_week: households h00, h01 … in falling order of need, all of team 北."""

    def build(
        n: int, visits: int = 10, changes: Mapping[str, Mapping[str, Any]] | None = None, **tables: Any
    ) -> dict[str, Any]:
        keys = [f"h{i:02d}" for i in range(n)]
        changed = changes or {}
        people = [
            {
                "household_key": key,
                "person_key": f"p-{key}",
                "district": "一区",
                "contact_by": "訪問",
                "random_allowed": True,
                "reason_1": "tax_overdue_open@2026-02",
                **changed.get(key, {}),
            }
            for key in keys
        ]
        scores = {
            "household_key": keys,
            "margin": [float(n - i) for i in range(n)],
            "visible_sources": ["tax|water"] * n,
            "consenting_adults": [1] * n,
            "adults": [2] * n,
        }
        draws = {"household_key": keys, "u": [((i * 37 + 11) % 101) / 101 for i in range(n)]}
        return {
            "scores": pa.table(scores),
            "people": pa.Table.from_pylist(people, PEOPLE),
            "teams": teams([("北", ["一区"], visits)]),
            "history": history(),
            "excluded": LEFT_OUT.empty_table(),
            "draws": pa.table(draws),
            "monday": MONDAY,
            **tables,
        }

    return build


def teams(rows: Sequence[tuple[str, list[str], int]]) -> pa.Table:
    """A teams table."""
    return pa.Table.from_pylist([dict(zip(TEAMS.names, row, strict=True)) for row in rows], TEAMS)


@pytest.fixture(scope="session")
def made() -> SimpleNamespace:
    """Builders that tests call by name."""
    return SimpleNamespace(
        teams=teams,
        excluded=lambda *rows: pa.Table.from_pylist(
            [{"household_key": key, "why": why} for key, why in rows], LEFT_OUT
        ),
    )
