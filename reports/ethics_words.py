"""The words of the ethics report: names of policies, lines, axes and methods in plain Japanese."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

POLICIES: Final = {
    "scorecard": "点数表(専門家の点)",
    "logistic": "ロジスティック回帰",
    "ebm_mains": "EBM(組なし)",
    "ebm_pairs": "EBM(組あり)",
    "boosting": "ブースティング(交互作用なし)",
    "ceiling": "制限のないブースティング(上限の目安。使わない)",
    "random": "無作為",
    "area_only": "地区だけ",
    "best_single_feature": "いちばん良い特徴量1つ",
    "chosen_without_own_source": "採用モデル(その出来事の情報源を除く)",
}

LINES: Final = {
    "all": "すべての危機",
    "incident": "365日以内に同じ危機がなかった世帯(新規)",
    "not_in_pipeline": "手続きがまだ始まっていない危機",
    "cross_source": "その危機自身の情報源を使わない場合",
    "any_but_city_acts": "市の処分(差押・執行停止)を除く",
}

AXES: Final = {
    "age_band": "年齢層",
    "household_type": "世帯の型",
    "sex": "性別",
    "nationality": "国籍",
    "ward": "地区",
}

SOURCES: Final = {
    "tax": "市税",
    "insurance": "保険料",
    "water": "水道",
    "school": "学校",
    "housing": "住まい",
    "welfare": "福祉",
    "community": "地域",
    "residents": "住民記録",
    "protected_persons": "支援措置",
    "*": "すべて",
}

SETTINGS: Final = {
    "target": "目的とする出来事",
    "horizon_days": "見通す期間(日)",
    "lag_days": "記録が届くまでの遅れ(日)",
    "slots": "週あたりの訪問枠",
    "delta_days": "簡単なモデルを選ぶときに許す差 δ(日)",
    "delta_share": "同、単一時点のとき(1枠あたりの的中)",
    "cool_off_days": "会えた後に名簿に載せない日数",
    "no_contact_share": "会えない訪問の割合",
    "tries": "訪問を試みる回数",
    "burn_in_days": "数えない助走期間(日)",
    "replay_draws": "同点のくじの回数",
    "stability_refits": "学習し直しの回数",
    "boosting_trees": "ブースティングの木の数",
    "ceiling_trees": "上限の目安(制限のないブースティング)の木の数",
    "ebm_bags": "EBMの袋の数",
    "ebm_rounds": "EBMの繰り返し",
    "yearly_on": "年に一度の検証: 基準日(月-日)",
    "yearly_tests": "年に一度の検証: 検証する年の数",
    "yearly_selections": "年に一度の検証: 選択する年の数",
    "yearly_history_days": "年に一度の検証: 最初の基準日より前に要る日数",
    "list_sizes": "適合率を見る名簿の長さ",
    "rules": "比べる目安(特徴量1つで並べる)",
    "seed": "くじの種",
}

VALIDATION: Final = {
    "temporal": "時間で分けた検証(学習・選択・較正・検証は重ならない期間)",
    "single_cohort": "単一時点の5分割交差検証(名簿用には署名できません)",
    "yearly": "年に一度の基準日で、年ごとの検証(名簿用には署名できません)",
}

PERIODS: Final = {
    "train": "学習",
    "selection": "モデルの選択",
    "calibration": "較正",
    "test": "検証",
    "replay": "週ごとの再現",
}

KINDS: Final = {
    "consent": "本人の同意",
    "internal_use": "内部利用(個人情報保護法69条2項2号)",
    "statutory": "法令に基づく",
}

_METHODS: Final = (
    (r"cluster bootstrap, (\d+) draws", r"まとまりごとの再標本化\1回"),
    (r"household bootstrap, (\d+) draws", r"世帯ごとの再標本化\1回"),
    (r"household bootstrap", "世帯ごとの再標本化"),
    (r"Wilson on the design-effect-adjusted n", "まとまりを考慮した実効nによるWilson法"),
    (r"Wilson on (\d+) households .*", r"順が逆の組がないため、少ない側を\1世帯とみたWilson法"),
    (r"Student's t on clusters", "まとまりごとの合計によるt分布"),
    (r"no row differs: upper bound of 0/n", "差のある行がないため0/nの上限"),
    (r"Obuchowski, by household", "Obuchowski法(世帯単位)"),
    (r"household-robust sandwich", "世帯に頑健な標準誤差"),
    (r"log scale, cluster-robust", "対数尺度、まとまりに頑健"),
    (r"labels drawn from the probabilities", "確率どおりに引いた結果"),
    (r"^paired; ", "対応のある差、"),
    (r", by household", "(世帯単位)"),
    (r", by area", "(地区単位)"),
    (r", by week", "(週単位)"),
)


def method_ja(method: str) -> str:
    """How an interval was made, in Japanese; words unknown here stay as they are."""
    for pattern, words in _METHODS:
        method = re.sub(pattern, words, method)
    return method


def policy_ja(name: str, chosen: str | None = None) -> str:
    """A policy's name; the chosen one is marked."""
    return POLICIES.get(name, name) + (" ★採用" if name == chosen else "")


def line_ja(name: str, components: Iterable[Mapping[str, Any]]) -> str:
    """A line of the comparison: a declared one, or a component by its title."""
    titles = {one["name"]: one["title"] for one in components}
    return LINES.get(name) or (f"危機の種類: {titles[name]}" if name in titles else name)


def source_ja(name: str) -> str:
    """Basis names («tax|water») in Japanese."""
    return "、".join(SOURCES.get(part, part) for part in name.split("|"))


def reason_ja(text: str) -> str:
    """A reason with the short names of policies in it, spelt out."""
    return re.sub(r"\b[a-z]+(?:_[a-z]+)*\b", lambda m: POLICIES.get(m[0], m[0]), text, flags=re.ASCII)


def feature_ja(name: str, features: Mapping[str, Any]) -> str:
    """A feature's title; a pair by both titles; an unknown one by its name."""
    if name in features:
        return str(features[name].title_ja)
    if "×" in name:
        return " × ".join(feature_ja(part, features) for part in name.split("×"))
    return name
