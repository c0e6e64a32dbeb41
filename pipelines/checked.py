"""Digests of published files, and sealed files decrypted: once per process, as long as nobody touches the file.

A run reads the same files in many steps; hashing or decrypting them each time would cost more than using them.
"""

import hashlib
from pathlib import Path

import pyarrow as pa

from identity.pseudonyms import unseal

_Touched = tuple[int, int, int, int]
_digests: dict[Path, tuple[_Touched, str]] = {}
_unsealed: dict[Path, tuple[_Touched, pa.Buffer]] = {}


def digest(file: Path) -> str:
    """SHA-256 of a file, read as a stream."""
    now = _touched(file)
    known = _digests.get(file)
    if known is None or known[0] != now:
        with file.open("rb") as opened:
            known = _digests[file] = (now, hashlib.file_digest(opened, "sha256").hexdigest())
    return known[1]


def remember(file: Path, sha256: str) -> None:
    """The digest of a file that this process has just written, taken while writing."""
    _digests[file] = (_touched(file), sha256)


def unsealed(file: Path, key: bytes) -> pa.Buffer:
    """The decrypted bytes of a sealed file, in Arrow's own memory: a worker that lets go of Python's while Python ends
    aborts the process.
    """
    now = _touched(file)
    known = _unsealed.get(file)
    if known is None or known[0] != now:
        known = _unsealed[file] = (now, _owned(unseal(file.read_bytes(), key)))
    return known[1]


def forget(file: Path) -> None:
    """A file that this process deletes: what was decrypted of it leaves memory with it."""
    _digests.pop(file, None)
    _unsealed.pop(file, None)


def _touched(file: Path) -> _Touched:
    stat = file.stat()
    return stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino


def _owned(data: bytes) -> pa.Buffer:
    buffer = pa.allocate_buffer(len(data))
    memoryview(buffer).cast("B")[:] = data
    return buffer
