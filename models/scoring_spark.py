"""The one scorer on Spark: each partition looks its own households up, and nothing else is different.

A household's numbers come from its own row only (`models.scoring`), so where its row lies cannot change a bit.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from models.matrix import Matrix, MatrixRefused
from models.scoring import Scored, SumCheckFailed, score
from models.table import Model, canonical_json, from_json

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_REFUSED = {refusal.__name__: refusal for refusal in (SumCheckFailed, MatrixRefused)}


def score_on(session: "SparkSession", model: Model, features: pa.Table, hashes: Mapping[str, str]) -> Scored:
    """The same as `scoring.score`, worked out by the session's partitions; rows in the order of household_key.

    The workers need this package on their path. Raises what `score` raises.
    """
    from pyspark.errors import PythonException

    Matrix.from_table(features.slice(0, 0), model.names).require(model.features, hashes)
    text, given, schema = canonical_json(model), dict(hashes), _schema(model)

    def partition(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        looked_up = from_json(text)
        for batch in batches:
            scored = score(looked_up, pa.Table.from_batches([batch]), given)
            yield from _rows(scored).cast(schema).to_batches()

    from pyspark.sql.pandas.types import from_arrow_schema

    rows = session.createDataFrame(features).mapInArrow(partition, from_arrow_schema(schema))
    try:
        found = rows.toArrow().cast(schema).sort_by("household_key").combine_chunks()
    except PythonException as error:
        raise _refusal(error) from None
    probability = found["probability"].to_numpy() if model.calibration is not None else None
    return Scored(found["margin"].to_numpy(), found.drop_columns(["margin", "probability"]), probability)


def _schema(model: Model) -> pa.Schema:
    numbers = ["margin", "probability", "base", *model.columns]
    return pa.schema([("household_key", pa.string()), *((name, pa.float64()) for name in numbers)])


def _rows(scored: Scored) -> pa.Table:
    n = scored.contributions.num_rows
    probability = pa.nulls(n, pa.float64()) if scored.probability is None else pa.array(scored.probability)
    columns = {"household_key": scored.contributions["household_key"], "margin": pa.array(scored.margin)}
    numbers = scored.contributions.drop_columns(["household_key"])
    return pa.table(columns | {"probability": probability} | dict(zip(numbers.column_names, numbers, strict=True)))


def _refusal(error: Exception) -> Exception:
    """What a worker refused, as the refusal it was; anything else as it came."""
    said = re.search(rf"\b({'|'.join(_REFUSED)}): (.+)", str(error))
    return _REFUSED[said[1]](said[2]) if said else error
