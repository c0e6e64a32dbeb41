"""What would mislead a reviewer: reasons that are not the reason, days that differ, words that do not hold."""

import re
from types import SimpleNamespace
from typing import Any

import pytest
from ethics_case import blocks, evidence, household, plain_report

from models.training import not_done
from reports import plots
from reports.ethics import ethics_report
from reports.ethics_blocks import NOT_MADE
from reports.ethics_context import NO_LEADS, NOT_LEARNT
from reports.ethics_texts import SHOWN


def section(found: dict[str, Any], key: str) -> dict[str, Any]:
    return next(one for one in found["sections"] if one["key"] == key)


def reasons(given: dict[str, Any]) -> dict[str, str]:
    """What is said to be missing → why."""
    return {b["what"]: b["not_made"] for b in blocks(ethics_report(given)[1]) if b["kind"] == "missing"}


def test_what_needs_a_learnt_model_is_not_said_to_be_beyond_this_version() -> None:
    """A scorecard without enough data: the ceiling, shap and the models without a source were never learnt."""
    given = evidence() | {"shap": None}
    given["metrics"] |= {"baselines": {"single_feature": None, "learnt_from_training": False}}
    given["metrics"] |= {"price_of_explainable": {}}
    given["metrics"]["replay"]["lines"].pop("cross_source")
    given["metrics"]["replay"]["without_source"] = {}
    said = reasons(given)
    for what in (
        "説明できることの代償",
        "その危機自身の情報源を使わない場合",
        "情報源を1つ減らすと(データの最小化)",
        "独立した計算(shap)との一致",
    ):
        assert said[what] == NOT_LEARNT


@pytest.mark.parametrize("validation", ["single_cohort", "yearly"])
def test_a_validation_without_leads_gives_itself_as_the_reason(validation: str) -> None:
    given = evidence()
    given["metrics"] |= {"validation": validation, "replay": {}}
    said = reasons(given)
    assert {said["すべての危機"], said["訪問あたりの成果"]} == {NO_LEADS}
    assert NOT_MADE not in {why for what, why in said.items() if "危機" in what or "情報源" in what}


def test_the_check_by_shap_says_which_model_and_that_it_is_a_sample() -> None:
    table = next(b for b in blocks(plain_report()[1]) if b.get("caption") == "独立した計算(shap)との一致")
    assert "標本" in table["table_note"] and "全行" not in table["table_note"]
    assert "ブースティング" in table["rows"][0][0]


def test_every_chapter_says_of_which_day_its_households_are() -> None:
    """The model is judged on the test's newest day and explained on a later one: the same column, two numbers."""
    given = evidence() | {"explained_day": "2024-06-03"}
    found = ethics_report(given)[1]
    explained, judged = "2024-06-03の", f"{given['metrics']['split']['test'][-1]}の"
    notes = {b["caption"]: b["table_note"] for b in blocks(found) if b["kind"] == "table"}
    for caption in ("地区ごとの見え方", "モデルの全数値", "残った理由の数"):
        assert explained in notes[caption]
    for caption in (
        "寄与の大きさの平均",
        "学習し直し 20 回での一致",
        "合計から見えやすさを当てられる度合い: すべての世帯",
    ):
        assert judged in notes[caption]
    said = "".join(line for b in section(found, "global")["blocks"] for line in b.get("lines", ()))
    assert f"{explained}世帯を数えています" in said
    assert "検証期間 2024-01-01 ~ 2024-01-29 の基準日 2回" in str(section(found, "groups"))
    whole = next(b for b in blocks(found) if b.get("caption") == "足し算の確かめ")
    assert whole["rows"][0][0] == f"{explained}すべての世帯"
    assert "のうち" in str(section(found, "scope")) and f"{explained}全世帯(保護" in str(section(found, "scope"))


def test_a_source_too_new_to_be_learned_from_is_neither_counted_as_seen_nor_said_to_be_used() -> None:
    given = evidence()
    entry = given["register"][0]
    given["register"] = [entry, entry | {"source": "housing"}, entry | {"source": "housing", "scores": False}]
    columns = [
        row[8] for b in blocks(ethics_report(given)[1]) if b.get("caption") == "登録されている利用" for row in b["rows"]
    ]
    assert columns == ["はい", "はい", "いいえ"]
    given["metrics"]["split"] |= {"too_new": {"housing": "2026-03-02", "water": "2026-03-03"}}
    found = ethics_report(given)[1]
    columns = [row[8] for b in blocks(found) if b.get("caption") == "登録されている利用" for row in b["rows"]]
    assert columns == [
        "はい(このモデルは水道をまだ使っていません)",
        "はい(このモデルはまだ使っていません)",
        "いいえ",
    ]
    assert "「住まい、水道」は学ぶのにまだ新しく" in str(section(found, "coverage"))
    (facts,) = (b["rows"] for b in section(found, "scope")["blocks"] if b.get("caption") == "対象")
    assert [row[1] for row in facts if row[0] == "まだ新しく、読まない情報源"] == [
        "住まい(2026-03-02から)",
        "水道(2026-03-03から)",
    ]


def test_who_signs_reads_beside_the_signature_that_the_model_is_not_recommended() -> None:
    given = evidence()
    assert "推奨しません" not in str(section(ethics_report(given)[1], "signatures"))
    given["metrics"] |= {"recommended": False, "not_recommended_because": ["少ない"]}
    assert "推奨しません" in str(section(ethics_report(given)[1], "signatures"))


def test_what_training_says_it_has_not_done_is_in_words_that_a_reviewer_knows() -> None:
    """No name of our own papers, and no term in Latin letters that stands alone."""
    given: Any = SimpleNamespace(split=SimpleNamespace(stability_shown=False))
    for line in not_done(given, 20, "ebm_pairs"):
        assert not re.search(r"[A-Za-z]{2,}", re.sub(r"\([^()]*\)", "", line)), line
        assert "METHODS" not in line and "O:E" not in line, line


def test_a_household_shown_says_what_listed_means_and_how_much_is_put_together() -> None:
    given = evidence()
    few = {f"f{n}": 0.5 - n / 100 for n in range(SHOWN + 3)}
    given["explained"]["local"] = [household(1, True) | {"contributions": few, "margin": -2.0 + sum(few.values())}]
    found = section(ethics_report(given)[1], "local")
    assert f"大きいものから{SHOWN}項目まで" in str(found["blocks"][0])
    assert "訪問枠の数まで" in str(found["blocks"][0]) and "実際の名簿とは同じになりません" in str(found["blocks"][0])
    assert "そのほか(3項目)" in ethics_report(given)[0]


def test_what_is_not_in_the_data_names_no_list_of_sources_that_grows_old() -> None:
    """Rents and support are read too, and who pays in time is in the data: what is not is how hard it is."""
    said = next(b for b in section(plain_report()[1], "scope")["blocks"] if "データに入って" in b.get("lead", ""))
    assert "受け取っている記録に現れない困りごと" in str(said) and "税・保険料・水道・学校" not in str(said)
    assert "払い続けている人" not in str(said)


def test_a_share_in_time_says_of_which_crises() -> None:
    terms = next(b for b in blocks(plain_report()[1]) if b.get("caption") == "ことば")
    meaning = next(row[1] for row in terms["rows"] if row[0].startswith("間に合った割合"))
    assert "載りえた世帯の危機だけ" in meaning


def test_no_heading_of_a_list_is_left_alone_at_the_foot_of_a_page() -> None:
    css = next(iter(re.findall(r"\.before \{([^}]*)\}", plain_report()[0])))
    assert "break-after: avoid" in css


def test_a_drawing_says_of_what_is_not_in_it_no_more_than_its_table_does() -> None:
    """A group hidden for its small numbers was called one that cannot be told."""
    caption = next(
        b["caption"] for b in blocks(plain_report()[1]) if b.get("caption", "").startswith("性別ごとの再現率")
    )
    assert caption.endswith("図にないもの(判断できないか、少数のため非表示): 男")


def test_the_axis_of_the_candidates_gains_has_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    labels: list[str] = []

    def drawn(_rows: object, xlabel: str, **_: object) -> str:
        labels.append(xlabel)
        return '<svg viewBox="0 0 9 9"></svg>'

    monkeypatch.setattr(plots, "forest", drawn)
    given = evidence()
    ethics_report(given)
    given["metrics"]["validation"] = "yearly"
    ethics_report(given)
    assert {"無作為との限定平均リードの差(日)", "無作為との名簿1枠あたりの的中の差(%)"} <= set(labels)


def test_a_source_of_which_nothing_can_be_told_is_not_said_to_be_dispensable() -> None:
    table = next(b for b in blocks(plain_report()[1]) if "データの最小化" in b.get("caption", "") and "rows" in b)
    assert "「判断できません」は、要らないという意味ではありません" in table["table_note"]


def test_whether_the_model_is_recommended_is_read_before_any_table() -> None:
    """Below the table of facts the box fell onto the next page."""
    kinds = [b["kind"] for b in section(plain_report()[1], "scope")["blocks"]]
    assert kinds[:3] == ["bullets", "text", "table"]
