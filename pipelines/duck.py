"""DuckDB for work of any size: bounded memory; what does not fit is laid aside in the home for the while."""

from secrets import token_hex

import duckdb

from pipelines.home import Home
from pipelines.store import SPILL

MEMORY = "3GB"
"""What one connection may hold: a step may have two open, and Arrow beside them, in a machine of 8 GB (DESIGN §9)."""


def connect(home: Home) -> duckdb.DuckDBPyConnection:
    """An in-memory connection. Rows keep no order of their own: who needs one says `order by`."""
    con = duckdb.connect()
    con.execute(f"set memory_limit = '{MEMORY}'")
    con.execute("set preserve_insertion_order = false")
    con.execute("set enable_progress_bar = false")
    con.execute("set temp_directory = ?", [f"{home.root / SPILL}{token_hex(8)}"])
    return con
