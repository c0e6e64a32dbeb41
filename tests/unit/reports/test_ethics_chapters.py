"""Chapters of the ethics report: suppression, the whole model, single households, and what training really gives."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from ethics_case import PAIR, Page, blocks, estimates, evidence, figure, household, model, plain_report, ward

from models.card import LEARNERS
from models.table import term as made_term
from models.training import train
from reports.ethics import ethics_report
from reports.ethics_blocks import FEW, NOT_MADE
from reports.ethics_scope import register
from reports.ethics_spread import step_counts
from reports.plots import intervals_of


def section(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in found["sections"] if one["key"] == key)


def test_a_use_without_an_end_says_that_none_is_set() -> None:
    """An open end looked as if the text were cut."""
    open_, over = ({"valid_from": "2020-01-01", "valid_to": end} for end in (None, "2026-03-31"))
    periods = [row[7].text for row in register([open_, over]).blocks[0].rows]
    assert periods == ["2020-01-01 ~ 定めなし", "2020-01-01 ~ 2026-03-31"]


def test_small_counts_are_nowhere() -> None:
    given = evidence()
    given["coverage"] = [
        ward("東", 300, 200, 140, 83, 77),
        ward("西", 200, 100, 97, 96, 7),
        ward("北", 90, 40, 50, 21, 19),
    ]
    given["explained"]["shares"] = [
        {"reasons": k, "households": n, "of": 90, "share": n / 90} for k, n in enumerate((4, 6, 30, 50))
    ]
    given["contracts"].append({"source": "x", "files": 20, "refused_files": 0, "rows": None, "refused_rows": None})
    html, found = ethics_report(given)
    assert '<td class="number">7</td>' not in html and '<td class="number">4</td>' not in html
    shares = next(b for b in blocks(found) if b.get("caption") == "残った理由の数")
    assert shares["rows"][0][1] == FEW and shares["rows"][1][1] == FEW
    contracts = next(b for b in blocks(found) if b.get("caption") == "情報源ごとの受け取り")
    assert contracts["rows"][0][4] == FEW  # seven refused rows
    assert contracts["rows"][1][3:5] == ["載せません"] * 2  # of protection
    spread = next(b for b in blocks(found) if b.get("caption") == "寄与の広がり")
    tax = next(line for line in spread["data"] if line["feature"] == "tax_open")["households"]
    assert tax == [300, 150, None, None, None]  # 3 and 5 could be told from the total: the next smallest goes with them


def test_a_step_that_total_and_not_visible_would_tell_is_hidden_with_the_next() -> None:
    given = evidence()
    given["explained"]["steps"]["plans_kept"] = [426, 3, 71]
    table = next(b for b in blocks(ethics_report(given)[1]) if b.get("caption") == "モデルの全数値")
    assert [row[5] for row in table["rows"] if row[0] == "守られている分割納付"] == [FEW, FEW, 71]


def test_few_touched_stretches_are_not_counted_out() -> None:
    given = evidence()
    given["metrics"]["touched_stretches"] = None
    assert "評価から外した期間の数: 10未満" in ethics_report(given)[0]
    del given["metrics"]["touched_stretches"]
    assert "評価から外した期間の数: 10未満" not in ethics_report(given)[0]


def test_groups_without_a_calibration_say_why_and_have_no_column_for_it() -> None:
    given = evidence()
    columns = next(b for b in blocks(ethics_report(given)[1]) if b.get("caption") == "性別ごと")["columns"]
    assert "実際/見込み" in columns
    given["metrics"]["calibration"]["fitted"] = False
    found = section(ethics_report(given)[1], "groups")
    table = next(b for b in blocks(found) if b.get("caption") == "性別ごと")
    assert table["columns"] == columns[:-1] and {len(row) for row in table["rows"]} == {len(columns) - 1}
    assert "割合への直しは行っていません" in str(found) and NOT_MADE not in str(found)


def test_visibility_says_which_way_it_must_go_and_on_how_many_households_it_rests() -> None:
    given = evidence()
    lines = given["metrics"]["visibility_auc"]
    lines["water"] = {"all": figure(0.3, spread=0.05) | {"seen": 40, "unseen": 460}, "without_signals": figure(0.5)}
    found = section(ethics_report(given)[1], "visibility")
    assert "モデルの表 4枚のうち、見えないときの値がいちばん低いもの: 4枚" in str(found)
    everyone, silent = (b for b in blocks(found) if b["kind"] == "table")
    assert [(row[0], row[1], row[2], row[4]) for row in everyone["rows"]] == [
        ("市税", 440, 60, "低い(想定どおり)"), ("水道", 40, 460, "高い(理由の確認が要る)")]  # fmt: skip
    assert [(row[0], row[1], row[2], row[4]) for row in silent["rows"]] == [
        ("市税", 300, FEW, "判断できません"), ("水道", FEW, FEW, "違うとは言えない")]  # fmt: skip


def test_what_is_said_is_said_by_its_title_not_by_its_id() -> None:
    given = evidence()
    given["metrics"]["settings"] |= {"rules": ["tax_open", "plans_kept"]}
    found = ethics_report(given)[1]
    rows = {row[0]: row[1] for b in blocks(found) if b["kind"] == "table" for row in b["rows"]}
    assert rows["学習の方法"] == LEARNERS["ebm"]
    settings = {row[0]: row[1] for b in blocks(found) if b.get("caption") == "設定" for row in b["rows"]}
    assert settings["目的とする出来事"] == "次のいずれか: 市税の差押え"
    assert settings["比べる目安(特徴量1つで並べる)"] == "市税のお支払いが済んでいない期の数、守られている分割納付"


def test_a_line_that_would_count_out_a_few_events_by_its_n_is_said_to_be_hidden() -> None:
    given = evidence()
    given["metrics"]["replay"]["lines"]["incident"] = {"excluded_events": None, "hidden": FEW}
    found = section(ethics_report(given)[1], "baselines")
    assert any(b["kind"] == "missing" and "10件に満たず" in b["not_made"] for b in blocks(found))
    assert "365日以内に同じ危機がなかった世帯(新規): 同じ訪問枠での比較" not in str(found)


def test_the_whole_model_is_on_the_page() -> None:
    html, found = plain_report()
    drawn = {b["data"]["feature"]: b["data"] for b in blocks(found) if b["kind"] == "picture" and "edges" in b["data"]}
    for term in model().terms:
        assert drawn[term.feature]["values"] == list(term.values)
        assert drawn[term.feature]["edges"] == list(term.edges)
        assert drawn[term.feature]["not_visible"] == term.missing
    grid = next(b for b in blocks(found) if b["kind"] == "picture" and "grid" in b["data"])
    assert grid["data"]["grid"] == [list(row) for row in PAIR.grid]
    assert html.count("見えない: ") == 2 * len(model().terms)
    numbers = next(b for b in blocks(found) if b.get("caption") == "モデルの全数値")
    assert len(numbers["rows"]) == sum(len(term.values) + 1 for term in model().terms)


def test_what_the_model_never_uses_is_said_once_and_has_no_interval() -> None:
    whole = model()
    still = made_term("never_moves", 1, (0.5,), (0.0, 0.0))
    case = evidence()
    case["model"] = replace(
        whole, terms=(*whole.terms, still), pairs=(), features={**whole.features, still.feature: "hash"}
    )
    lines = [figure(0.4) | {"feature": name, "mean_abs": 0.4} for name in ("tax_open", still.feature)]
    case["explained"] = case["explained"] | {"global": lines, "local": []}
    html, found = ethics_report(case)
    means = next(b for b in blocks(found) if b.get("caption") == "寄与の大きさの平均")
    assert len(means["rows"]) == 1
    assert "合計をまったく動かさない事情(1個): never_moves。" in html


def test_without_a_calibration_its_figures_are_not_said_to_be_unmade() -> None:
    case = evidence()
    case["metrics"] = case["metrics"] | {"calibration": {"fitted": False, "label": "なし"}, "calibration_test": {}}
    said = section(ethics_report(case)[1], "calibration")
    assert [block["kind"] for block in said["blocks"]] == ["text", "text"]


@pytest.mark.parametrize(
    ("edges", "names"),
    [
        ((), ["すべての値"]),
        ((0.5,), ["0", "1以上"]),
        ((0.5, 1.5, 3.5), ["0", "1", "2–3", "4以上"]),
        ((0.49999999999999994, 30.5), ["0", "1–30", "31以上"]),
        ((-1.5, 0.5), ["-2以下", "-1–0", "1以上"]),
        ((0.25, 12.7), ["0.25以下", "0.25超 12.7以下", "12.7超"]),
    ],
)
def test_steps_are_named_as_people_count(edges: tuple[float, ...], names: list[str]) -> None:
    assert intervals_of(edges) == names


def test_households_per_step_are_counted_with_the_not_visible_last() -> None:
    table = pa.table(
        {
            "household_key": ["a", "b", "c", "d"],
            "tax_open": pa.array([0, 1, 9, None], pa.float32()),
            "plans_kept": pa.array([0, 0, 1, None], pa.float32()),
            "ratio": pa.array([0.2, 0.3, 1.0, 20.0], pa.float32()),
        }
    )
    counted = step_counts(model(), table)
    assert counted == {"tax_open": [1, 1, 0, 1, 1], "plans_kept": [2, 1, 1], "ratio": [1, 1, 1, 1, 0]}


def test_each_household_shown_adds_up_or_says_that_it_does_not() -> None:
    given = evidence()
    html, found = ethics_report(given)
    assert html.count("(一致)") == 2 and "不一致" not in html
    assert "市税のお支払いが3期分まだのようです・2025年9月から" in html
    assert "日付のある事実: なし" in html
    given["explained"]["local"] = [household(1, True) | {"margin": -1.0}]
    html, found = ethics_report(given)
    assert "(不一致)" in html and "署名してはいけません" in html
    assert section(found, "local")["blocks"][-1] == {
        "kind": "missing", "what": "名簿に載らない世帯", "not_made": NOT_MADE, "made_up": True, "note": "架空データ",
    }  # fmt: skip


def test_a_hidden_group_stays_hidden() -> None:
    html, found = plain_report()
    lines = next(b for b in blocks(section(found, "groups")) if b["kind"] == "table")["rows"]
    assert lines[1][0] == "男" and set(lines[1][1:]) == {FEW}
    assert "性別ごとの再現率" in html


def test_what_cannot_be_shown_is_listed() -> None:
    _, found = plain_report()
    said = json.dumps(section(found, "limits"), ensure_ascii=False)
    for words in ("訪問の効果", "時間的な安定性", "逐次の中止規則", "permutation importance", NOT_MADE):
        assert words in said


def made_up_city() -> ModuleType:
    """The city of the training tests."""
    path = Path(__file__).parents[1] / "models" / "made_up_city.py"
    spec = importlib.util.spec_from_file_location("ethics_made_up_city", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("single", [False, True])
def test_what_training_gives_is_what_the_report_reads(single: bool) -> None:
    city = made_up_city()
    given = (
        city.inputs(split=city.one_day(), households=400, slots=50) if single else city.inputs(300, split=city.SHORT)
    )
    result = train(given)
    features = {name: SimpleNamespace(title_ja=f"題 {name}", unit="期") for name in city.SOURCES}
    steps = step_counts(result.model, given.features[max(given.features)])
    case = evidence() | {"metrics": result.metrics, "model": result.model, "features": features}
    case["explained"] = case["explained"] | {"local": [], "steps": steps}
    html, found = ethics_report(case)
    absent = {b["what"] for b in blocks(found) if b["kind"] == "missing"}
    leads = {"週ごとの再現による比較(限定平均リード、間に合った割合)", "訪問あたりの成果"}
    if single:
        assert leads <= absent
        assert "割合への直しは行っていません" in html
        assert "名簿用には署名できません" in html
    else:
        assert not absent & leads
    assert Page(html).texts("h1") == ["気づき 倫理報告書"]
    wanted = [one for one in estimates(result.metrics["ranking"]) if one["value"] is not None]
    printed = {(one["value"], one["low"], one["high"], one["n"]) for one in estimates(found)}
    assert wanted
    assert {(one["value"], one["low"], one["high"], one["n"]) for one in wanted} <= printed
