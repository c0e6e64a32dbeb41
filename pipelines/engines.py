"""The engines of a run: DuckDB without asking; Spark or PostgreSQL when they were asked for and are installed.

An engine changes where tables are worked out, never what is in them. Nothing stays in one: DuckDB is in memory, Spark's
own files lie below `restricted/` and go with it, tables in PostgreSQL are temporary.
"""

import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from pipelines.errors import WrongUse
from pipelines.settings import Settings
from pipelines.store import SPILL

if TYPE_CHECKING:
    from ibis.backends import BaseBackend
    from pyspark.sql import SparkSession

NAMES: Final = ("duckdb", "spark")
MEMORY: Final = "3GB"
"""What one connection to DuckDB may hold: a step may have two open, and Arrow beside them, in a machine of 8 GB."""
SPARK_FILES = "restricted/.spark"
# What settings.yaml may say otherwise. One machine, no page, no network beyond it.
_SPARK: Final = {
    "spark.master": "local[*]",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.driver.maxResultSize": "0",
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


@dataclass(frozen=True)
class Engines:
    """What a home's steps are worked out by: `name` as the command was given it, and what `settings.yaml` says."""

    name: str
    settings: Settings

    def require(self) -> None:
        """Raise WrongUse when an engine that was asked for is not there."""
        if self.name == "spark":
            _installed("pyspark", "--engine spark")
            if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
                message = "--engine spark needs Java 17 (Debian: openjdk-17-jre-headless)"
                raise WrongUse(message)
        if self.settings.postgres:
            _installed("psycopg", "postgres in settings.yaml")

    def spark(self) -> "SparkSession | None":
        """The session of this process, started when first asked for; None unless the engine is Spark."""
        if self.name != "spark":
            return None
        self.require()
        return spark_session(self.settings.home / SPARK_FILES, self.settings.spark)

    @contextmanager
    def counting(self) -> Iterator["BaseBackend"]:
        """The Ibis backend that counts features: Spark, else PostgreSQL where it is set, else DuckDB."""
        session = self.spark()
        if session is not None:
            import ibis

            yield ibis.pyspark.connect(session)
        elif self.settings.postgres:
            self.require()
            connection = postgres(self.settings.postgres)
            try:
                yield connection
            finally:
                connection.disconnect()
        else:
            with self.duckdb() as own:
                yield own

    @contextmanager
    def duckdb(self) -> Iterator["BaseBackend"]:
        """A DuckDB in memory for Ibis, of bounded size; results do not depend on its threads."""
        import ibis

        connection = ibis.duckdb.connect(threads=2, **bounded(self.settings.home))
        try:
            yield connection
        finally:
            connection.disconnect()


def bounded(root: Path) -> dict[str, Any]:
    """DuckDB's settings for work of any size: what does not fit in memory is laid aside in the home for the while.
    Rows keep no order of their own: who needs one says `order by`.
    """
    return {
        "memory_limit": MEMORY,
        "preserve_insertion_order": False,
        "temp_directory": f"{root / SPILL}{token_hex(8)}",
    }


def spark_session(files: Path, said: dict[str, str]) -> "SparkSession":
    """The one session of this process, started with `said` over our own settings; its files lie in `files`."""
    from pyspark.sql import SparkSession

    running = SparkSession.getActiveSession()
    if running is not None:
        return running
    shutil.rmtree(files, ignore_errors=True)  # left by a killed run
    files.mkdir(parents=True, mode=0o700)
    own = {"spark.local.dir": str(files), "spark.sql.warehouse.dir": str(files / "warehouse")}
    conf = _SPARK | own | said
    if conf["spark.master"].startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.appName("kizuki")
    for name, value in conf.items():
        builder = builder.config(name, value)
    for chatty in ("py4j", "SQLQueryContextLogger"):  # the latter would quote queries and values
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    return builder.getOrCreate()


def postgres(where: dict[str, Any]) -> "BaseBackend":
    """A connection to the server of `settings.yaml`. Raises WrongUse when it does not answer; never tells a secret."""
    import ibis
    import psycopg

    password = Path(where["password_file"]).read_text().strip() if "password_file" in where else None
    named = {name: where[name] for name in ("host", "port", "user", "database") if name in where}
    try:
        return ibis.postgres.connect(**named, password=password)
    except psycopg.OperationalError:
        message = "the PostgreSQL of settings.yaml does not answer: start it, or correct postgres in settings.yaml"
        raise WrongUse(message) from None


def _installed(package: str, asked_by: str) -> None:
    if find_spec(package) is None:
        message = f"{asked_by} needs the package {package}: run make engines"
        raise WrongUse(message)
