"""Who counts: follow-up of a household's sources, rows that may be judged, and what was left out (METHODS §1)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from identity.stretches import stretches
from models.crisis import Component, targets_of
from models.disclosure import suppress_flow

Mask = npt.NDArray[np.bool_]
Weights = npt.NDArray[np.float64]


def follow_up(permission: pa.Table, membership: pa.Table, purpose: str, day: date) -> pa.Table:
    """The stretches of days on which a household's source was in sight, as seen on the training day.

    In: permission (person_key, source, purpose, from, until; inclusive, null = open) and membership as known on `day`
    (person_key, household_key, from, until). Out: household_key, source, from, until, touching stretches joined,
    sorted. A stretch ends when the last member with a basis withdraws, moves or dies.
    """
    con = duckdb.connect()
    con.execute("set threads to 1")
    con.register("permission", permission)
    con.register("membership", membership)
    con.execute(
        """create temp table both_hold as
        select m.household_key, p.source, greatest(p."from", m."from") as f,
            least(coalesce(p.until, date '9999-12-30'), coalesce(m.until, date '9999-12-30')) as u
        from permission p join membership m using (person_key)
        where p.purpose = $purpose and p."from" <= $day and m."from" <= $day""",
        {"purpose": purpose, "day": day},
    )
    return con.execute(
        f"""select household_key, source, f as "from", case when u < date '9999-12-30' then u end as until
        from {stretches("(from both_hold where f <= u)", "household_key, source")} order by household_key, source, f"""
    ).to_arrow_table()


def household_keys_on(stretches: pa.Table, day: date) -> pa.Array:
    """The distinct households with at least one stretch (from, until inclusive) on `day`, sorted."""
    open_ended = pc.fill_null(stretches["until"], date.max)
    holds = pc.and_(pc.less_equal(stretches["from"], day), pc.greater_equal(open_ended, day))
    keys = pc.unique(stretches["household_key"].filter(holds))
    return keys.take(pc.sort_indices(keys))


def column(table: pa.Table, name: str) -> Mask:
    """A bool column as numpy, null = false."""
    return np.asarray(pc.fill_null(table[name], False).combine_chunks())


def usable(labels: pa.Table, target: str) -> Mask:
    """Rows that may be trained or judged on: eligible, followed to the end of the horizon, and untouched."""
    return column(labels, f"eligible_{target}") & ~column(labels, f"censored_{target}") & ~column(labels, "touched")


def censoring_weights(labels: pa.Table, target: str) -> Weights:
    """Weight per row that makes usable rows stand for the eligible ones of the same as-of date; 0 if not usable.

    Inverse of the share usable, by what was in sight on D only (nothing after D but being usable itself): with or
    without an earlier crisis, inside or outside the pipeline. Source: METHODS §1.
    """
    eligible, kept = column(labels, f"eligible_{target}"), usable(labels, target)
    stratum = column(labels, f"incident_{target}").astype(np.int64) * 2 + column(labels, f"not_in_pipeline_{target}")
    weights = np.zeros(labels.num_rows)
    for value in np.unique(stratum):
        here = stratum == value
        if (kept & here).any():
            weights[kept & here] = (eligible & here).sum() / (kept & here).sum()
    return weights


@dataclass(frozen=True)
class Flow:
    """How many household-dates of one as-of date and target remain, step by step; counts only."""

    as_of: date
    target: str
    in_scope: int
    eligible: int
    censored: int
    touched: int
    usable: int
    positives: int
    positives_at_worst: int

    @classmethod
    def of(cls, labels: pa.Table, target: str, as_of: date) -> "Flow":
        """Count one label table."""
        eligible, kept = column(labels, f"eligible_{target}"), usable(labels, target)
        lost = column(labels, f"censored_{target}") & ~column(labels, target)
        positives = int((kept & column(labels, target)).sum())
        return cls(
            as_of=as_of,
            target=target,
            in_scope=labels.num_rows,
            eligible=int(eligible.sum()),
            censored=int(column(labels, f"censored_{target}").sum()),
            touched=int((eligible & column(labels, "touched")).sum()),
            usable=int(kept.sum()),
            positives=positives,
            # The worst bound: everyone lost from sight before the end of the horizon had a crisis.
            positives_at_worst=int((eligible & (column(labels, target) | lost)).sum()),
        )

    def as_dict(self) -> dict[str, object]:
        """JSON-able. Counts of one to nine are not printed, nor what they could be worked out from."""
        counts = {name: value for name, value in self.__dict__.items() if isinstance(value, int)}
        return {"as_of": self.as_of.isoformat(), "target": self.target, **suppress_flow(counts)}


def cohort_flow(labels: Mapping[date, pa.Table], components: Sequence[Component]) -> list[dict[str, object]]:
    """One line per as-of date and target, in order of day."""
    return [Flow.of(labels[day], target, day).as_dict() for day in sorted(labels) for target in targets_of(components)]
