"""What really was so in the made-up city. Goes to --truth only, never into a home."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.calendar import NEVER, Bools, Days
from simulation.collection import departure_days
from simulation.people import TYPES, Ints
from simulation.protection import Measures
from simulation.register import household_ids, resident_ids
from simulation.streams import stream
from simulation.world import CRISES, World

NOTE = {"note": "架空データ (made-up city)"}


def _write(folder: Path, name: str, columns: dict[str, Any]) -> None:
    table = pa.table(columns).replace_schema_metadata(NOTE)
    pq.write_table(table, folder / f"{name}.parquet", compression="zstd", row_group_size=1 << 20)


def day_column(days: Days) -> pa.Array:
    """date32, null for no such day."""
    real = (np.abs(days.astype(np.int64)) < NEVER).astype(bool)
    return pa.array(days.astype(np.int32), pa.int32(), mask=~real).cast(pa.date32())


def _hidden(world: World, folder: Path) -> None:
    history, lead = world.history, world.months.lead
    alive = history.matrix("dwelling", -1)[lead:] >= 0
    month, home = np.nonzero(alive)
    _write(
        folder,
        "hidden_states",
        {
            "month": day_column(world.months.firsts[lead:][month]),
            "household": pa.array(home, pa.int32()),
            "money": history.matrix("money", 0)[lead:][month, home],
            "ties": history.matrix("ties", 0)[lead:][month, home],
            "ill": history.matrix("health", 0)[lead:][month, home] > 0,
            "assisted": history.matrix("assisted", False)[lead:][month, home],
        },
    )
    lived = history.matrix("household", -1)[lead:]
    changed = np.vstack([np.ones((1, lived.shape[1]), dtype=bool), lived[1:] != lived[:-1]]) & (lived >= 0)
    month, person = np.nonzero(changed)
    _write(
        folder,
        "membership",
        {
            "month": day_column(world.months.firsts[lead:][month]),
            "resident_id": resident_ids(person),
            "household": pa.array(lived[month, person], pa.int32()),
        },
    )


def outcomes(world: World, extra: list[tuple[Ints, Ints, Days, str]], effect: tuple[float, float]) -> dict[str, Any]:
    """Crises with both potential outcomes: what happens to a household without a visit, and with one before it.

    `effect` = (share of crises that a visit within the 180 days before averts, growth of applications that a visit
    brings about). Without an effect both outcomes are equal.
    """
    known = [(home, person, day, CRISES[kind]) for home, person, day, kind in world.crises] + extra
    home, person = (np.concatenate([item[i] for item in known]) for i in (0, 1))
    day = np.concatenate([item[2] for item in known])
    kind = np.concatenate([np.full(len(item[0]), item[3]) for item in known])
    keep = (day >= world.months.firsts[world.months.lead]) & (day < world.months.firsts[-1])
    home, person, day, kind = home[keep], person[keep], day[keep], kind[keep]
    order = np.lexsort((kind, home, day))
    home, person, day, kind = home[order], person[order], day[order], kind[order]
    draw = stream(world.seed, "visit effect").random(len(home))
    application = kind == CRISES[0]
    averted = ~application & (draw < effect[0])
    brought = stream(world.seed, "visit applications").random(len(home)) < effect[1]
    more = application & brought  # one more application by another household of like need, only when visited
    return {
        "household": pa.array(home, pa.int32()),
        "resident_id": _ids(person),
        "kind": pa.array(kind.tolist(), pa.string()),
        "day": day_column(day),
        "if_not_visited": np.ones(len(home), dtype=bool),
        "if_visited": ~averted,
        "brings_another_if_visited": more,
    }


def _ids(person: Ints) -> pa.Array:
    return pa.array(
        [
            None if p < 0 else text
            for p, text in zip(person.tolist(), resident_ids(np.maximum(person, 0)).to_pylist(), strict=True)
        ],
        pa.string(),
    )


def write_truth(
    folder: Path,
    world: World,
    protected: dict[str, Measures],
    extra: list[tuple[Ints, Ints, Days, str]],
    consenting: Bools,
    planted: dict[str, int],
    effect: tuple[float, float],
) -> None:
    """persons, households, crises, hidden_states, membership, life_events, protected, planted.json."""
    folder.mkdir(parents=True, exist_ok=True)
    people, homes = world.people, world.households
    everyone = np.arange(len(people))
    _write(folder, "persons", {
        "resident_id": resident_ids(everyone), "birth_date": day_column(people.birth), "sex": people.sex,
        "household": pa.array(people.household, pa.int32()), "seeking": people.seeking, "foreign": people.foreign,
        "signs": consenting, "status": pa.array(people.status, pa.int8()), "gone_on": day_column(departure_days(world)),
    })  # fmt: skip
    _write(folder, "households", {
        "household": pa.array(np.arange(len(homes)), pa.int32()), "household_id": household_ids(homes.number),
        "kind": pa.array(np.array(TYPES)[homes.kind].tolist(), pa.string()), "base": homes.base,
        "forgetful": homes.forgetful, "alive": homes.alive,
    })  # fmt: skip
    _write(folder, "crises", outcomes(world, extra, effect))
    _hidden(world, folder)
    kinds = [name for name, rows, _ in world.life_events for _ in range(len(rows))]
    _write(folder, "life_events", {
        "kind": pa.array(kinds, pa.string()),
        "household": pa.array(np.concatenate([rows for _, rows, _ in world.life_events]), pa.int32()),
        "day": day_column(np.concatenate([days for _, _, days in world.life_events])),
    })  # fmt: skip
    for source, found in protected.items():
        _write(folder, source, {
            "resident_id": resident_ids(found.person), "history_no": found.history,
            "starts_on": day_column(found.starts),
            "ends_on": day_column(found.ends), "entered_on": day_column(found.entered),
            "released_on": day_column(found.released),
        })  # fmt: skip
    text = json.dumps({**NOTE, "planted": dict(sorted(planted.items()))}, ensure_ascii=False, indent=1)
    (folder / "planted.json").write_text(text + "\n", encoding="utf-8")
