"""The home around Taiwan's bills: everybody a household of one who consents to everything, nobody protected.

Numbers, names and addresses are made up; sex and age are the data's, and only the fairness tables see them.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.real.home import BILLS, RESIDENTS, consents, put, put_empty_register, teams, ward, write_settings
from benchmarks.real.taiwan_bills import Accounts, changes, resident_ids

START = date(2005, 5, 1)
AS_OF = date(2005, 10, 1)
TRAINED_ON = date(2005, 11, 1)
# Together 600 visits, one household in fifty.
WARDS, VISITS_PER_TEAM = 10, 60
SEX = {1: "男", 2: "女"}


def write_home(data: pd.DataFrame, home: Path) -> dict[str, int]:
    """Deliveries, settings.yaml and key (beside the home). Out: source → rows delivered."""
    write_settings(home, "台湾ベンチマーク", "kizuki benchmark taiwan")
    people = resident_ids(data["ID"].to_numpy())
    given = consents(people, "insurance", date(2004, 4, 1), date(2005, 4, 1))
    rows = {
        "residents": put(home, "residents", START, "juumin_full", residents(data)),
        "consents": put(home, "consents", START, "doui", given),
        "teams": put(home, "teams", START, "taisei_full", teams(WARDS, VISITS_PER_TEAM)),
        "protected_persons": put_empty_register(home, START),
        "insurance_bills": 0,
    }
    for day, bills in changes(Accounts.of(data)).items():
        rows["insurance_bills"] += put(home, "insurance_bills", day, "hoken_delta", bills.rename(columns=BILLS))
    return rows


def household_ids(data: pd.DataFrame) -> list[str]:
    """One person = one household."""
    return [f"{n:015d}" for n in 500_000_000_000 + data["ID"].to_numpy()]


def residents(data: pd.DataFrame) -> pd.DataFrame:
    """One present resident per row; born on 1 April of the year that makes the age right on the as-of date."""
    number = data["ID"].to_numpy()
    columns: dict[str, Any] = {
        "宛名番号": resident_ids(number),
        "履歴番号": "1",
        "世帯番号": household_ids(data),
        "続柄": "世帯主",
        "氏名": [f"台湾{n:04d}" for n in number],
        "氏名フリガナ": "タイワン",
        "生年月日": [f"{AS_OF.year - age}-04-01" for age in data["AGE"]],
        "性別": [SEX.get(code, "") for code in data["SEX"]],
        "住民状態": "現存",
        "異動年月日": "",
        "異動事由": "",
        "住民となった日": "2004-04-01",
        "町字コード": "0001001",
        "町字": "台湾町",
        "番地": [f"{n}番" for n in number],
        "行政区": [ward(int(n), WARDS) for n in number],
    }
    return pd.DataFrame(columns)[RESIDENTS.split(",")]
