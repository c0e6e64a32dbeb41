"""A delivered file that is refused as a whole, before anything of it is saved."""


class FileRefused(Exception):
    """The file is not taken in. `rule` for machines; `detail` (where, what) and `remedy` in Japanese for the office.

    Neither text ever holds a cell's content: a refusal is printed on receipts and in logs.
    """

    def __init__(self, rule: str, detail: str, remedy: str, *, file: str = "") -> None:
        super().__init__(rule, detail, remedy)
        self.rule, self.detail, self.remedy, self.file = rule, detail, remedy, file

    def __str__(self) -> str:
        return f"{self.file + ': ' if self.file else ''}{self.detail} [{self.rule}] → {self.remedy}"


def rows_named(rows: list[int]) -> str:
    """Row numbers for people: at most ten, then how many more."""
    listed = "、".join(str(row) for row in rows[:10])
    return f"{listed} 行目" + (f"（ほか {len(rows) - 10} 行）" if len(rows) > 10 else "")
