"""The audit trail: who looked at or printed what, append-only, chained through the manifests.

People looked at are named by a random handle each; the mapping lies sealed in `restricted/people` and is destroyed
with a withdrawal, after which the trail still holds together and names nobody (promise 8).
"""

import secrets
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home import Home
from pipelines.store import Draft

HANDLES = "restricted/people/audit_handles.parquet"
_SCHEMA = pa.schema([("resident_id", pa.string()), ("handle", pa.string())])
_BYTES = 8
_REQUEST = "request"


def record(home: Home, draft: Draft, day: date, what: str, who: str, residents: list[str], **facts: Any) -> None:
    """Write one entry: what was done, by whom, about which handles, with facts that name nobody.

    Handles are sorted: the order of a list or of 宛名番号 would lead from a handle back to its person.
    """
    about = sorted(_handles(home, draft, pa.array(residents, pa.string())))
    _write(home, draft, {"day": str(day), "what": what, "by": who, "about": about, **facts})


def record_request(home: Home, draft: Draft, day: date, who: str, residents: pa.Array, source: str) -> None:
    """Write one entry for a list of everybody with a basis for a source. A city is on it, much the same each time: the
    entry says who `came` on it and who is `gone` since the source's last one (`after`; null = there was none).
    """
    now = set(_handles(home, draft, residents))
    after, before = _last_request(home, source)
    changed = {"came": sorted(now - before), "gone": sorted(before - now)}
    said = {"day": str(day), "what": _REQUEST, "by": who, "source": source, "persons": len(now), "after": after}
    _write(home, draft, said | changed)


def requested(home: Home, entry: str) -> set[str]:
    """The handles on the list that an entry of a request is about."""
    chain = [home.store.read_json(entry)]
    while before := chain[-1]["after"]:
        chain.append(home.store.read_json(before))
    named: set[str] = set()
    for told in reversed(chain):
        named = named - set(told["gone"]) | set(told["came"])
    return named


def _last_request(home: Home, source: str) -> tuple[str | None, set[str]]:
    for path in reversed(home.store.under("audit/")):
        told = home.store.read_json(path)
        if (told["what"], told.get("source")) == (_REQUEST, source):
            return path, requested(home, path)
    return None, set()


def _write(home: Home, draft: Draft, entry: dict[str, Any]) -> None:
    draft.json(f"audit/{len(home.store.under('audit/')) + 1:06d}.json", entry)


def _handles(home: Home, draft: Draft, residents: pa.Array) -> list[str]:
    """The handle of each resident, in an order that means nothing here; made now where there is none yet."""
    mapping = home.store.read_table(HANDLES) if home.store.has(HANDLES) else _SCHEMA.empty_table()
    asked = pc.unique(residents)
    new = asked.filter(pc.invert(pc.is_in(asked, mapping["resident_id"].combine_chunks())))
    if len(new):
        digits = secrets.token_hex(_BYTES * len(new))
        made = [digits[at : at + 2 * _BYTES] for at in range(0, len(digits), 2 * _BYTES)]
        mapping = pa.concat_tables([mapping, pa.table({"resident_id": new, "handle": made}, _SCHEMA)])
        draft.table(HANDLES, mapping, ["resident_id"])
    return mapping.filter(pc.is_in(mapping["resident_id"], asked))["handle"].to_pylist()
