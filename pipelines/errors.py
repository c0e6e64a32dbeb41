"""What can stop a command, and with which exit status (DESIGN §5 «Commands»)."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class GateClosed(Exception):
    """The data or a gate said no: exit 1, one line, which gate and what to do. Never names a person."""

    def __init__(self, gate: str, what: str, remedy: str) -> None:
        super().__init__(f"{gate}: {what} → {remedy}")
        self.gate, self.what, self.remedy = gate, what, remedy


class WrongUse(Exception):
    """The command was called wrongly: exit 2."""


_REMEDIES = {
    errno.ENOSPC: "free space on the disk of the home, then run the same command again",
    errno.EDQUOT: "raise the quota or free space, then run the same command again",
    errno.EROFS: "mount the home for writing, then run the same command again",
    errno.EACCES: "give this user the right to read and write the home, then run the same command again",
    errno.EPERM: "give this user the right to read and write the home, then run the same command again",
}


@contextmanager
def disk() -> Iterator[None]:
    """A disk that is full, read-only or forbidden closes the gate with one line; another try cannot mend it.

    Other errors of input and output pass through: they may pass by themselves. File names are not said.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _REMEDIES:
            raise
        what = f"{errno.errorcode[error.errno]}, nothing half-done is left"
        raise GateClosed("disk", what, _REMEDIES[error.errno]) from None
