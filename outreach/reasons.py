"""A reason in machine form, ``feature@YYYY-MM``: the wording is chosen where it is shown (paper or reviewer)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_FORM = re.compile(r"(?P<feature>[a-z][a-z0-9_]*)@(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Reason:
    """A feature and the month of the latest fact behind it.

    A reason always has a month: a reason without a dated, observed fact is none (METHODS §7).
    """

    feature: str
    year: int
    month: int

    @property
    def text(self) -> str:
        """The machine form that ``visit_list.parquet`` holds."""
        return f"{self.feature}@{self.year:04d}-{self.month:02d}"

    @classmethod
    def of(cls, feature: str, latest_on: date) -> Reason:
        """Make the reason of a feature whose latest fact is of ``latest_on``."""
        return cls.parse(f"{feature}@{latest_on:%Y-%m}")

    @classmethod
    def parse(cls, text: str) -> Reason:
        """Read the machine form; raises ValueError for anything else."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ValueError("理由は feature@YYYY-MM の形で渡してください(日付のない理由は使えません)")
        return cls(found["feature"], int(found["year"]), int(found["month"]))
