"""One Spark session and one throw-away PostgreSQL for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest
from ibis.backends import BaseBackend
from pyspark.sql import SparkSession

from benchmarks.postgres import cluster
from pipelines.engines import postgres, spark_session

QUICK = {
    "spark.master": "local[2]",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}
"""Few rows and wide queries: compiling Java for each, or compiling it well, would take longer than all else."""


def quick(java: str) -> dict[str, str]:
    """QUICK with one more option for Java."""
    name = "spark.driver.extraJavaOptions"
    return QUICK | {name: f"{QUICK[name]} {java}"}


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Spark on this machine."""
    started = spark_session(tmp_path_factory.mktemp("spark") / "files", QUICK)
    yield started
    started.stop()


@pytest.fixture(scope="session")
def spark(session: SparkSession) -> BaseBackend:
    """Ibis over it."""
    return ibis.pyspark.connect(session)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[BaseBackend]:
    """Ibis over a PostgreSQL of this module's own."""
    with cluster() as where:
        connection = postgres(where)
        yield connection
        connection.disconnect()


@pytest.fixture(params=["spark", "postgresql"])
def connection(request: pytest.FixtureRequest) -> BaseBackend:
    """Each engine that is not DuckDB."""
    found: BaseBackend = request.getfixturevalue(request.param)
    return found


def left_in(folder: Path) -> list[str]:
    """Files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
