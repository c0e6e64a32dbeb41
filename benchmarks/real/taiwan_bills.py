"""Taiwan's payment codes, statements and payments as rows of an ordinary insurance bill file.

Months are numbered 0 (April 2005) to 5 (September 2005). Statement t falls due on the last day of month t+1, and the
payment of month t+1 goes with it (the data's README): one row per person and statement, an instalment like any other.

Arrears come from the codes alone. Code k ≥ 1 at the end of month t says that the instalments due at the ends of the k
months before t are overdue: the oldest since k months before t's end, which is where the README lets the episode begin.
So a run of codes ≥ 1 is one stretch during which the person is in arrears, and the number of its instalments open at a
month's end is that month's code. A code ≤ 0 closes them: the rest of the balance is carried into the next statement
(close_reason 猶予 from the day the payment was due in that month), never counted as arrears. Paid in full is 完納.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.real.home import BILLS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FIRST_YEAR, FIRST_MONTH = 2005, 4
MONTHS = 6
# Payments and closings are known by month only; they are put on this day of it.
PAYMENT_DAY = 25
LABEL_DAY = date(2005, 10, 31)
AMBIGUOUS = "ambiguous code"
LONGEST_CODE = 8


def month_of(t: int) -> tuple[int, int]:
    """(year, month) of month number t."""
    years, month = divmod(FIRST_MONTH - 1 + t, 12)
    return FIRST_YEAR + years, month + 1


def day_of(t: int, day: int) -> date:
    """A day of month t; 31 means its last day."""
    year, month = month_of(t)
    return date(year, month, min(day, monthrange(year, month)[1]))


@dataclass(frozen=True)
class Accounts:
    """The columns that become bills; code, statement, payment are int64[n, 6] with April first. Negative statements are
    credits: nothing to pay."""

    number: Ints
    code: Ints
    statement: Ints
    payment: Ints
    default: Mask

    @classmethod
    def of(cls, data: pd.DataFrame) -> "Accounts":
        """From the published CSV (columns as published; the newest month comes first there)."""

        def block(prefix: str) -> Ints:
            return data[[f"{prefix}{i}" for i in range(MONTHS, 0, -1)]].to_numpy().round().astype(np.int64)

        return cls(
            number=data["ID"].to_numpy().astype(np.int64),
            code=block("PAY_"),
            statement=np.maximum(block("BILL_AMT"), 0),
            payment=block("PAY_AMT"),
            default=data["default.payment.next.month"].to_numpy() == 1,
        )

    def overdue(self, due: int, month: int) -> Mask:
        """Whether the instalment due at the end of month `due` is overdue at the end of `month`."""
        return np.asarray(self.code[:, month] >= max(month - due, 1)) if month > due else np.zeros(len(self.code), bool)

    def ambiguous(self, month: int) -> Mask:
        """Codes that are no counters: arrears that jump by more than a month, or begin after a month without use."""
        if month == 0:
            return np.zeros(len(self.code), dtype=bool)
        now, before = self.code[:, month], self.code[:, month - 1]
        return np.asarray((now >= 1) & ((now > np.maximum(before, 0) + 1) | ((now == 1) & (before == -2))))


def resident_ids(number: Ints) -> list[str]:
    """Made-up 15-digit resident numbers."""
    return [f"{n:015d}" for n in 300_000_000_000 + number]


def known_at_end_of(accounts: Accounts, month: int) -> pd.DataFrame:
    """Every bill as the office knows it at the end of month 0 … 5, one row each, canonical columns as text."""
    oldest = -LONGEST_CODE
    parts = [_instalment(accounts, due, month) for due in range(oldest, month + 2)]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def changes(accounts: Accounts) -> dict[date, pd.DataFrame]:
    """Folder day → the rows that are new or changed since the folder before: what a monthly delta holds."""
    delivered: dict[date, pd.DataFrame] = {}
    key = ["charged_year", "notice_no", "instalment"]
    before = pd.DataFrame(columns=list(BILLS))
    for month in range(MONTHS):
        now = known_at_end_of(accounts, month)
        known = set(before[list(BILLS)].itertuples(index=False, name=None))
        new = [row not in known for row in now[list(BILLS)].itertuples(index=False, name=None)]
        delivered[day_of(month + 1, 1)] = now[new].sort_values(key).reset_index(drop=True)
        before = now
    last = before[before["due_on"] == day_of(MONTHS - 1, 31).isoformat()]
    defaults = set(np.array(resident_ids(accounts.number))[accounts.default].tolist())
    seized = last[last["resident_id"].isin(defaults)].assign(seized_on=LABEL_DAY.isoformat())
    delivered[day_of(MONTHS + 1, 1)] = seized.sort_values(key).reset_index(drop=True)
    return delivered


def _instalment(accounts: Accounts, due: int, month: int) -> pd.DataFrame:
    """The rows of the instalment due at the end of month `due`, as known at the end of `month`."""
    people = len(accounts.number)
    ever, last, flagged = np.zeros(people, bool), np.full(people, due), np.zeros(people, bool)
    for t in range(max(due + 1, 0), month + 1):
        late = accounts.overdue(due, t)
        ever |= late
        last = np.where(late, t, last)
        flagged |= late & accounts.ambiguous(t)
    kept = ever if due < 0 else np.ones(people, bool)
    # Statements before April are not in the data: the oldest one known stands for them.
    billed = accounts.statement[:, max(due - 1, 0)].copy()
    paid = accounts.payment[:, due] if 0 <= due <= month else np.zeros(people, np.int64)
    # The code has the last word on arrears: what it calls late has at least one yen open.
    billed = np.where(ever, np.maximum(billed, paid + 1), billed)
    closed = (last < month) & (due < month)
    carried_on = ever & closed
    at_due = ~ever & closed & (paid < billed)
    year = month_of(due)[0] - (month_of(due)[1] < FIRST_MONTH)
    columns: dict[str, Any] = {
        "levy": "国民健康保険料",
        "charged_year": str(year),
        "notice_no": [f"{n:08d}" for n in accounts.number],
        "instalment": f"{month_of(due)[1]:02d}",
        "carried": np.where(flagged, AMBIGUOUS, ""),
        "resident_id": resident_ids(accounts.number),
        "payer_role": "本人",
        "collected_by": "普通徴収",
        "due_on": day_of(due, 31).isoformat(),
        "billed_yen": billed.astype(str),
        "paid_yen": paid.astype(str),
        "paid_on": np.where(paid > 0, day_of(due, PAYMENT_DAY).isoformat(), ""),
        "reminder_on": np.where(ever, day_of(due + 1, 1).isoformat(), ""),
        "deferred_on": _closing(carried_on, at_due, last, due),
        "seized_on": "",
        "close_reason": np.where(carried_on | at_due, "猶予", np.where(closed & (billed > 0), "完納", "")),
    }
    return pd.DataFrame(columns, index=range(people))[kept]


def _closing(carried_on: Mask, at_due: Mask, last: Ints, due: int) -> list[str]:
    """The day from which the rest is carried on: in the month after the last late one, or the day it was due."""
    days = {t: day_of(t + 1, PAYMENT_DAY).isoformat() for t in set(last.tolist())}
    at = day_of(due, 31).isoformat()
    return [
        days[t] if late else at if plain else ""
        for t, late, plain in zip(last.tolist(), carried_on, at_due, strict=True)
    ]
