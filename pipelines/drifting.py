"""The history that drift is measured by: one small profile per accepted delivery, beside the ledger (counts only).

Profiles are added in the ledger's order, each measured against those before it: bulk and daily give the same warnings.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace

import pyarrow as pa

from data_contracts.contract import Contract
from data_contracts.drift import Drift, drifts
from data_contracts.judging import Judgement
from data_contracts.profiles import Profile, profiles
from pipelines import layout
from pipelines.gate import Links
from pipelines.home import Home
from pipelines.ledger import Entry
from pipelines.store import Draft

_SCHEMA = pa.schema(
    [
        ("order", pa.int64()),
        ("folder_day", pa.date32()),
        ("kind", pa.string()),
        ("rows", pa.int64()),
        ("looked_at", pa.int64()),
        ("empty", pa.string()),
        ("words", pa.string()),
        ("within", pa.string()),
        ("links", pa.string()),
        ("drift", pa.string()),
    ]
)
_COUNTS = ("empty", "words", "within", "links", "drift")
"""Columns of JSON: counts by column, by «column=word», by what a full is complete within, by what became of links, and
the warnings.
"""


class History:
    """Profiles of a source's accepted deliveries, and the warnings each of them got."""

    def __init__(self, home: Home, name: str) -> None:
        self._path = layout.profiles(name)
        rows = home.store.read_table(self._path).to_pylist() if home.store.has(self._path) else []
        self.profiles: list[Profile] = []
        self.warnings: dict[int, list[Drift]] = {}
        for row in rows:
            said = {name: json.loads(row.pop(name)) for name in _COUNTS}
            self.warnings[row["order"]] = [Drift(**one) for one in said.pop("drift")]
            self.profiles.append(Profile(**row, **said))

    def add(self, entries: Iterable[Entry], judgement: Judgement, of: Contract, links: Links) -> None:
        """Measure the accepted files of one batch, in their order."""
        accepted = [e for e in entries if e.order in judgement.counts and e.order not in judgement.refused_files]
        rows = {e.order: judgement.counts[e.order].rows for e in accepted}
        counted = profiles(judgement.staged, of, rows)
        for entry in accepted:
            new = Profile(entry.order, entry.folder_day, entry.kind, rows[entry.order], *counted.get(entry.order, ()))
            new = replace(new, links=links.get(entry.order, {}))
            self.warnings[entry.order] = drifts(new, self.profiles, of)
            self.profiles.append(new)

    def write(self, draft: Draft) -> None:
        """Write all profiles; a few hundred bytes a delivery."""
        rows = [_plain(profile, self.warnings[profile.order]) for profile in self.profiles]
        draft.table(self._path, pa.Table.from_pylist(rows, schema=_SCHEMA), ["order"])


def _plain(profile: Profile, warnings: list[Drift]) -> Mapping[str, object]:
    plain = asdict(profile) | {"drift": [asdict(one) for one in warnings]}
    return plain | {name: json.dumps(plain[name], ensure_ascii=False, sort_keys=True) for name in _COUNTS}
