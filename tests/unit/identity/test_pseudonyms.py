"""Pseudonyms tell nothing, draws are fair and apart from them, sealed bytes are the same and cannot be changed."""

import duckdb
import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag

from identity.pseudonyms import WIDTH, Pseudonymiser, seal, unseal

MASTER = bytes(range(32))
IDS = pa.array(["000000000000101", None, "000000000000102", "000000000000101"])


@pytest.fixture
def names() -> Pseudonymiser:
    return Pseudonymiser(MASTER)


def test_same_value_same_key_and_null_stays_null(names: Pseudonymiser) -> None:
    keys = names.keys("person", IDS).to_pylist()
    assert keys[0] == keys[3] != keys[2]
    assert keys[1] is None
    assert all(len(key) == WIDTH and set(key) <= set("0123456789abcdef") for key in keys if key)


def test_chunks_and_nothing_at_all(names: Pseudonymiser) -> None:
    chunks = pa.chunked_array([IDS.slice(0, 1), IDS.slice(1)])
    assert names.keys("person", chunks).equals(names.keys("person", IDS))
    assert names.keys("person", pa.array([], pa.string())).to_pylist() == []
    assert names.keys("person", pa.array([None, None], pa.string())).to_pylist() == [None, None]


def test_purposes_and_secrets_differ(names: Pseudonymiser) -> None:
    other = Pseudonymiser(MASTER[::-1])
    found = [names.keys("person", IDS), names.keys("household", IDS), other.keys("person", IDS)]
    assert len({keys[0].as_py() for keys in found}) == 3
    assert names.fingerprint == Pseudonymiser(MASTER).fingerprint != other.fingerprint
    assert names.subkey("a") != names.subkey("b")


def test_no_part_of_the_value_or_the_secret_shows(names: Pseudonymiser) -> None:
    assert "101" not in names.keys("person", pa.array(["101"]))[0].as_py()[:3]
    assert MASTER.hex() not in repr(names) + names.fingerprint


def test_draws_are_in_the_unit_interval_even_and_stable(names: Pseudonymiser) -> None:
    people = pa.array([f"{n:015}" for n in range(2000)])
    draws = names.draws("draw|2026-04-06", people)
    values = draws.to_pylist()
    assert all(0 <= value < 1 for value in values)
    assert 0.47 < sum(values) / len(values) < 0.53
    assert draws.equals(names.draws("draw|2026-04-06", people))
    assert not draws.equals(names.draws("draw|2026-04-13", people))


def test_a_pseudonym_does_not_tell_the_draw_of_its_purpose(names: Pseudonymiser) -> None:
    key, draw = names.keys("household", IDS)[0].as_py(), names.draws("household", IDS)[0].as_py()
    assert (int(key[:16], 16) >> 11) / 2**53 != draw


def test_sql_makes_the_same_keys_and_draws(names: Pseudonymiser) -> None:
    values = pa.array([None, "", "000000000000101", "税|住民税|2025|01", "x" * 200, "\0\1", "🙂"], pa.string())
    with duckdb.connect() as con:
        con.register("said", pa.table({"value": values, "place": range(len(values))}))
        key, draw = names.in_sql(con, "person"), names.draws_in_sql(con, "draw|2026-04-06")
        found = con.sql(f"select {key('value')} as k, {draw('value')} as d from said order by place").to_arrow_table()
    assert found["k"].combine_chunks().equals(names.keys("person", values))
    assert found["d"].combine_chunks().equals(names.draws("draw|2026-04-06", values))


def test_the_key_stands_in_no_sql_no_plan_and_no_error(names: Pseudonymiser) -> None:
    with duckdb.connect() as con:
        sql = f"select {names.in_sql(con, 'person')('value')} from (values ('a'), ('b')) said(value)"
        plan = str(con.execute(f"explain analyze {sql}").fetchall())
        with pytest.raises(duckdb.Error) as refused:
            con.execute(sql.replace("said(value)", "said(other)"))
    secret = names.subkey("pseudonym|person").ljust(64, b"\0")
    for pad in (bytes(b ^ 0x36 for b in secret), bytes(b ^ 0x5C for b in secret), secret):
        for text in (sql, plan, str(refused.value)):
            assert pad.hex()[:16] not in text.lower().replace("\\x", "")


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonymiser(b"short")


@pytest.mark.parametrize("data", [b"", b"\0empty", b"\1", b"personal" * 1000])
def test_sealing_is_deterministic_and_comes_back(data: bytes) -> None:
    sealed = seal(data, MASTER)
    assert sealed == seal(data, MASTER)
    assert sealed != seal(data, MASTER[::-1])
    assert unseal(sealed, MASTER) == data


def test_a_changed_byte_or_another_key_is_noticed() -> None:
    sealed = bytearray(seal(b"personal", MASTER))
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), MASTER[::-1])
    for place in (0, len(sealed) - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(InvalidTag):
            unseal(bytes(changed), MASTER)
