"""The slow, obvious evaluator: what every engine must equal.

Plain loops over rows as dictionaries, written from the words of DESIGN §3 and sharing nothing with the compiler. The
measures' doubles are in `features.doubles`. It is for tests and for reading, not for a city.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from features.definition import Feature
from features.definitions import FEATURES
from features.doubles import Facts, Row, dated, reasons, value


def reference_table(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
    features: Mapping[str, Feature] = FEATURES,
) -> pa.Table:
    """The same table as `compiler.feature_table` (households: a table with household_key)."""
    tables = (episodes, membership, residence, permission, visible)
    rows = []
    for household, sees, facts in _households(*tables, households, day):
        row: Row = {"household_key": household}
        for name, feature in features.items():
            readable = sees & set(feature.sources)
            own = [fact for fact in facts if fact["source"] in readable]
            row[name] = float(value(feature.measure, own, day)) if readable else None
        rows.append(row)
    columns = [("household_key", pa.string()), *((name, pa.float32()) for name in features)]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def reference_evidence(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
    features: Mapping[str, Feature] = FEATURES,
) -> list[Row]:
    """The rows of `compiler.evidence`, in the same order (households: a table with household_key)."""
    tables = (episodes, membership, residence, permission, visible)
    rows = []
    for household, sees, facts in _households(*tables, households, day):
        for name, feature in sorted(features.items()):
            own = [fact for fact in facts if fact["source"] in sees & set(feature.sources)]
            if value(feature.measure, own, day) <= 0:
                continue
            told = [fact for fact in reasons(feature.measure, own, day) if dated(fact)]
            people = {fact["person_key"] for fact in told}
            for person in sorted(people, key=lambda key: (key is None, key or "")):
                days = [fact["began_on"] for fact in told if fact["person_key"] == person]
                rows.append(
                    {
                        "household_key": household,
                        "feature": name,
                        "person_key": person,
                        "first_on": min(days),
                        "latest_on": max(days),
                        "n": len(days),
                    }
                )
    return rows


def _believed(row: Row, day: date) -> bool:
    return row["known_from"] <= day and (row["known_until"] is None or day < row["known_until"])


def _holds(row: Row, day: date) -> bool:
    return row["from"] <= day and (row["until"] is None or day <= row["until"])


def _households(
    episodes: pa.Table,
    membership: pa.Table,
    residence: pa.Table,
    permission: pa.Table,
    visible: pa.Table,
    households: pa.Table,
    day: date,
) -> list[tuple[str, set[str], Facts]]:
    """(household, its visible sources, the facts that count for it), by key."""
    facts = [row for row in episodes.to_pylist() if _believed(row, day) and row["began_on"] <= day]
    members, homes = (
        [row for row in table.to_pylist() if _believed(row, day) and _holds(row, day)]
        for table in (membership, residence)
    )
    permits = permission.to_pylist()
    found = []
    for household in sorted(set(households["household_key"].to_pylist())):
        sees = {row["source"] for row in visible.to_pylist() if row["household_key"] == household}
        people = {row["person_key"] for row in members if row["household_key"] == household}
        own = [row for row in permits if row["person_key"] in people and row["source"] in sees]
        lived = [row for row in homes if row["household_key"] == household]
        counting = [fact for fact in facts if _counts(fact, own, lived)]
        found.append((household, sees, counting))
    return found


def _counts(fact: Row, permits: Facts, lived: Facts) -> bool:
    """Whether a fact counts: permitted for its person (at a dwelling: for any member), and since they live there."""
    if fact["person_key"] is None:
        began_here = any(h["dwelling_key"] == fact["dwelling_key"] and h["from"] <= fact["began_on"] for h in lived)
        givers = permits
    else:
        began_here = True
        givers = [permit for permit in permits if permit["person_key"] == fact["person_key"]]
    return began_here and any(
        permit["source"] == fact["source"]
        and (permit["covers_from"] is None or permit["covers_from"] <= fact["began_on"])
        for permit in givers
    )
