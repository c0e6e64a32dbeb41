"""Rents, support and slips of the made-up city: what their files hold agrees with itself, with the truth and rates."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from data_contracts.catalog import load_catalog
from data_contracts.judging import FileContext, judge
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from simulation.command import simulate

ROOT = Path(__file__).parents[3]
Row = dict[str, str]


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("support")
    arguments = ["--households", "4000", "--from", "2024-04-01", "--to", "2026-03-31", "--seed", "7"]
    result = CliRunner().invoke(
        simulate, ["--home", str(folder / "home"), *arguments, "--truth", str(folder / "truth")]
    )
    assert result.exit_code == 0, result.output
    return folder


def files(city: Path, source: str) -> Iterator[tuple[Path, list[Row]]]:
    encoding = "cp932" if source == "housing_rent" else "utf-8-sig"
    for path in sorted((city / "home" / "inbox" / source).glob("*/*.csv")):
        yield path, list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


@pytest.mark.parametrize("source", ["housing_rent", "welfare_contacts", "community_flags"])
def test_every_file_passes_its_contract_whole(city: Path, source: str) -> None:
    paths = [path for path, _ in files(city, source)]
    declared = load_catalog(ROOT / "config" / "sources").source(source, date(2026, 3, 31))
    raws = [(number, read_delivery(path, declared)) for number, path in enumerate(paths, 1)]
    kinds = {n: FileContext("full" if "full" in path.name else "delta") for n, path in enumerate(paths, 1)}
    judgement = judge(stage(raws, declared), declared, kinds)
    errors = {rule for rule in judgement.rule_counts if judgement.rule_counts[rule]} - {"R-HOU-04", "R-COM-01"}
    assert errors == set()
    assert judgement.refused_files == {}


def test_rents_come_once_a_month_with_whole_months(city: Path) -> None:
    seen: dict[str, dict[str, set[str]]] = {}
    for path, rows in files(city, "housing_rent"):
        assert "full" in path.name
        months: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            months[row["対象月"]].add(row["入居番号"])
        assert len(months) in (11, 12), "the last twelve that a full could hold on the day"
        seen[path.parent.name] = months
    days = sorted(seen)
    assert days[0] == "2024-04-01", "the first at once"
    assert len({day[:7] for day in days[1:]}) == len(days[1:]) >= 23
    for one, other in pairwise(days):
        for month in set(seen[one]) & set(seen[other]):
            assert seen[one][month] == seen[other][month]  # nothing vanishes within a month


def test_the_ladder_is_climbed_in_order(city: Path) -> None:
    claims = suits = 0
    for _, rows in files(city, "housing_rent"):
        for row in rows:
            if row["請求日"]:
                claims += 1
                assert int(row["滞納月数"]) >= 6 or row["訴訟日"] or int(row["滞納月数"]) > 0
            if row["訴訟日"]:
                suits += 1
                assert row["請求日"]
    assert claims > suits > 0


def test_late_months_are_as_many_as_the_rate_says(city: Path) -> None:
    paid: Counter[bool] = Counter()
    for _path, rows in files(city, "housing_rent"):
        newest = max(rows, key=lambda row: (row["対象月"][:2], len(row["対象月"]), row["対象月"]))["対象月"]
        for row in rows:
            if row["対象月"] == newest:
                paid[row["収納額"] == row["家賃"]] += 1
    assert 0.03 <= paid[False] / sum(paid.values()) <= 0.25  # a stock: the late months stay open for a while


def test_suits_are_crises_of_the_truth(city: Path) -> None:
    truth = pq.read_table(city / "truth" / "crises.parquet")
    assert truth["kind"].to_pylist().count("housing_suit") > 0


def test_support_follows_the_life_that_was_lived(city: Path) -> None:
    latest: dict[str, Row] = {}
    for _, rows in files(city, "welfare_contacts"):
        for row in rows:
            latest[row["受付番号"]] = row
    kinds = Counter(row["種別"] for row in latest.values())
    assert set(kinds) == {
        *("生活保護受給", "生活保護申請", "生活保護相談", "自立相談受付", "プラン作成", "住居確保給付金"),
        *("家計改善", "就労準備", "要対協", "介護認定", "就学前在籍", "入院入所"),
    }
    truth = pq.read_table(city / "truth" / "crises.parquet")
    applied = truth["kind"].to_pylist().count("public_assistance_application")
    assert abs(kinds["生活保護申請"] - applied) <= 3
    outcomes = Counter(row["結果"] for row in latest.values() if row["種別"] == "生活保護申請")
    assert outcomes["開始"] > outcomes["却下"] + outcomes["取下げ"] > 0
    # 新規相談 20.4 per 100k persons a month: 8,400 persons × 24 months ≈ 41
    assert 20 <= kinds["自立相談受付"] <= 75
    assert 0.1 <= kinds["プラン作成"] / kinds["自立相談受付"] <= 0.5


def test_slips_come_from_many_hands_and_are_often_incomplete(city: Path) -> None:
    rows = [row for _, found in files(city, "community_flags") for row in found]
    assert {row["本人了解"] for row in rows} == {"", "0", "1"}
    assert {row["緊急"] for row in rows} == {"0", "1"}
    assert any(not row["お困りのこと"] for row in rows)
    assert any(not row["氏名カナ"] for row in rows)
    assert all(len(row["様子"]) <= 200 and (not row["様子"] or row["様子"].startswith("架空")) for row in rows)
    assert len({row["連絡者区分"] for row in rows}) >= 8
    assert len({row["連絡票番号"] for row in rows}) < len(rows)  # now and then a second version


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_city_too_small_for_slips_or_tenants_is_written_all_the_same(seed: str, tmp_path: Path) -> None:
    arguments = ["--households", "50", "--from", "2026-01-05", "--to", "2026-02-10", "--seed", seed]
    assert CliRunner().invoke(simulate, ["--home", str(tmp_path / "home"), *arguments]).exit_code == 0
