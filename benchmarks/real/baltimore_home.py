"""The home around Baltimore's lists: an account is a household and its only resident, who consents from the start.

The register holds an account as present from the list on which it stands as owner-occupied until the first list on
which it does not (転入, 転出): so the households in scope on a 10 March are that year's owner-occupied listings, and
nobody else is ranked, learnt from or judged. Numbers, names and addresses are made up; sex and age are not in the data.
"""

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.real.baltimore_bills import Ints, Listings, deliveries, resident_ids
from benchmarks.real.home import (
    BILLS,
    RESIDENTS,
    consents,
    put,
    put_empty_register,
    teams,
    ward,
    write_settings,
)

START = date(2006, 3, 1)
WARDS, VISITS_PER_TEAM = 10, 50


def write_home(listings: Listings, home: Path, *, again: bool = False) -> dict[str, int]:
    """Deliveries, settings.yaml and key (beside the home), for question A or B. Out: source → rows delivered."""
    write_settings(home, "ボルチモア ベンチマーク", "kizuki benchmark baltimore")
    people = np.unique(listings.account[listings.homestead])
    rows = {
        "consents": put(
            home, "consents", START, "doui", consents(resident_ids(people), "tax", date(2000, 1, 1), START)
        ),
        "teams": put(home, "teams", START, "taisei_full", teams(WARDS, VISITS_PER_TEAM)),
        "protected_persons": put_empty_register(home, START),
        "residents": 0,
        "tax_bills": 0,
    }
    for day, moved in moves(listings, again=again).items():
        rows["residents"] += put(home, "residents", day, "juumin_delta", moved)
    for day, bills in deliveries(listings, again=again).items():
        rows["tax_bills"] += put(home, "tax_bills", day, "zei_delta", bills.rename(columns=BILLS))
    return rows


def moves(listings: Listings, *, again: bool = False) -> dict[date, pd.DataFrame]:
    """Folder day → residents rows: everybody as away on the first day, then who came and went with each list.

    Question A: that year's owner-occupied listings, from 10 March. B (`again`): those of them that left unsold, from
    1 July, when all stamps of the year are known.
    """
    cohort = listings.homestead & (listings.left if again else True)
    people = np.unique(listings.account[listings.homestead])
    history = dict.fromkeys(people.tolist(), 1)
    out = {START: _residents(people, [1] * len(people), here=False, day=START)}
    here: set[int] = set()
    for year in listings.years:
        now = set(listings.account[(listings.year == year) & cohort].tolist())
        day, parts = (date(year, 7, 1) if again else date(year, 3, 10)), []
        for who, present in ((sorted(now - here), True), (sorted(here - now), False)):
            for account in who:
                history[account] += 1
            numbers = [history[account] for account in who]
            parts.append(_residents(np.array(who, dtype=np.int64), numbers, here=present, day=day))
        out[day] = pd.concat(parts, ignore_index=True)
        here = now
    return out


def _residents(account: Ints, history: list[int], *, here: bool, day: date) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "宛名番号": resident_ids(account),
        "履歴番号": [str(number) for number in history],
        "世帯番号": [f"{n:015d}" for n in 500_000_000_000 + account],
        "続柄": "世帯主",
        "氏名": [f"市民{n:05d}" for n in account],
        "氏名フリガナ": "シミン",
        "生年月日": "1960-04-01",
        "性別": "",
        "住民状態": "現存" if here else "転出",
        "異動年月日": day.isoformat(),
        "異動事由": "転入" if here else "転出",
        "住民となった日": day.isoformat() if here else "",
        "町字コード": "0001001",
        "町字": "港町",
        "番地": [f"{n}番" for n in account],
        "行政区": [ward(int(n), WARDS) for n in account],
    }
    return pd.DataFrame(columns, index=range(len(account)))[RESIDENTS.split(",")]
