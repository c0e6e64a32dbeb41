"""A disk that is full, read-only or forbidden, whoever meets it first: Python, Arrow or DuckDB."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipelines.errors import GateClosed

_REMEDIES = {
    errno.ENOSPC: "free space on the disk of the home, then run the same command again",
    errno.EDQUOT: "raise the quota or free space, then run the same command again",
    errno.EROFS: "mount the home for writing, then run the same command again",
    errno.EACCES: "give this user the right to read and write the home, then run the same command again",
    errno.EPERM: "give this user the right to read and write the home, then run the same command again",
}
_SPILLED = "max_temp_directory_size"
"""DuckDB names this setting, by default the free space of the disk, when it finds no room for what it lays aside."""


@contextmanager
def disk() -> Iterator[None]:
    """A disk that is full, read-only or forbidden closes the gate with one line; another try cannot mend it.

    Other errors of input and output pass as OSError: they may pass by themselves. File names are not said.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _REMEDIES:
            raise
        raise _closed(error.errno) from None
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        said = str(error)
        found = [code for code in _REMEDIES if os.strerror(code) in said]
        if found or _SPILLED in said:
            raise _closed(found[0] if found else errno.ENOSPC) from None
        if isinstance(error, duckdb.IOException):
            raise OSError(errno.EIO, os.strerror(errno.EIO)) from None
        raise


def _closed(code: int) -> GateClosed:
    return GateClosed("disk", f"{errno.errorcode[code]}, nothing half-done is left", _REMEDIES[code])
