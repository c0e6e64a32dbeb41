"""The audit trail: who looked at or printed what, append-only, chained through the manifests.

People looked at are named by a random handle each; the mapping lies sealed in `restricted/people` and is destroyed
with a withdrawal, after which the trail still holds together and names nobody (promise 8).
"""

import secrets
from datetime import date
from typing import Any

import pyarrow as pa

from pipelines.home import Home
from pipelines.store import Draft

HANDLES = "restricted/people/audit_handles.parquet"
_SCHEMA = pa.schema([("resident_id", pa.string()), ("handle", pa.string())])


def handles(home: Home, draft: Draft, residents: list[str]) -> list[str]:
    """The handle of each resident, made now where there is none yet."""
    known = dict.fromkeys(residents, "")
    rows = home.store.read_table(HANDLES).to_pylist() if home.store.has(HANDLES) else []
    mapping = {row["resident_id"]: row["handle"] for row in rows}
    new = [resident for resident in known if resident not in mapping]
    mapping |= {resident: secrets.token_hex(8) for resident in new}
    if new:
        whole = [{"resident_id": resident, "handle": handle} for resident, handle in mapping.items()]
        draft.table(HANDLES, pa.Table.from_pylist(whole, schema=_SCHEMA), ["resident_id"])
    return [mapping[resident] for resident in residents]


def record(home: Home, draft: Draft, day: date, what: str, who: str, residents: list[str], **facts: Any) -> None:
    """Write one entry: what was done, by whom, about which handles, with facts that name nobody.

    Handles are sorted: the order of a list or of 宛名番号 would lead from a handle back to its person.
    """
    place = len(home.store.under("audit/")) + 1
    entry = {"day": str(day), "what": what, "by": who, "about": sorted(handles(home, draft, residents)), **facts}
    draft.json(f"audit/{place:06d}.json", entry)
