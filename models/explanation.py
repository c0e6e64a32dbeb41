"""Which contributions may be given to people as reasons (METHODS §7)."""

from collections.abc import Callable, Mapping
from typing import Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.matrix import Ints
from models.stability import Stability
from models.table import Model

SIGN_PERCENT = 95  # the sign holds in at least so many of 100 refits
TOP_PERCENT = 70  # and it is among the 5 largest in at least so many
BLOCK = 65_536  # households explained at a time: their stability is a row per household and feature

REASONS = pa.schema(
    [
        ("household_key", pa.string()),
        ("rank", pa.int64()),
        ("feature", pa.string()),
        ("domain", pa.string()),
        ("phi", pa.float64()),
        ("first_on", pa.date32()),
        ("latest_on", pa.date32()),
        ("n", pa.int64()),
        ("person_key", pa.string()),
    ]
)


class HasDomain(Protocol):
    """What is needed of a feature here: the domain of life it belongs to."""

    @property
    def domain(self) -> str:
        """The domain of life."""
        ...


def reasons(
    model: Model,
    features: Mapping[str, HasDomain],
    contributions: pa.Table,
    evidence: pa.Table,
    stability: Stability,
    limit: int = 3,
) -> pa.Table:
    """The reasons that may be given, schema `REASONS`, sorted by household, rank, person.

    A feature is a reason iff its contribution is > 0; more of it raises the margin (direction +1:
    a protective fact that is missing would be a reason from absence); it rests on at least one
    dated fact in `evidence` (household_key, feature, person_key, first_on, latest_on, n); and it is
    stable: sign in ≥ 95 %, top 5 in ≥ 70 % of the refits. A household without a row in
    `stability` gets none. A pair is never a reason: nobody could be told it in words.
    The `limit` largest are kept; features of one domain stand together, domains by their largest.
    Facts of several persons give one row each under the same rank (person_key null = dwelling's),
    so ask with a high limit where only one person's facts may be told.
    """
    names = [term.feature for term in model.terms if term.direction == 1]
    if not names or contributions.num_rows == 0:
        return REASONS.empty_table()
    with duckdb.connect() as con:
        con.register("contributions", contributions.select(["household_key", *names]))
        con.register("evidence", evidence)
        con.register("stable", stability.table)
        con.register("domains", pa.table({"feature": names, "domain": [features[name].domain for name in names]}))
        con.execute("SET threads = 1")
        listed = ", ".join(f'"{name}"' for name in names)
        found = con.execute(_REASONS_SQL.format(columns=listed), {"limit": limit}).to_arrow_table()
    return found.cast(REASONS).combine_chunks()


def reasons_of_all(
    model: Model,
    features: Mapping[str, HasDomain],
    contributions: pa.Table,
    evidence: pa.Table,
    stable: Callable[[Ints], Stability],
    limit: int = 3,
) -> pa.Table:
    """`reasons` of a city, a block of households at a time; `contributions` sorted by household, one row each.

    `stable(rows)` is the stability of the households in those rows of `contributions`; it is asked only for those of
    whom a fact is known.
    """
    parts = [REASONS.empty_table()]
    known = pc.is_in(contributions["household_key"], value_set=evidence["household_key"])
    told = np.flatnonzero(known.to_numpy())
    for start in range(0, len(told), BLOCK):
        rows = told[start : start + BLOCK]
        block = contributions.take(pa.array(rows))
        own = evidence.filter(pc.is_in(evidence["household_key"], value_set=block["household_key"]))
        parts.append(reasons(model, features, block, own, stable(rows), limit))
    return pa.concat_tables(parts).combine_chunks()


_REASONS_SQL = f"""
WITH raised AS (
    SELECT household_key, feature, phi
    FROM (UNPIVOT contributions ON {{columns}} INTO NAME feature VALUE phi)
    WHERE phi > 0
), dated AS (
    SELECT household_key, feature, person_key, first_on, latest_on, n
    FROM evidence WHERE latest_on IS NOT NULL AND n > 0
), allowed AS (
    SELECT raised.*, domains.domain
    FROM raised JOIN stable USING (household_key, feature) JOIN domains USING (feature)
    WHERE 100 * positive >= {SIGN_PERCENT} * refits AND 100 * top5 >= {TOP_PERCENT} * refits
      AND (household_key, feature) IN (SELECT (household_key, feature) FROM dated)
), largest AS (
    SELECT * FROM allowed
    QUALIFY row_number() OVER (PARTITION BY household_key ORDER BY phi DESC, feature) <= $limit
), grouped AS (
    SELECT *, max(phi) OVER (PARTITION BY household_key, domain) AS domain_phi FROM largest
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY household_key ORDER BY domain_phi DESC, domain, phi DESC, feature
    ) AS rank
    FROM grouped
)
SELECT household_key, rank, feature, domain, phi, first_on, latest_on, n, person_key
FROM ranked JOIN dated USING (household_key, feature)
ORDER BY household_key, rank, person_key NULLS FIRST
"""


def reason_shares(found: pa.Table, household_keys: pa.Array, limit: int = 3) -> pa.Table:
    """How many households keep 0 … limit reasons: reasons, households, of, share (float64).

    `found`: the table of `reasons`; `household_keys`: everyone explained, one each.
    """
    ranks = found.group_by("household_key").aggregate([("rank", "max")])
    most = dict(zip(ranks["household_key"].to_pylist(), ranks["rank_max"].to_pylist(), strict=True))
    counts = [0] * (limit + 1)
    for key in household_keys.to_pylist():
        counts[min(most.get(key, 0), limit)] += 1
    total = len(household_keys)
    return pa.table(
        {
            "reasons": pa.array(range(limit + 1), pa.int64()),
            "households": pa.array(counts, pa.int64()),
            "of": pa.array([total] * (limit + 1), pa.int64()),
            "share": pa.array([n / total if total else 0.0 for n in counts], pa.float64()),
        }
    )
