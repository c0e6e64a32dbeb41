"""The ethics report: complete, self-contained, the same bytes, honest about what is missing."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ethics_case import Page, blocks, estimates, evidence, plain_report

from models.table import model_hash
from reports import plots
from reports.ethics import ethics_report
from reports.ethics_blocks import NO_INTERVAL, NOT_MADE, figure
from reports.ethics_scope import _setting
from reports.ethics_texts import TERMS

OUTLINE = [
    "1 表紙と範囲",
    "2 読み方",
    "3 集団の流れ",
    "4 見えている範囲",
    "5 契約の結果",
    "6 法的根拠の登録簿",
    "7 モデルの比較",
    "8 基準との比較",
    "9 較正",
    "10 全体の説明",
    "11 個別の説明",
    "12 加法性の証明",
    "13 理由の安定性",
    "14 見えないことで合計は上がらない",
    "15 属性別の表",
    "16 限界「この報告で示せないこと」",
    "17 署名欄",
    "18 付録 集団の流れ(すべての基準日)",
]


@pytest.fixture(scope="module")
def made() -> tuple[str, dict[str, Any]]:
    return plain_report()


@pytest.fixture(scope="module")
def page(made: tuple[str, dict[str, Any]]) -> Page:
    return Page(made[0])


def test_the_outline_is_the_agreed_one(page: Page) -> None:
    assert page.texts("h2") == ["目次", *OUTLINE]


def test_nothing_is_fetched_and_nothing_runs(made: tuple[str, dict[str, Any]], page: Page) -> None:
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image"}
    assert "http" not in made[0].lower()
    assert "@import" not in made[0] and not re.search(r"url\((?!#)", made[0])
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "src"]
        for name in ("href", "xlink:href"):
            assert (attributes.get(name) or "#").startswith("#")


def test_every_link_and_outline_inside_the_page_exists_once(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {a.get("href") or a.get("xlink:href") for _, a in page.tags} - {None}
    assert {str(link)[1:] for link in links} <= set(ids)


def test_the_same_evidence_gives_the_same_bytes(made: tuple[str, dict[str, Any]]) -> None:
    again = ethics_report(evidence())
    assert again[0] == made[0]
    assert json.dumps(again[1]) == json.dumps(made[1])


def test_the_evidence_is_left_as_it_was() -> None:
    given = evidence()
    before = copy.deepcopy({name: part for name, part in given.items() if name != "features"})
    ethics_report(given)
    assert {name: part for name, part in given.items() if name != "features"} == before


def test_made_up_data_is_marked_everywhere(made: tuple[str, dict[str, Any]], page: Page) -> None:
    html, found = made
    for caption in (*page.texts("caption"), *page.texts("figcaption"), *page.texts("title")[:1]):
        assert caption.startswith("【架空データ】")
    assert '@top-right { content: "架空データ"; }' in html
    assert found["made_up"] is True
    assert all(block["made_up"] is True and block["note"] == "架空データ" for block in blocks(found))
    assert all(figure["made_up"] is True for figure in estimates(found))


def test_real_data_is_not_called_made_up() -> None:
    given = evidence()
    given["demonstration"] = given["metrics"]["made_up"] = False
    html, found = ethics_report(given)
    assert "【架空データ】" not in html
    assert found["made_up"] is False and not any(block["made_up"] for block in blocks(found))


def test_the_metrics_alone_are_enough_to_mark_it_made_up() -> None:
    given = evidence() | {"demonstration": False}
    assert ethics_report(given)[1]["made_up"] is True


def test_every_estimate_has_n_and_interval_on_the_page(made: tuple[str, dict[str, Any]]) -> None:
    html, found = made
    shown = list(estimates(found))
    assert len(shown) > 100
    for one in shown:
        assert one["low"] < one["high"] and one["n"] > 0
        assert f"n={one['n']:,}" in html


def test_an_estimate_without_interval_or_n_is_never_printed() -> None:
    for gone in ("low", "high", "n"):
        cell = figure({"value": 0.123, "low": 0.1, "high": 0.2, "n": 50, "method": "x", gone: None})
        assert cell.text == NO_INTERVAL and "0.123" not in str(cell)
    given = evidence()
    del given["metrics"]["ranking"]["ebm_pairs"]["recall_at_k"]["low"]
    given["metrics"]["ranking"]["ebm_pairs"]["recall_at_k"]["value"] = 0.77123
    html, found = ethics_report(given)
    assert NO_INTERVAL in html and "77.1%" not in html and "0.77123" not in json.dumps(found)


def test_a_narrow_interval_is_not_printed_as_an_empty_one() -> None:
    cell = figure({"value": 0.5, "low": 0.49999, "high": 0.50001, "n": 50, "method": "x"})
    low, high = re.findall(r"[\d.]+", cell.detail)[:2]
    assert float(low) < 0.5 < float(high)


def test_too_few_events_are_said_in_one_sentence(made: tuple[str, dict[str, Any]]) -> None:
    sentence = next(block for block in blocks(made[1]) if block["kind"] == "untold")
    assert sentence["what"] == "危機の種類: 市税の差押え" and "n=20" in sentence["cannot_tell"]
    assert sentence["cannot_tell"] in made[0]


def test_the_hashes_to_sign_are_on_the_page(made: tuple[str, dict[str, Any]]) -> None:
    model = evidence()["model"]
    assert made[0].count(model_hash(model)) >= 3
    assert model.training_digest in made[0]
    assert made[1]["model_hash"] == model_hash(model)


def test_a_seed_is_printed_digit_by_digit() -> None:
    assert [_setting(value).text for value in (20260401, 0.01, 300)] == ["20260401", "0.01", "300"]


def test_tables_and_drawings_can_be_read_by_a_machine_voice(page: Page) -> None:
    for tag, attributes in page.tags:
        if tag == "th":
            assert attributes["scope"] in ("col", "row")
        if tag == "svg" and attributes.get("aria-hidden") != "true":
            assert attributes["role"] == "img" and attributes["aria-label"]
    count = [tag for tag, _ in page.tags]
    assert count.count("table") == len(page.texts("caption"))
    assert count.count("figure") == len(page.texts("figcaption"))
    assert ("html", {"lang": "ja"}) in page.tags


def test_json_holds_every_table_and_drawing(made: tuple[str, dict[str, Any]], page: Page) -> None:
    html, found = made
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    kinds = [block["kind"] for block in blocks(found)]
    assert kinds.count("table") == len(page.texts("caption"))
    assert kinds.count("picture") == len(page.texts("figcaption"))
    assert [f"{i} {s['title']}" for i, s in enumerate(found["sections"], 1)] == OUTLINE
    for block in blocks(found):
        if block["kind"] == "missing":
            assert f"{NOT_MADE}" in html


def test_with_nothing_at_all_every_chapter_says_so() -> None:
    html, found = ethics_report({})
    assert Page(html).texts("h2") == ["目次", *OUTLINE]
    silent = {"guide", "limits", "signatures", "local"}
    for section in found["sections"]:
        kinds = [block["kind"] for block in section["blocks"]]
        assert "missing" in kinds or section["key"] in silent
    assert html.count(NOT_MADE) > 20


def parts(given: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Paths of everything that may be missing, by itself."""
    for name in given:
        yield (name,)
    for name, inner in given["metrics"].items():
        yield "metrics", name
        if isinstance(inner, dict):
            yield from (("metrics", name, key) for key in inner)


def without(tree: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The tree without what stands at the path."""
    if len(path) == 1:
        return {name: part for name, part in tree.items() if name != path[0]}
    return tree | {path[0]: without(tree[path[0]], path[1:])}


def test_any_single_part_may_be_missing_and_no_chapter_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("forest", "funnel", "step_function", "pair_grid", "strips", "waterfall"):  # slow, and looked at above
        monkeypatch.setattr(plots, name, lambda *_, **__: '<svg viewBox="0 0 9 9"></svg>')
    given = evidence()
    everything = ethics_report(given)[0].count(NOT_MADE)
    for path in parts(given):
        html, found = ethics_report(without(given, path))
        assert len(found["sections"]) == len(OUTLINE), path
        assert html.endswith("</html>\n"), path
        if path in {(name,) for name in ("model", "coverage", "contracts", "register", "shap", "metrics", "explained")}:
            assert html.count(NOT_MADE) > everything, path


def test_a_model_that_is_not_recommended_says_why() -> None:
    given = evidence()
    given["metrics"] |= {
        "recommended": False,
        "not_recommended_because": ["無作為な名簿(random)より良いとは言えません。"],
    }
    html, _ = ethics_report(given)
    assert "推奨しません" in html and "無作為な名簿(無作為)より良いとは言えません。" in html


def test_names_from_outside_cannot_become_markup() -> None:
    given = evidence() | {"municipality": "<script>alert(1)</script>\"'&"}
    given["explained"]["local"][0]["facts"] = ["<img src=x>"]
    given["features"]["tax_open"].title_ja = '"><b>太字'
    tags = {tag for tag, _ in Page(ethics_report(given)[0]).tags}
    assert not tags & {"script", "img", "b"}


def test_latin_words_are_explained_or_stand_in_brackets_beside_the_japanese() -> None:
    html = re.sub(r"<(style|svg).*?</\1>|<[^>]+>", " ", plain_report()[0], flags=re.DOTALL)
    terms = " ".join(term for term, _ in TERMS)
    beside = re.sub(r"\([^()]*\)|[0-9a-f]{16,}|cases\.html|kizuki (?:sign|refuse)", " ", html)
    words = set(re.findall(r"[A-Za-z]{3,}", beside))
    assert {"AUC", "SHA"} <= words
    assert {word for word in words if word not in terms} == set()


def test_drawings_of_many_rows_are_shared_out_so_that_a4_shows_each_at_a_size_to_be_read() -> None:
    given = evidence()
    many = [{"feature": f"事情{n}", "mean_abs": 0.5, **figure_of(n)} for n in range(60)]
    given["explained"]["global"] = many
    chapter = next(s for s in ethics_report(given)[1]["sections"] if s["key"] == "global")
    drawn = [b for b in chapter["blocks"] if b["kind"] == "picture" and b["caption"].startswith("寄与の大きさの平均")]
    assert [len(one["data"]) for one in drawn] == [20, 20, 20]
    assert [one["caption"][:14] for one in drawn] == [f"寄与の大きさの平均({n}/3)" for n in (1, 2, 3)]
    assert [line["label"] for one in drawn for line in one["data"]] == [one["feature"] for one in many]


def figure_of(n: int) -> dict[str, Any]:
    return {"low": 0.4, "high": 0.6 + n / 100, "n": 300, "method": "household bootstrap"}


def test_a_long_name_in_a_drawing_is_folded_and_not_cut() -> None:
    name = "この180日に納期が来た国民健康保険などのうち、まだ納められていない割合"
    assert plots.folded(name) == name
    assert plots.folded(name, 20).split("\n") == [name[:20], name[20:]]
    assert plots.parted([]) == []
