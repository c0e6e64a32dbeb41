"""Whether both counted the same: value by value, same household, same date, same feature."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

KEYS: Final = ["household_key", "as_of_date"]
OUTCOME: Final = "outcome"


def compare(ours: pa.Table, theirs: pa.Table, names: Sequence[str]) -> dict[str, Any]:
    """Counts of what is the same and what differs.

    In: `KEYS` and a column per name. A null of ours (no source visible) has no counterpart in triage, which says 0:
    such pairs are compared as 0 and counted apart as well. Out: rows, rows_only_ours, rows_only_theirs, values,
    differing, differing_by_feature, not_visible, above_zero.
    """
    both = ours.select([*KEYS, *names]).join(theirs.select([*KEYS, *names]), KEYS, join_type="inner", right_suffix="′")
    differing, hidden, above = {}, 0, 0
    for name in names:
        mine, yours = both[name], both[f"{name}′"]
        hidden += mine.null_count
        a = pc.fill_null(pc.cast(mine, pa.float32()), 0).to_numpy()
        b = pc.fill_null(pc.cast(yours, pa.float32()), np.nan).to_numpy()
        above += int((a > 0).sum())
        if unequal := int((a != b).sum()):
            differing[name] = unequal
    return {
        "rows": both.num_rows,
        "rows_only_ours": ours.num_rows - both.num_rows,
        "rows_only_theirs": theirs.num_rows - both.num_rows,
        "values": both.num_rows * len(names),
        "differing": sum(differing.values()),
        "differing_by_feature": differing,
        "not_visible": hidden,
        "above_zero": above,
    }


def triage_matrices(project: Path, columns: Mapping[str, str], entities: pa.Table, label: str) -> pa.Table:
    """Rows of all matrices that triage stored, with household_key and Kizuki's names.

    columns: feature → what triage calls it; entities: household_key, entity_id; label: the name of the label column.
    """
    parts = []
    for file in sorted((project / "matrices").glob("*.csv.gz")):
        table = pv.read_csv(file)
        as_of = pc.cast(pc.utf8_slice_codeunits(pc.cast(table["as_of_date"], pa.string()), 0, 10), pa.date32())
        # PostgreSQL folds names to lower case; triage does the same.
        picked = {name: pc.cast(table[column], pa.float64()) for name, column in columns.items()}
        picked[OUTCOME] = pc.cast(table[label], pa.float64())
        entity = pc.cast(table["entity_id"], pa.int32())
        parts.append(pa.table({"entity_id": entity, "as_of_date": as_of, **picked}))
    return pa.concat_tables(parts).join(entities, "entity_id", join_type="inner").drop(["entity_id"])
