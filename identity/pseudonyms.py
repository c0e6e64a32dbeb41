"""Pseudonyms, draws and sealing: everything that is derived from the home's one secret, each under a key of its own.

Ids outside `restricted/` are HMACs (DESIGN §5 «Determinism»); a crosswalk exists only where it is sealed. This is
仮名化 as a safety measure (安全管理措置), not 仮名加工情報: a visit list is personal information (DOMAIN §1.2).
"""

import hashlib
import hmac
from collections.abc import Callable

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

WIDTH = 32
"""Hex characters of a pseudonym: 128 bits, no collision in any city."""


class Pseudonymiser:
    """Derives keys from a home's master secret (≥ 32 bytes). The secret itself is never shown, only its fingerprint."""

    def __init__(self, master: bytes) -> None:
        if len(master) < 32:
            message = "the master key must have at least 32 bytes"
            raise ValueError(message)
        self._master = master

    @property
    def fingerprint(self) -> str:
        """A name for the secret that tells nothing about it."""
        return self.subkey("fingerprint").hex()[:16]

    def subkey(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return hmac.digest(self._master, f"subkey|{purpose}".encode(), hashlib.sha256)

    def keys(self, purpose: str, values: pa.Array | pa.ChunkedArray) -> pa.Array:
        """HMAC-SHA256 of each value under the purpose's key, as hex strings of WIDTH characters; null stays null."""
        return self._each(f"pseudonym|{purpose}", values, lambda digest: digest.hex()[:WIDTH], pa.string())

    def draws(self, purpose: str, values: pa.Array | pa.ChunkedArray) -> pa.Array:
        """A number in [0, 1) for each value, float64 with 53 random bits: the only chance in a list.

        Its key is not that of the pseudonyms of the same purpose: a pseudonym that is published must not tell a draw.
        """
        return self._each(
            f"draw|{purpose}", values, lambda digest: (int.from_bytes(digest[:8]) >> 11) / 2**53, pa.float64()
        )

    def in_sql(self, con: duckdb.DuckDBPyConnection, purpose: str) -> Callable[[str], str]:
        """What makes, of an SQL expression, the SQL of its `keys` under `purpose`: for millions of rows at once.

        The key goes to `con` as a table of its own, so that it stands in no SQL, no plan and no error.
        """
        return self._sql(con, f"pseudonym|{purpose}", lambda digest: f"left({digest}, {WIDTH})")

    def draws_in_sql(self, con: duckdb.DuckDBPyConnection, purpose: str) -> Callable[[str], str]:
        """The same for `draws`."""
        number = "(('0x' || left({}, 16))::ubigint >> 11)::double / 9007199254740992"
        return self._sql(con, f"draw|{purpose}", number.format)

    def _sql(self, con: duckdb.DuckDBPyConnection, name: str, shape: Callable[[str], str]) -> Callable[[str], str]:
        key = self.subkey(name).ljust(hashlib.sha256().block_size, b"\0")
        pads = {"inside": bytes(b ^ 0x36 for b in key), "outside": bytes(b ^ 0x5C for b in key)}
        table = f'"pads of {name}"'
        con.register(table.strip('"'), pa.table({pad: pa.array([made], pa.binary()) for pad, made in pads.items()}))

        def made(expression: str) -> str:
            inner = f"sha256((select inside from {table}) || encode({expression}))"
            return shape(f"sha256((select outside from {table}) || unhex({inner}))")

        return made

    def _each(
        self,
        name: str,
        values: pa.Array | pa.ChunkedArray,
        shape: Callable[[bytes], str | float],
        kind: pa.DataType,
    ) -> pa.Array:
        key = self.subkey(name)
        flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        coded = pc.dictionary_encode(flat)
        made = [shape(hmac.digest(key, value.encode(), "sha256")) for value in coded.dictionary.to_pylist()]
        return pa.array(made, kind).take(coded.indices)


def seal(data: bytes, key: bytes) -> bytes:
    """Encrypt at rest, deterministically (AES-SIV, RFC 5297): equal bytes seal equally, so digests can be compared.

    A byte goes before the data, because AES-SIV takes no empty text.
    """
    return AESSIV(hashlib.sha512(key).digest()).encrypt(b"\1" + data, None)


def unseal(data: bytes, key: bytes) -> bytes:
    """Decrypt what `seal` made. Raises cryptography.exceptions.InvalidTag when the key or a byte is wrong."""
    return AESSIV(hashlib.sha512(key).digest()).decrypt(data, None)[1:]
