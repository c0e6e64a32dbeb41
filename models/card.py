"""The model card: one page of Markdown that says what a model is, and what it is not for.

No card, no model. It is made from the model itself and from figures with their n and interval;
a figure without them is refused.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from models.table import Model, Pair, Term, model_hash

LEARNERS: Final = {
    "scorecard": "点数表(専門家の点数。ラベルを使わない)",
    "logistic": "ロジスティック回帰(宣言した区切り、方向の制約つき)",
    "ebm": "EBM(加法モデル、方向の制約つき。組は8つまで)",
    "boosting": "ブースティング(交互作用なし、方向の制約つき)",
}


class CardRefused(ValueError):
    """The card would say less than a reviewer must know."""


@dataclass(frozen=True)
class Figure:
    """One figure with its n and its interval, e.g. restricted mean lead in days.

    `low`/`high`: 95 % interval; `n`: what it rests on, counted in `of`; `period`: when.
    """

    name_ja: str
    name_en: str
    value: float
    low: float
    high: float
    n: int
    of: str
    period: str

    def __post_init__(self) -> None:
        """Refuse a figure without n or without a real interval."""
        if self.n < 1 or not all(math.isfinite(v) for v in (self.value, self.low, self.high)):
            raise CardRefused(f"{self.name_ja}: 件数と区間のない数は載せられません。「判断できない」と書いてください。")
        if not self.low <= self.value <= self.high or self.low == self.high:
            raise CardRefused(f"{self.name_ja}: 区間が値を含まないか、幅がありません。")


class Described(Protocol):
    """What the card needs of a feature to put it into words."""

    @property
    def title_ja(self) -> str:
        """Short Japanese name."""
        ...

    @property
    def domain(self) -> str:
        """Domain of life."""
        ...

    @property
    def unit(self) -> str:
        """Unit of its value."""
        ...


def card(
    model: Model,
    features: Mapping[str, Described],
    figures: Sequence[Figure],
    cannot_tell: Sequence[str] = (),
    demonstration: bool = False,
    signable: bool = True,
    limits: Sequence[str] = (),
) -> str:
    """The card in Markdown (Japanese, English headings); the same bytes for the same input.

    `figures`: from the period used neither for selection nor for calibration. `cannot_tell`: names
    of figures for which data do not suffice. `limits`: what is so of this training only. Raises `CardRefused` when
    there is neither of both (a scorecard on day one says «cannot tell»), when a feature has no words, or without
    background.
    """
    if not figures and not cannot_tell:
        raise CardRefused("数も「判断できない」もないカードは作れません。")
    if model.background is None:
        raise CardRefused("背景(比べる世帯の集まり)のないモデルは説明できません。")
    wordless = [name for name in model.names if name not in features]
    if wordless:
        raise CardRefused(f"ことばのない特徴量があります: {', '.join(wordless)}。")
    parts = [
        *_head(model, demonstration, signable),
        *_purpose(),
        *_figures(figures, cannot_tell, demonstration),
        *_table(model, features),
        *_made(model),
        *_limits(model, limits),
    ]
    return "\n".join(parts) + "\n"


def _head(model: Model, demonstration: bool, signable: bool) -> list[str]:
    lines = ["# モデルカード / Model card", ""]
    if demonstration:
        lines += ["> **架空データ**: 作りものの市のデータで作りました。実際の市の訪問リストには使えません。", ""]
    if not signable:
        lines += ["> **早さを測らない検証 (single_cohort・yearly)**: 訪問リストへの署名はできません。", ""]
    learner = str(model.learned.get("learner", ""))
    return [
        *lines,
        f"- モデルのハッシュ: `{model_hash(model)}`",
        f"- 学び方: {LEARNERS.get(learner, learner)}",
        f"- 特徴量 {len(model.terms)}・組 {len(model.pairs)}",
        "",
    ]


def _purpose() -> list[str]:
    return [
        "## 使いみち / Intended use",
        "",
        "同意のある世帯のうち、誰から声をかけるかを人が決めるための並べ替えです。訪問の要否は人が決めます。",
        "",
        "使ってはならないこと / Not for: 徴収・給水停止、不正の調査、制度の可否、本人への表示。",
        "値が低いことは、待ってよい理由にも、支援を断る理由にもなりません。",
        "",
    ]


def _figures(figures: Sequence[Figure], cannot_tell: Sequence[str], demonstration: bool) -> list[str]:
    mark = "(架空データ)" if demonstration else ""
    lines = [f"## 検証の数 / Figures{mark}", ""]
    if figures:
        lines += ["| 指標 | metric | 値 | 95%区間 | 件数 | 期間 |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {f.name_ja}{mark} | {f.name_en} | {_number(f.value)} | {_number(f.low)} – {_number(f.high)} "
            f"| {f.n:,} {f.of} | {f.period} |"
            for f in figures
        ]
        lines.append("")
    return [*lines, *(f"- {name}: 判断できない(該当する世帯が足りません)" for name in cannot_tell), ""]


def _table(model: Model, features: Mapping[str, Described]) -> list[str]:
    lines = [
        "## 表 / The table",
        "",
        f"対数オッズ = {_number(model.intercept)} + 各表の値の和。",
        f"説明 = 値 − 背景の平均。基準値 {_number(model.base)}。",
        "",
    ]
    for term in model.terms:
        lines += _term(term, features[term.feature])
    for pair in model.pairs:
        lines += _pair(pair, features)
    return lines


def _term(term: Term, feature: Described) -> list[str]:
    direction = "多いほど上がる" if term.direction == 1 else "多いほど下がる"
    rows = [
        f"| {interval} | {_number(v)} | {_number(v - term.mean)} |"
        for interval, v in zip(_intervals(term.edges), term.values, strict=True)
    ]
    return [
        f"### {feature.title_ja} (`{term.feature}`)",
        "",
        f"{feature.domain}・単位 {feature.unit}・{direction}・見えないとき {_number(term.missing)}",
        "",
        "| 区間 | 値 | 説明の値 |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _pair(pair: Pair, features: Mapping[str, Described]) -> list[str]:
    header = [*_intervals(pair.edges_b), "見えない"]
    rows = [
        f"| {name} | " + " | ".join(_number(v) for v in row) + " |"
        for name, row in zip([*_intervals(pair.edges_a), "見えない"], pair.grid, strict=True)
    ]
    return [
        f"### {features[pair.a].title_ja} × {features[pair.b].title_ja} (`{pair.name}`)",
        "",
        "| | " + " | ".join(header) + " |",
        "|---" * (len(header) + 1) + "|",
        *rows,
        "",
    ]


def _made(model: Model) -> list[str]:
    background = model.background
    if background is None:  # refused before
        raise CardRefused("背景がありません。")
    settings = "、".join(f"{k} = {v}" for k, v in sorted(model.learned.items()) if k not in ("learner", "points"))
    calibration = "なし(順位だけに使う)"
    if model.calibration is not None:
        a, b = _number(model.calibration.slope), _number(model.calibration.intercept)
        calibration = f"Platt(傾き {a}、切片 {b})。見えていて訪問の影響を受けていない世帯の中での確率"
    return [
        "## 作り方 / How it was made",
        "",
        f"- 設定: {settings}",
        f"- 学習データのダイジェスト: `{model.training_digest}`",
        f"- 設定ファイルのダイジェスト: `{model.config_digest}`",
        f"- 背景: {background.rows:,} 行(重みなし) `{background.digest}`",
        f"- 較正: {calibration}",
        "",
    ]


def _limits(model: Model, more: Sequence[str]) -> list[str]:
    pairs = ["- 組の値は単独のきっかけとしては示しません。"] if model.pairs else []
    return [
        "## 限界 / Limits",
        "",
        *(f"- {line}" for line in more),
        "- 同意のない人、どの情報源にも記録のない人の困りごとは見えません。",
        "- 記録がないことは、困っていないことではありません。",
        "- 見えない情報源があっても値は上がりません(表の最小値を使う)。その分、低く出ることがあります。",
        "- 値は関連を表し、原因を表しません。",
        *pairs,
        "- 使うには、別々の二人の期限内の署名が必要です。",
    ]


def _intervals(edges: Sequence[float]) -> list[str]:
    if not edges:
        return ["すべて"]
    middle = [f"{_number(a)} < x ≤ {_number(b)}" for a, b in itertools.pairwise(edges)]
    return [f"x ≤ {_number(edges[0])}", *middle, f"x > {_number(edges[-1])}"]


def _number(value: float) -> str:
    return f"{value + 0.0:.4g}"
