"""What can stop a command, and with which exit status (DESIGN §5 «Commands»)."""


class GateClosed(Exception):
    """The data or a gate said no: exit 1, one line, which gate and what to do. Never names a person."""

    def __init__(self, gate: str, what: str, remedy: str) -> None:
        super().__init__(f"{gate}: {what} → {remedy}")
        self.gate, self.what, self.remedy = gate, what, remedy


class WrongUse(Exception):
    """The command was called wrongly: exit 2."""
