"""Tables drawn in plain text: bars under each other, also where Japanese letters stand beside Latin ones."""

import unicodedata
from collections.abc import Sequence


def drawn_table(rows: Sequence[Sequence[str]]) -> str:
    """The rows, the first of them the head, with a rule below it."""
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [" | ".join(_padded(*cell) for cell in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "-+-".join("-" * width for width in widths), *lines[1:]])


def _width(text: str) -> int:
    """Columns on a terminal: Japanese letters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "FW" else 1 for letter in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
