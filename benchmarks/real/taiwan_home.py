"""The home around Taiwan's bills: everybody a household of one who consents to everything, nobody protected.

Written as offices would write them: ordinary file names, headings of the default profile, folders by day. Numbers,
names and addresses are made up; sex and age are the data's, and only the fairness tables see them.
"""

import hashlib
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from benchmarks.real.taiwan_bills import COLUMNS, Accounts, changes, resident_ids

START = date(2005, 5, 1)
AS_OF = date(2005, 10, 1)
TRAINED_ON = date(2005, 11, 1)
WARDS = 10
VISITS_PER_TEAM = 60
# The declared config holds from 2020; this city lived in 2005.
DECLARED_FROM, HOLDS_FROM = "2020-01-01", "2000-01-01"
SEX = {1: "男", 2: "女"}
RESIDENTS = (
    "宛名番号,履歴番号,世帯番号,続柄,氏名,氏名フリガナ,生年月日,性別,住民状態,"
    "住民となった日,町字コード,町字,番地,行政区"
)
CONSENTS = (
    "同意番号,宛名番号,同意者宛名番号,同意者区分,対象情報,目的,根拠,対象期間の始め,取得日,様式版,取得方法,連絡方法"
)
PROTECTED = "宛名番号,申出番号,履歴番号,最新フラグ,支援措置区分,措置区分,開始年月日,終了年月日,削除フラグ,解除確認日"


def write_home(data: pd.DataFrame, home: Path) -> dict[str, int]:
    """Deliveries, settings.yaml and key (beside the home). Out: source → rows delivered."""
    home.mkdir(parents=True)
    key = hashlib.sha256(b"kizuki benchmark taiwan").hexdigest()
    (home.parent / f"{home.name}.key").write_text(f"{key}\n")
    settings = {
        "municipality": "台湾ベンチマーク",
        "demonstration": False,
        "key_file": f"../{home.name}.key",
        "signers": [],
    }
    (home / "settings.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    rows = {
        "residents": _put(home, "residents", START, "juumin_full", residents(data)),
        "consents": _put(home, "consents", START, "doui", consents(data)),
        "teams": _put(home, "teams", START, "taisei_full", teams()),
        "protected_persons": _put(home, "protected_persons", START, "shien_full", _empty(PROTECTED)),
        "insurance_bills": 0,
    }
    # The office signs that the register is empty.
    _folder(home, "protected_persons", START).joinpath("confirmed.yaml").write_text("rows: 0\n")
    for day, bills in changes(Accounts.of(data)).items():
        rows["insurance_bills"] += _put(home, "insurance_bills", day, "hoken_delta", bills.rename(columns=COLUMNS))
    return rows


def write_config(original: Path, folder: Path, changed: Mapping[str, Any]) -> Path:
    """A copy of the config folder that holds from 2000 on, with some numbers of training.yaml replaced."""
    shutil.copytree(original, folder)
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(DECLARED_FROM, HOLDS_FROM), encoding="utf-8")
    path = folder / "training.yaml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in changed.items():
        if name not in declared:
            raise KeyError(f"config/training.yaml has no {name}")
        reason = "docs/benchmarks/taiwan.md"
        declared[name] = [{"from": date.fromisoformat(HOLDS_FROM), "value": value, "source": reason}]
    path.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


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
        "住民となった日": "2004-04-01",
        "町字コード": "0001001",
        "町字": "台湾町",
        "番地": [f"{n}番" for n in number],
        "行政区": [ward(int(n)) for n in number],
    }
    return pd.DataFrame(columns)[RESIDENTS.split(",")]


def consents(data: pd.DataFrame) -> pd.DataFrame:
    """Everybody has consented to every purpose, for facts from before the oldest bill on."""
    person = resident_ids(data["ID"].to_numpy())
    columns: dict[str, Any] = {
        "同意番号": [f"T{n:07d}" for n in data["ID"]],
        "宛名番号": person,
        "同意者宛名番号": person,
        "同意者区分": "本人",
        "対象情報": "insurance",
        "目的": "early_outreach|model_training|model_evaluation|contact",
        "根拠": "consent",
        "対象期間の始め": "2004-04-01",
        "取得日": "2005-04-01",
        "様式版": "v2",
        "取得方法": "窓口",
        "連絡方法": "訪問",
    }
    return pd.DataFrame(columns)[CONSENTS.split(",")]


def teams() -> pd.DataFrame:
    """A team per ward; together 600 visits, one household in fifty."""
    columns = {
        "班": [f"第{n + 1}班" for n in range(WARDS)],
        "担当区": [ward(n) for n in range(WARDS)],
        "週訪問数": str(VISITS_PER_TEAM),
        "人数": "4",
    }
    return pd.DataFrame(columns)


def ward(number: int) -> str:
    """A made-up ward: the data has no places."""
    return f"第{number % WARDS + 1}区"


def _empty(header: str) -> pd.DataFrame:
    return pd.DataFrame(columns=header.split(","))


def _folder(home: Path, source: str, day: date) -> Path:
    folder = home / "inbox" / source / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _put(home: Path, source: str, day: date, prefix: str, rows: pd.DataFrame) -> int:
    path = _folder(home, source, day) / f"{prefix}_{day:%Y%m%d}.csv"
    rows.to_csv(path, index=False, lineterminator="\r\n", encoding="utf-8")
    return len(rows)
