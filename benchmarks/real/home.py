"""What every benchmark on real data needs: a home with its settings, a config copy, and the ordinary commands.

Deliveries are written as offices write them: ordinary file names, headings of the default profile, folders by day.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from identity.pseudonyms import Pseudonymiser

CONFIG = Path(__file__).parents[2] / "config"
# The declared config holds from 2020; these cities lived before.
DECLARED_FROM, HOLDS_FROM = "2020-01-01", "2000-01-01"
# `kizuki` of this checkout, whatever is installed. (By `python -c` DuckDB would think somebody is watching and draw its
# progress bars into what the command prints.)
KIZUKI = ("-m", "pipelines")
RESIDENTS = (
    "宛名番号,履歴番号,世帯番号,続柄,氏名,氏名フリガナ,生年月日,性別,住民状態,異動年月日,異動事由,"
    "住民となった日,町字コード,町字,番地,行政区"
)
CONSENTS = (
    "同意番号,宛名番号,同意者宛名番号,同意者区分,対象情報,目的,根拠,対象期間の始め,取得日,様式版,取得方法,連絡方法"
)
# The columns of a bill file that these data can fill, and their headings.
BILLS = {
    "levy": "税目",
    "charged_year": "相当年度",
    "notice_no": "通知書番号",
    "instalment": "期別",
    "carried": "繰越区分",
    "resident_id": "宛名番号",
    "payer_role": "納付義務者区分",
    "collected_by": "徴収方法",
    "due_on": "納期限",
    "billed_yen": "調定額",
    "paid_yen": "収納額",
    "paid_on": "収入日",
    "reminder_on": "督促発布日",
    "deferred_on": "猶予日",
    "seized_on": "差押日",
    "close_reason": "消滅事由",
}
PROTECTED = "宛名番号,申出番号,履歴番号,最新フラグ,支援措置区分,措置区分,開始年月日,終了年月日,削除フラグ,解除確認日"


def write_settings(home: Path, municipality: str, key_of: str) -> None:
    """settings.yaml, and the home's key beside it (derived from `key_of`, so that a run can be repeated)."""
    home.mkdir(parents=True)
    key = hashlib.sha256(key_of.encode()).hexdigest()
    (home.parent / f"{home.name}.key").write_text(f"{key}\n")
    settings = {
        "municipality": municipality,
        "demonstration": False,
        "key_file": f"../{home.name}.key",
        "signers": [],
    }
    (home / "settings.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))


def write_config(
    folder: Path, changed: Mapping[str, Any], reason: str, replaced: Mapping[str, tuple[str, str]] | None = None
) -> Path:
    """A copy of the config folder that holds from 2000 on, with some numbers of training.yaml replaced.

    `replaced`: path below the folder → (text, other text), for what a declaration of this city says otherwise.
    """
    shutil.copytree(CONFIG, folder)
    for path in folder.rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace(DECLARED_FROM, HOLDS_FROM), encoding="utf-8")
    for name, (old, new) in (replaced or {}).items():
        text = (folder / name).read_text(encoding="utf-8")
        if old not in text:
            raise KeyError(f"config/{name} does not say {old!r}")
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    path = folder / "training.yaml"
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, value in changed.items():
        if name not in declared:
            raise KeyError(f"config/training.yaml has no {name}")
        declared[name] = [{"from": date.fromisoformat(HOLDS_FROM), "value": value, "source": reason}]
    path.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def put(home: Path, source: str, day: date, prefix: str, rows: pd.DataFrame) -> int:
    """One delivered file; returns its rows."""
    folder = home / "inbox" / source / day.isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    rows.to_csv(folder / f"{prefix}_{day:%Y%m%d}.csv", index=False, lineterminator="\r\n", encoding="utf-8")
    return len(rows)


def put_empty_register(home: Path, day: date) -> int:
    """Nobody is protected: an empty register that the office has signed for."""
    rows = put(home, "protected_persons", day, "shien_full", pd.DataFrame(columns=PROTECTED.split(",")))
    (home / "inbox" / "protected_persons" / day.isoformat() / "confirmed.yaml").write_text("rows: 0\n")
    return rows


def ward(number: int, wards: int) -> str:
    """A made-up ward: these data have no places."""
    return f"第{number % wards + 1}区"


def teams(wards: int, visits: int) -> pd.DataFrame:
    """A team per ward, `visits` a week each."""
    columns = {
        "班": [f"第{n + 1}班" for n in range(wards)],
        "担当区": [ward(n, wards) for n in range(wards)],
        "週訪問数": str(visits),
        "人数": "4",
    }
    return pd.DataFrame(columns)


def consents(people: Sequence[str], source: str, covers_from: date, given_on: date) -> pd.DataFrame:
    """Everybody has consented to every purpose for one source, from before the oldest bill on."""
    columns: dict[str, Any] = {
        "同意番号": [f"T{n:07d}" for n in range(1, len(people) + 1)],
        "宛名番号": list(people),
        "同意者宛名番号": list(people),
        "同意者区分": "本人",
        "対象情報": source,
        "目的": "early_outreach|model_training|model_evaluation|contact",
        "根拠": "consent",
        "対象期間の始め": covers_from.isoformat(),
        "取得日": given_on.isoformat(),
        "様式版": "v2",
        "取得方法": "窓口",
        "連絡方法": "訪問",
    }
    return pd.DataFrame(columns)[CONSENTS.split(",")]


def run(command: str, home: Path, config: Path, *options: str) -> dict[str, Any]:
    """One ordinary command; its figures. Raises click.ClickException with the command's own words when it says no."""
    started = time.monotonic()
    line = [sys.executable, *KIZUKI, command, "--home", str(home), "--config", str(config), "--json", *options]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=CONFIG.parent)
    if done.returncode:
        raise click.ClickException(f"kizuki {command} ended with {done.returncode}: {done.stderr.strip()}")
    figures: dict[str, Any] = json.loads(done.stdout)
    click.echo(f"kizuki {' '.join([command, *options])}: {time.monotonic() - started:.0f} s")
    return figures


def published(home: Path, model: str) -> tuple[dict[str, Any], dict[str, Any], pa.Table]:
    """What training published of a model: its metrics, the ethics report's figures, its validation rows."""
    folder = home / "models" / model
    ethics = json.loads((home / "published" / "reports" / "ethics" / model / "ethics.json").read_text())
    return json.loads((folder / "metrics.json").read_text()), ethics, pq.read_table(folder / "validation.parquet")


def household_of(home: Path, people: Sequence[str]) -> dict[str, str]:
    """Resident number → household key. Every person here belongs to one household for life."""
    settings = yaml.safe_load((home / "settings.yaml").read_text())
    names = Pseudonymiser(bytes.fromhex((home / settings["key_file"]).read_text().strip()))
    keys = names.keys("person", pa.array(people)).to_pylist()
    member = pq.read_table(
        home / "working" / "membership" / "membership.parquet", columns=["person_key", "household_key"]
    )
    of = dict(zip(member["person_key"].to_pylist(), member["household_key"].to_pylist(), strict=True))
    return {person: of[key] for person, key in zip(people, keys, strict=True) if key in of}


def additivity(ethics: Mapping[str, Any]) -> float:
    """The largest |base + Σ contributions − margin| that the ethics report states, over all households."""
    section = next(part for part in ethics["sections"] if part["key"] == "additivity")
    rows = [row for block in section["blocks"] if block["kind"] == "table" for row in block["rows"]]
    return max(float(row[1]) for row in rows)


def told(figure: Mapping[str, Any]) -> str:
    """value [low, high] (n)."""
    if figure.get("value") is None:
        return f"cannot tell (n = {figure['n']})"
    return f"{figure['value']:+.4f} [{figure['low']:+.4f}, {figure['high']:+.4f}]  n = {figure['n']}"
