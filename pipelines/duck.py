"""DuckDB for work of any size (pipelines.engines.bounded)."""

import duckdb

from pipelines.engines import bounded
from pipelines.home import Home


def connect(home: Home) -> duckdb.DuckDBPyConnection:
    """An in-memory connection of bounded size. Rows keep no order of their own: who needs one says `order by`."""
    con = duckdb.connect(config=bounded(home.root))
    con.execute("set enable_progress_bar = false")
    return con
