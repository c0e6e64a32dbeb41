"""The mappings of every source on Spark: the same episodes as DuckDB's, by table digest, on generated logs."""

import dataclasses
from datetime import date

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from data_contracts.catalog import load_catalog
from data_contracts.profile import Entry, EpisodeMapping, Source
from data_contracts.shapes import EPISODE_SCHEMA, MappingError, episodes
from pipelines.digests import table_digest
from pipelines.settings import CONFIG
from tests.engines.made_logs import made_log

pytestmark = pytest.mark.engines
CATALOG = load_catalog(CONFIG / "sources")
MAPPED = [name for name in CATALOG.names if CATALOG.source(name, CATALOG.first_day(name)).episodes.entries]


def source(name: str) -> Source:
    return CATALOG.source(name, CATALOG.first_day(name))


def same(natural: pa.Array) -> pa.Array:
    return natural


@pytest.mark.parametrize("name", MAPPED)
def test_every_kind_of_episode_is_the_same_by_digest(name: str, session: SparkSession) -> None:
    """And the generated logs reach every declared kind, with closed versions among them."""
    of, log = source(name), made_log(source(name), seed=1)
    here, there = episodes(log, of, same), episodes(log, of, same, session)
    assert there.schema == EPISODE_SCHEMA
    assert table_digest(there) == table_digest(here)
    assert set(here["kind"].to_pylist()) == {entry.kind for entry in of.episodes.entries}
    assert here["known_until"].null_count < len(here)


def test_a_log_without_a_row_has_no_episode(session: SparkSession) -> None:
    of = source("water_notices")
    assert episodes(made_log(of, 0).slice(0, 0), of, same, session).equals(EPISODE_SCHEMA.empty_table())


def test_nothing_of_a_log_stays_in_the_session(session: SparkSession) -> None:
    before = session.sql("SHOW VIEWS").collect()
    episodes(made_log(source("school_flags"), 2, keys=30), source("school_flags"), same, session)
    assert session.sql("SHOW VIEWS").collect() == before


def test_a_wrong_expression_is_named_and_a_value_never_quoted(session: SparkSession) -> None:
    of, log = source("school_flags"), made_log(source("school_flags"), 3, keys=30)

    def refusal(**said: str) -> str:
        declared = {
            "kind": "school_wrong",
            "shape": "row",
            "label": "x",
            "when": "true",
            "began_on": "opened_on",
        } | said
        entry = Entry(**declared)  # type: ignore[arg-type]  # words as they stand in a YAML file, any of them wrong
        mapping = EpisodeMapping({}, (entry,), date(2020, 1, 1))
        with pytest.raises(MappingError) as refused:
            episodes(log, dataclasses.replace(of, episodes=mapping), same, session)
        return str(refused.value)

    assert "school_flags/episodes.yaml: school_wrong: AnalysisException" in refusal(began_on="no_such_column")
    of_value = refusal(quantity="cast(flag as bigint)")
    assert "correct the expression" in of_value
    assert not any(flag in of_value for flag in set(log["flag"].to_pylist()) - {None})
