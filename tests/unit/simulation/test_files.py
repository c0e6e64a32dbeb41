"""What the made-up city's files look like: headers, calendars, keys, habits, and the same bytes for the same seed."""

import csv
import datetime as dt
import hashlib
import io
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import jpholiday
import pytest
from click.testing import CliRunner

from simulation.command import simulate

ARGUMENTS = ["--households", "300", "--from", "2024-04-01", "--to", "2025-12-26", "--seed", "11"]
ENCODINGS = {
    "consents": "utf-8",
    "teams": "utf-8",
    "local_protection": "utf-8",
    "water_notices": "utf-8-sig",
    "tax_bills": "cp932",
    "insurance_bills": "cp932",
    "protected_persons": "cp932",
    "school_flags": "cp932",
    "housing_rent": "cp932",
    "welfare_contacts": "utf-8-sig",
    "community_flags": "utf-8-sig",
}
KEYS = {
    "consents": ("同意番号",),
    "tax_bills": ("税目", "相当年度", "通知書番号", "期別", "宛名番号"),
    "insurance_bills": ("税目", "相当年度", "通知書番号", "期別", "宛名番号"),
    "water_notices": ("お客様番号", "水栓番号", "区分", "処理日"),
    "school_flags": ("学校名", "児童生徒番号", "区分", "開始日"),
    "residents": ("宛名番号", "履歴番号"),
    "housing_rent": ("入居番号", "対象月"),
    "welfare_contacts": ("受付番号",),
    "community_flags": ("連絡票番号",),
    "teams": ("班",),
}
SOURCES = sorted({*ENCODINGS, "residents"})


def run(home: Path, *more: str) -> None:
    result = CliRunner().invoke(simulate, ["--home", str(home), *ARGUMENTS, *more])
    assert result.exit_code == 0, result.output


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("city")
    run(folder / "home", "--truth", str(folder / "truth"))
    return folder / "home"


def rows_of(path: Path) -> list[dict[str, str]]:
    source = path.parent.parent.name
    data = path.read_bytes()
    encoding = ENCODINGS.get(source) or ("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "cp932")
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline="")))


def files_of(home: Path, source: str, kind: str = "") -> Iterator[tuple[dt.date, list[dict[str, str]]]]:
    for path in sorted((home / "inbox" / source).glob(f"*/*_{kind}*.csv")):
        yield dt.datetime.strptime(path.stem[-8:], "%Y%m%d").date(), rows_of(path)  # noqa: DTZ007


def digest(home: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        total.update(str(path.relative_to(home)).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()


def is_working_day(day: dt.date) -> bool:
    closed = (day.month, day.day) in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}
    return day.weekday() < 5 and not jpholiday.is_holiday(day) and not closed


def test_every_source_is_delivered_on_working_days_only(city: Path) -> None:
    for source in SOURCES:
        folders = [dt.date.fromisoformat(path.name) for path in (city / "inbox" / source).iterdir()]
        assert folders, source
        assert all(is_working_day(day) for day in folders), source


def test_protection_is_delivered_whole_each_working_day(city: Path) -> None:
    start, end = dt.date(2024, 4, 1), dt.date(2025, 12, 26)
    days = [start + dt.timedelta(days=i) for i in range((end - start).days + 1)]
    expected = {day for day in days if is_working_day(day)}
    for source in ("protected_persons", "local_protection"):
        delivered = {dt.date.fromisoformat(path.name) for path in (city / "inbox" / source).iterdir()}
        assert delivered == expected


def test_the_protected_never_grow_fewer_and_are_at_least_three(city: Path) -> None:
    before: set[str] = set()
    for _, rows in files_of(city, "protected_persons"):
        now = {row["宛名番号"] for row in rows}
        assert before <= now
        assert len(now) >= 3
        before = now


def test_the_latest_flag_marks_the_highest_history_number(city: Path) -> None:
    for _, rows in files_of(city, "protected_persons"):
        by_person: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for row in rows:
            by_person[row["宛名番号"]].append((int(row["履歴番号"]), row["最新フラグ"]))
        for history in by_person.values():
            ordered = [flag for _, flag in sorted(history)]
            assert ordered == ["0"] * (len(ordered) - 1) + ["1"]


def test_a_key_stands_once_in_a_file_except_for_identical_rows(city: Path) -> None:
    for source, key in KEYS.items():
        for day, rows in files_of(city, source):
            seen: dict[tuple[str, ...], dict[str, str]] = {}
            for row in rows:
                name = tuple(row[column] for column in key)
                assert seen.setdefault(name, row) == row, (source, day)


def test_residents_full_and_deltas_make_one_history(city: Path) -> None:
    current: dict[str, int] = {}
    folded = [(day, 0, rows) for day, rows in files_of(city, "residents", "full")]
    folded += [(day, 1, rows) for day, rows in files_of(city, "residents", "delta")]
    numbers: dict[str, set[int]] = defaultdict(set)
    for _, kind, rows in sorted(folded, key=lambda item: (item[0], -item[1])):
        for row in rows:
            number = int(row["履歴番号"])
            if kind == 0:
                assert number == max(current.get(row["宛名番号"], number), number)
            current[row["宛名番号"]] = max(current.get(row["宛名番号"], 0), number)
            numbers[row["宛名番号"]].add(number)
    assert all(max(seen) - min(seen) + 1 == len(seen) for seen in numbers.values())


def test_every_household_has_exactly_one_head(city: Path) -> None:
    for _, rows in files_of(city, "residents", "full"):
        heads: dict[str, set[str]] = defaultdict(set)
        households = set()
        for row in rows:
            if row["住民状態"] != "現存":
                continue
            households.add(row["世帯番号"])
            if row["続柄"] == "世帯主":
                heads[row["世帯番号"]].add(row["宛名番号"])
        late = [number for number in households if len(heads[number]) != 1]
        # News of one member may arrive some days before that of another, as in a real register.
        assert len(late) <= 0.02 * len(households)


def test_bill_fulls_hold_current_and_previous_year_and_nothing_vanishes_within_it(city: Path) -> None:
    for source in ("tax_bills", "insurance_bills"):
        before: set[tuple[str, ...]] = set()
        for day, rows in files_of(city, source, "full"):
            year = day.year if day.month >= 4 else day.year - 1
            assert {row["相当年度"] for row in rows} <= {str(year), str(year - 1)}
            now = {tuple(row[column] for column in KEYS[source]) for row in rows}
            assert {key for key in before if key[1] in (str(year), str(year - 1))} <= now
            before = now


def test_june_carries_unpaid_bills_over_under_the_same_key(city: Path) -> None:
    def carried(rows: list[dict[str, str]]) -> set[tuple[str, ...]]:
        return {tuple(row[c] for c in KEYS["insurance_bills"]) for row in rows if row["繰越区分"] == "1"}

    files = {day: rows for day, rows in files_of(city, "insurance_bills", "full")}
    may, june = files[dt.date(2025, 5, 1)], files[dt.date(2025, 6, 2)]
    fresh = carried(june) - carried(may)
    assert fresh
    known = {tuple(row[c] for c in KEYS["insurance_bills"]): row for row in may}
    assert all(key in known for key in fresh)
    assert all(row["賦課年度"] == row["相当年度"] for key, row in known.items() if key in fresh and key[3] != "過年度")


def test_payment_appears_three_days_or_more_after_it_was_made(city: Path) -> None:
    lags = []
    for day, rows in files_of(city, "tax_bills", "delta"):
        for row in rows:
            if row["消滅事由"] == "完納" and row["収入日"].startswith("R"):
                text = row["収入日"]
                paid = dt.date(2018 + int(text[1:3]), int(text[3:5]), int(text[5:7]))
                lags.append((day - paid).days)
    assert min(lags) >= 3
    assert max(lag for lag in lags if lag < 60) >= 15


def test_same_arguments_same_bytes_whatever_the_hash_seed(city: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    command = "from simulation.command import simulate; simulate()"
    subprocess.run(
        [sys.executable, "-c", command, "--home", str(home), *ARGUMENTS, "--truth", str(tmp_path / "truth")],
        check=True,
        env=environment,
        capture_output=True,
    )
    assert digest(home) == digest(city)
    assert digest(tmp_path / "truth") == digest(city.parent / "truth")


def test_another_seed_makes_another_city(city: Path, tmp_path: Path) -> None:
    arguments = ["--home", str(tmp_path / "home"), *ARGUMENTS]
    arguments[-1] = "12"
    assert CliRunner().invoke(simulate, arguments).exit_code == 0
    assert digest(tmp_path / "home") != digest(city)


def test_the_truth_never_enters_the_home(city: Path, tmp_path: Path) -> None:
    assert not [path for path in city.rglob("*") if path.suffix == ".parquet"]
    inside = tmp_path / "home"
    result = CliRunner().invoke(simulate, ["--home", str(inside), *ARGUMENTS, "--truth", str(inside / "truth")])
    assert result.exit_code == 2
    assert not inside.exists()


def test_settings_name_a_key_outside_the_home_and_two_signers(city: Path) -> None:
    text = (city / "settings.yaml").read_text(encoding="utf-8")
    assert "demonstration: true" in text
    assert "key_file: ../home.key" in text
    assert len(bytes.fromhex((city.parent / "home.key").read_text().strip())) == 32
    assert len(list((city.parent / "home.signers").glob("*.key"))) == 2


def test_late_files_arrive_in_order_and_only_later(city: Path) -> None:
    for source in SOURCES:
        seen = []
        for path in sorted((city / "inbox" / source).glob("*/*.csv")):
            folder = dt.date.fromisoformat(path.parent.name)
            file_day = dt.datetime.strptime(path.stem[-8:], "%Y%m%d").date()  # noqa: DTZ007
            assert folder >= file_day
            seen.append((folder, "full" not in path.stem, path.name, file_day))
        order = [item[3] for item in sorted(seen)]
        assert order == sorted(order), source
