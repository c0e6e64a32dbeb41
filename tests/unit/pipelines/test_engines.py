"""Engines that are asked for and not there: one line, exit 2, and what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import engines
from pipelines.cli import kizuki
from pipelines.errors import WrongUse
from pipelines.settings import load_settings


def home(folder: Path, more: str = "") -> Path:
    (folder / "home").mkdir()
    (folder / "home" / "settings.yaml").write_text(f"municipality: 見本市\nkey_file: ../key\n{more}", encoding="utf-8")
    return folder / "home"


def test_spark_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    asked = ["screen", "--home", str(home(tmp_path)), "--date", "2026-04-06", "--engine", "spark"]
    refused = CliRunner().invoke(kizuki, asked).exception
    assert isinstance(refused, WrongUse)
    assert str(refused) == "--engine spark needs the package pyspark: run make engines"


def test_spark_without_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: object())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(WrongUse, match=r"Java 17 \(Debian: openjdk-17-jre-headless\)"):
        engines.Engines("spark", load_settings(home(tmp_path))).require()


def test_postgresql_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    settings = load_settings(home(tmp_path, "postgres: {host: db, database: kizuki}\n"))
    with pytest.raises(WrongUse, match="make engines"):
        engines.Engines("duckdb", settings).require()


@pytest.mark.parametrize(
    "said",
    ["postgres: {host: db, password: secret}\n", "postgres: {host: db, password_file: pg.password}\n"],
)
def test_no_secret_lies_in_the_home(tmp_path: Path, said: str) -> None:
    with pytest.raises(WrongUse, match="password_file") as refused:
        load_settings(home(tmp_path, said))
    assert "secret" not in str(refused.value)


def test_duckdb_needs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "find_spec", lambda _name: None)
    chosen = engines.Engines("duckdb", load_settings(home(tmp_path)))
    chosen.require()
    assert chosen.spark() is None
    with chosen.counting() as connection:
        assert connection.name == "duckdb"
        limit = connection.con.sql(
            "select current_setting('memory_limit'), current_setting('temp_directory')"
        ).fetchone()
    assert limit is not None
    assert limit[0] == "2.7 GiB"
    assert limit[1].startswith(f"{tmp_path}/"), "what does not fit lies in the home, never in the folder of the shell"
