"""DuckDB for work of any size: bounded memory, spilling into the home's staging area, which goes with the next run."""

import duckdb

from pipelines.home import Home
from pipelines.store import STAGING

MEMORY = "3GB"
"""What one connection may hold: a step may have two open, and Arrow beside them, in a machine of 8 GB (DESIGN §9)."""


def connect(home: Home) -> duckdb.DuckDBPyConnection:
    """An in-memory connection. Rows keep no order of their own: who needs one says `order by`."""
    con = duckdb.connect()
    con.execute(f"set memory_limit = '{MEMORY}'")
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    con.execute("set temp_directory = ?", [str(home.root / STAGING / "spill")])
    return con
