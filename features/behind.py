"""What reasons rest on: the dated facts behind features, chosen in Arrow by the same selections that features.counting
counts with.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from features.counting import Days, Flags, Words
from features.selections import DATED
from features.wanted import Features, Wanted, behind_of

EVIDENCE: Final = pa.schema(
    [
        ("household_key", pa.string()),
        ("feature", pa.string()),
        ("person_key", pa.string()),
        ("first_on", pa.date32()),
        ("latest_on", pa.date32()),
        ("n", pa.int64()),
    ]
)


@dataclass(frozen=True)
class _Facts:
    """The columns by which facts are chosen; `rows`: place and person_key of each, and when it began."""

    source: Words
    kind: Words
    began_on: Days
    ended_on: Days
    date_precision: Words
    rows: pa.Table

    def behind(self, wanted: Wanted, day: date) -> pa.Table:
        """place, person_key, and of the dated facts among those wanted the first and the latest day and how many."""
        part, sources = wanted
        chosen: Flags = self.kind.isin(part.kinds) & self.source.isin(sources) & part.where.holds(self, day)
        rows = self.rows.filter(pa.array(chosen & self.date_precision.isin(DATED)))
        days = [("began_on", "min"), ("began_on", "max"), ("began_on", "count")]
        told = rows.group_by(["place", "person_key"], use_threads=False).aggregate(days)
        return told.rename_columns({"began_on_min": "first_on", "began_on_max": "latest_on", "began_on_count": "n"})


def evidence_from(facts: pa.Table, values: pa.Table, features: Features, day: date) -> pa.Table:
    """The dated facts behind every value above 0, in the columns and the order that `features.compiler.evidence` has.

    facts: the columns of features.counting and person_key, in any order; values: the features of their households.
    """
    looked_at = _Facts(
        source=Words.of(facts["source"]),
        kind=Words.of(facts["kind"]),
        began_on=Days.of(facts["began_on"]),
        ended_on=Days.of(facts["ended_on"]),
        date_precision=Words.of(facts["date_precision"]),
        rows=facts.select(["place", "person_key", "began_on"]),
    )
    asked = {name: behind_of(feature) for name, feature in features.items()}
    # Many features rest on the same facts (all that is overdue): each different set is looked for once.
    told = {wanted: looked_at.behind(wanted, day) for wanted in dict.fromkeys(asked.values())}
    tables = [_labelled(told[wanted], name, values) for name, wanted in asked.items()]
    order = [("household_key", "ascending"), ("feature", "ascending"), ("person_key", "ascending")]
    return pa.concat_tables([EVIDENCE.empty_table(), *tables]).sort_by(order).combine_chunks()


def _labelled(rows: pa.Table, name: str, values: pa.Table) -> pa.Table:
    """The rows of households whose value is above 0, with the feature's name, in the columns of EVIDENCE."""
    above = pc.fill_null(pc.greater(values[name], 0), False)
    kept = rows.filter(above.take(rows["place"]))
    kept = kept.append_column("household_key", values["household_key"].take(kept["place"]))
    kept = kept.append_column("feature", pa.repeat(name, len(kept)).cast(pa.string()))
    return kept.select(EVIDENCE.names).cast(EVIDENCE)
