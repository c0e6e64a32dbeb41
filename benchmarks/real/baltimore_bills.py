"""Baltimore's yearly tax-sale lists as rows of an ordinary 市税 file.

A listing is a lien: everything the account owes the city, due on 1 March of its sale year, advertised the day after
(督促発布日), delivered on 10 March with nothing later in it. What became of it is delivered on its own day: an account
that left the list, on the day of its batch stamp (消滅事由 猶予: the city called off the sale; why is unknown); an
account that was sold, on 15 May (差押日), the claim having passed to the buyer (承継: when the arrears end is unknown).

The assessed value comes with the list. No source holds it; it stands for the year's property tax, 2.248 % of it, due on
30 September before and closed on that day (猶予): whatever of it is unpaid is in the lien. Cents are read as yen.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.real.home import BILLS

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Days = npt.NDArray[np.datetime64]

SALE_MONTH_DAY = "05-15"
# 2.248 % of a cent amount, in whole numbers: the rate of most of these years.
RATE_PER_HUNDRED_THOUSAND = 2248
COLUMNS = ("sale_year", "Account Number", "Face Amount", "Assessed Value", "Homestead", "Removed", "Removed Time Stamp",
           "sold_to")  # fmt: skip


@dataclass(frozen=True)
class Listings:
    """One row per account and sale year, in the file's order. account: a made-up running number, by sorted account;
    left_on: the day of the batch stamp (NaT = still on the list at the sale); lien, assessed: cents."""

    account: Ints
    year: Ints
    lien: Ints
    assessed: Ints
    homestead: Mask
    sold: Mask
    left_on: Days

    @classmethod
    def of(cls, data: pd.DataFrame) -> "Listings":
        """From the published columns, all as text."""
        _, account = np.unique(data["Account Number"].to_numpy(dtype=str), return_inverse=True)
        stamps = pd.to_datetime(data["Removed Time Stamp"]).dt.normalize()
        return cls(
            account=account.astype(np.int64) + 1,
            year=data["sale_year"].astype(np.int64).to_numpy(),
            lien=_cents(data["Face Amount"]),
            assessed=_cents(data["Assessed Value"]),
            homestead=data["Homestead"].to_numpy() == "1",
            sold=data["sold_to"].notna().to_numpy(),
            left_on=stamps.to_numpy().astype("datetime64[D]"),
        )

    def take(self, rows: Mask) -> "Listings":
        """The rows of a mask."""
        return Listings(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))

    @property
    def years(self) -> list[int]:
        """Sale years, ascending."""
        return sorted(set(self.year.tolist()))

    @property
    def left(self) -> Mask:
        """Left the list unsold."""
        return ~self.sold & ~np.isnat(self.left_on)

    @property
    def late(self) -> Mask:
        """Left the list after the day of the sale without having been sold."""
        return ~self.sold & (self.left_on > sale_days(self.year))

    def with_late_as_sold(self) -> "Listings":
        """The same with those who left after the sale counted as sold (the README's sensitivity)."""
        return Listings(**{**self.__dict__, "sold": self.sold | self.late})


def _cents(dollars: pd.Series) -> Ints:
    return (dollars.astype(float) * 100).round().astype(np.int64).to_numpy()


def sale_days(year: Ints) -> Days:
    """15 May of each year."""
    return np.array([f"{y}-{SALE_MONTH_DAY}" for y in year.tolist()], dtype="datetime64[D]")


def resident_ids(account: Ints) -> list[str]:
    """Made-up 15-digit resident numbers."""
    return [f"{n:015d}" for n in 300_000_000_000 + account]


def deliveries(listings: Listings, *, again: bool = False) -> dict[date, pd.DataFrame]:
    """Folder day → bill rows, canonical columns as text: the list on each 10 March, then what became of it.

    `again` (question B): what is seized on is not the sale but the next list: an account that left and is listed again
    the year after has 差押日 1 March of that year on the lien it left with, delivered with that list.
    """
    outcome_on = np.where(listings.sold, np.fmax(sale_days(listings.year), listings.left_on), listings.left_on).astype(
        "datetime64[D]"
    )
    parts: dict[date, list[pd.DataFrame]] = {}
    for year in listings.years:
        of_year = listings.take(listings.year == year)
        parts.setdefault(date(year, 3, 10), []).extend([_year_tax(of_year), _liens(of_year)])
        if again:
            back = listings.take(
                listings.left & (listings.year == year - 1) & np.isin(listings.account, of_year.account)
            )
            parts[date(year, 3, 10)].append(_outcomes(back, np.full(len(back.year), f"{year}-03-01")))
    known = ~np.isnat(outcome_on)
    for day in np.unique(outcome_on[known]):
        here = known & (outcome_on == day)
        of_day = listings.take(here)
        seized = np.where(of_day.sold & (not again), sale_days(of_day.year).astype(str), "")
        parts.setdefault(day.item(), []).append(_outcomes(of_day, seized))
    key = ["charged_year", "notice_no"]
    return {
        day: pd.concat(rows, ignore_index=True).sort_values(key).reset_index(drop=True)
        for day, rows in sorted(parts.items())
    }


def _rows(listings: Listings, **columns: Any) -> pd.DataFrame:
    filled = {name: "" for name in BILLS} | {
        "levy": "固定資産税",
        "notice_no": [f"{n:08d}" for n in listings.account],
        "resident_id": resident_ids(listings.account),
        "payer_role": "本人",
        "collected_by": "普通徴収",
        "paid_yen": "0",
    }
    return pd.DataFrame({**filled, **columns}, index=range(len(listings.account)))


def _liens(listings: Listings, **columns: Any) -> pd.DataFrame:
    year = listings.year.astype(str)
    return _rows(
        listings,
        charged_year=year,
        instalment="随時",
        due_on=[f"{y}-03-01" for y in year],
        reminder_on=[f"{y}-03-02" for y in year],
        billed_yen=listings.lien.astype(str),
        **columns,
    )


def _year_tax(listings: Listings) -> pd.DataFrame:
    before = (listings.year - 1).astype(str)
    due = [f"{y}-09-30" for y in before]
    return _rows(
        listings,
        charged_year=before,
        instalment="全期",
        due_on=due,
        billed_yen=(listings.assessed * RATE_PER_HUNDRED_THOUSAND // 100_000).astype(str),
        deferred_on=due,
        close_reason="猶予",
    )


def _outcomes(listings: Listings, seized_on: npt.NDArray[np.str_]) -> pd.DataFrame:
    """The liens of accounts that were sold or left, as known on that day."""
    sold = listings.sold
    return _liens(
        listings,
        seized_on=seized_on,
        deferred_on=np.where(sold, "", listings.left_on.astype(str)),
        close_reason=np.where(sold, "承継", "猶予"),
    )
