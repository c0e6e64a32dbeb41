"""A full disk is one line, also when DuckDB meets it first; another fault of the disk may pass by itself."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import pytest

from pipelines import duck, engines
from pipelines.disks import disk
from pipelines.errors import GateClosed
from pipelines.home import Home
from pipelines.store import SPILL

FULL = Path("/dev/full")  # every write to it fails as on a full disk


def test_duckdb_on_a_full_disk() -> None:
    with duckdb.connect() as con, pytest.raises(GateClosed, match=r"disk: ENOSPC.*free space") as closed, disk():
        con.execute(f"copy (from range(10)) to '{FULL}' (format parquet)")
    assert "full" not in str(closed.value), "no file is named"


def test_duckdb_without_room_for_what_it_lays_aside(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        con.execute("set memory_limit = '20MB'; set threads = 1; set max_temp_directory_size = '256KB'")
        con.execute(f"set temp_directory = '{tmp_path}'")
        with pytest.raises(GateClosed, match="disk: ENOSPC"), disk():
            con.execute("create temp table wide as select range, hash(range), md5(range::varchar) from range(1000000)")


def test_what_does_not_fit_is_laid_aside_in_a_home_where_nothing_was_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "MEMORY", "20MB")
    (tmp_path / "restricted").mkdir()
    home = cast("Home", SimpleNamespace(root=tmp_path))
    with duck.connect(home) as one, duck.connect(home) as other:
        for con in (one, other):
            con.execute("set threads = 1")
            con.execute("create temp table wide as select range, hash(range), md5(range::varchar) from range(1000000)")
        assert len(list(tmp_path.glob(f"{SPILL}*/*"))) >= 2, "each connection lays aside into a folder of its own"
        for con in (one, other):
            assert con.execute("select count(distinct md5) from (select #3 as md5 from wide)").fetchone() == (1000000,)
    assert not list(tmp_path.glob(f"{SPILL}*")), "and takes it away"


def test_other_faults_pass_as_faults_of_input_and_output(tmp_path: Path) -> None:
    with duckdb.connect() as con, pytest.raises(OSError, match="Input/output") as raised, disk():
        con.execute(f"copy (from range(10)) to '{tmp_path}/山田/x.parquet' (format parquet)")
    assert "山田" not in str(raised.value)
    with duckdb.connect() as con, pytest.raises(duckdb.ParserException), disk():
        con.execute("no sql")
