"""Chapters about why: the whole model, single households, additivity, stability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from models.disclosure import suppress
from models.intervals import mark, wilson
from models.table import Model
from reports import plots
from reports.ethics_blocks import (
    Block,
    Bullets,
    Case,
    Cell,
    Gallery,
    Heading,
    Missing,
    Picture,
    Section,
    Text,
    count,
    dig,
    figure,
    hidden,
    number,
    spoken,
    table,
    tiny,
    words,
)
from reports.ethics_context import explained_on, judged_on, unlearnt
from reports.ethics_models import forest
from reports.ethics_spread import all_numbers, spread
from reports.ethics_texts import ADDITIVITY_NOTE, LOCAL_NOTE, SHAP_NOTE, SHOWN, STABILITY_NOTE, STEP_NOTE
from reports.ethics_words import feature_ja

TOLERANCE = 1e-6
_NOUGHT = 0.005


def whole_model(evidence: Mapping[str, Any], made_up: bool) -> Section:
    """全体の説明: mean |φ| with intervals, every step function and pair, where the households stand."""
    model, features = evidence.get("model"), evidence.get("features") or {}
    still = _without_effect(model) if model else []
    judged, on = judged_on(evidence.get("metrics") or {}), explained_on(evidence)
    entries = [(feature_ja(name, features), found) for name, found in _importances(evidence) if name not in still]
    rows = [(words(label), figure(found)) for label, found in entries]
    blocks: list[Block] = [
        Heading("どの事情が合計を大きく動かすか"),
        table(
            "寄与の大きさの平均",
            ("事情", "寄与の大きさの平均(対数オッズ)"),
            rows,
            f"{judged}世帯の平均。" if judged else "",
        ),
        *([_told_still(still, features)] if still else []),
        *_magnitudes(entries, made_up),
        Heading("モデルのすべての段"),
    ]
    if model is None:
        return Section("global", "全体の説明", (*blocks, Missing("モデルのすべての段")))
    steps = dig(evidence, "explained", "steps") or {}
    blocks += [Text((STEP_NOTE,)), *_all_terms(model, features, made_up), *_pairs(model, features, made_up)]
    blocks += [Heading("世帯の広がり"), *spread(model, features, steps, on, made_up)]
    blocks += [Heading("モデルの全数値"), all_numbers(model, features, steps, on)]
    return Section("global", "全体の説明", tuple(blocks))


def _magnitudes(entries: Sequence[tuple[str, Any]], made_up: bool) -> list[Block]:
    """Forest plots of the mean sizes, on one scale, as many as A4 needs."""
    told = [found for _, found in entries if figure(found).style == "number"]
    high = max((found["high"] for found in told), default=1.0)
    title, label = "寄与の大きさの平均", "寄与の大きさの平均(対数オッズ)"
    return [
        forest(f"{title}{which}", some, "plain", label, made_up=made_up, reference=0, reach=(-0.03 * high, 1.05 * high))
        for which, some in plots.parted(entries)
    ] or [Missing("寄与の大きさの図")]


def _importances(evidence: Mapping[str, Any]) -> list[tuple[str, Any]]:
    given = dig(evidence, "explained", "global") or []
    if given:
        return [(str(line["feature"]), {**line, "value": line.get("mean_abs")}) for line in given]
    return [(str(x["feature"]), x.get("mean_abs_phi")) for x in dig(evidence, "metrics", "importances") or []]


def _without_effect(model: Model) -> list[str]:
    """Features of which the model says the same whatever their value, seen or not: nothing of theirs is estimated."""
    paired = {name for pair in model.pairs for name in (pair.a, pair.b)}
    same = [term.feature for term in model.terms if {*term.values, term.missing} == {term.missing}]
    return [name for name in same if name not in paired]


def _told_still(names: Sequence[str], features: Mapping[str, Any]) -> Text:
    said = "、".join(feature_ja(name, features) for name in names)
    why = "モデルの表がどこも同じ値なので、寄与はいつも0です。推定ではないため区間もありません"
    return Text((f"合計をまったく動かさない事情({len(names)}個): {said}。{why}。",))


def _all_terms(model: Model, features: Mapping[str, Any], made_up: bool) -> list[Block]:
    """A picture per step function; those that are the same for every value are named in one sentence."""
    flat = [term.feature for term in model.terms if min(term.values) == max(term.values)]
    names = "、".join(feature_ja(name, features) for name in flat)
    told = Text((f"値によって変わらないもの({len(flat)}個、図は省きます): {names}",))
    return [_steps(model, features, set(flat), made_up), *([told] if flat else [])]


def _steps(model: Model, features: Mapping[str, Any], left_out: set[str], made_up: bool) -> Gallery | Missing:
    pictures = []
    for term in (term for term in model.terms if term.feature not in left_out):
        unit = features[term.feature].unit if term.feature in features else "値"
        way = "多いほど高い" if term.direction > 0 else "多いほど低い"
        names = plots.intervals_of(term.edges)
        said = "、".join(
            f"{n}: {spoken(v - term.mean, 'plain')}" for n, v in zip(names[:40], term.values, strict=False)
        )
        unseen = spoken(term.missing - term.mean, "plain")
        pictures.append(
            Picture(
                f"{feature_ja(term.feature, features)}({way})",
                plots.step_function(term, unit, made_up=made_up),
                f"{said}、見えない: {unseen}",
                {"feature": term.feature, "edges": term.edges, "values": term.values, "not_visible": term.missing,
                 "mean": term.mean},
            )
        )  # fmt: skip
    return Gallery(tuple(pictures)) if pictures else Missing("段の図")


def _pairs(model: Model, features: Mapping[str, Any], made_up: bool) -> list[Block]:
    if not model.pairs:
        return [Text(("2つの事情を組にした表は、このモデルにはありません。",))]
    pictures: list[Block] = [Heading("2つの事情の組")]
    for pair in model.pairs:
        a, b = feature_ja(pair.a, features), feature_ja(pair.b, features)
        svg = plots.pair_grid(pair, a, b, made_up=made_up)
        data = {"pair": pair.name, "edges_a": pair.edges_a, "edges_b": pair.edges_b, "grid": pair.grid,
                "mean": pair.mean}  # fmt: skip
        low, high = (float(end) - pair.mean for end in (pair.cells.min(), pair.cells.max()))
        said = f"縦 {a}、横 {b} の寄与。最小 {spoken(low, 'plain')}、最大 {spoken(high, 'plain')}。全数値は ethics.json"
        pictures.append(Picture(f"組: {a} × {b}(最後の行と列は見えないとき)", svg, said, data))
    return pictures


APART_NOTE = "署名する報告書には一世帯の事実を残しません。撤回や支援措置のときは、別紙だけを消します。"


def households(evidence: Mapping[str, Any], made_up: bool) -> Section:
    """個別の説明: waterfalls of listed and unlisted households, dated facts, the sum of each."""
    local = dig(evidence, "explained", "local") or []
    features = evidence.get("features") or {}
    blocks: list[Block] = [Text((LOCAL_NOTE,))]
    apart = dig(evidence, "explained", "apart")
    if apart:
        said = f"世帯ごとの説明 {apart['cases']}件は別紙 cases.html にあります(SHA-256 {apart['sha256']})。"
        blocks.append(Text((said, APART_NOTE)))
        return Section("local", "個別の説明", tuple(blocks))
    for title, listed in (("名簿に載る世帯", True), ("名簿に載らない世帯", False)):
        mine = [one for one in local if bool(one.get("listed")) is listed]
        blocks.append(Heading(title))
        blocks += [_case(one, place, features, made_up) for place, one in enumerate(mine, start=1)]
        if not mine:
            blocks.append(Missing(title))
    return Section("local", "個別の説明", tuple(blocks))


def _case(one: Mapping[str, Any], place: int, features: Mapping[str, Any], made_up: bool) -> Case:
    phi = {str(name): float(value) for name, value in one["contributions"].items()}
    order = sorted(phi, key=lambda name: (-abs(phi[name]), name))
    large = [name for name in order if abs(phi[name]) >= _NOUGHT][:SHOWN]
    parts = [(feature_ja(name, features), phi[name]) for name in large]
    rest = sum(phi[name] for name in order if name not in large)
    if len(large) < len(phi):
        parts.append((f"そのほか({len(phi) - len(large)}項目)", rest))
    base, margin = float(one["base"]), float(one["margin"])
    off = abs(base + sum(phi.values()) - margin)
    said = "、".join(f"{label} {plots.signed(value)}" for label, value in parts)
    total = sum(phi.values())
    start, added, whole, told = (spoken(x, "exact") for x in (base, total, base + total, margin))
    proof = f"出発点 {start} + 寄与の合計 {added} = {whole}、モデルの合計 {told}、"
    proof += f"差 {tiny(off)}({'一致' if off <= TOLERANCE else '不一致'})"
    kind = "載る" if one.get("listed") else "載らない"
    facts = tuple(str(fact) for fact in one.get("facts") or ())
    listing = Bullets("日付のある事実(寄与の大きい順)", facts) if facts else Text(("日付のある事実: なし",))
    picture = Picture(
        f"合計までの積み上げ({kind}世帯 {place}、n=1世帯の計算の内訳)",
        plots.waterfall(base, parts, margin, made_up=made_up),
        f"出発点 {base:.2f}、{said}、合計 {margin:.2f}",
        {"base": base, "contributions": phi, "margin": margin, "difference": off},
    )
    return Case(f"{kind}世帯 {place}", (picture, Text((proof,), "lead"), listing))


def additivity(evidence: Mapping[str, Any]) -> Section:
    """加法性の証明: the largest difference over all rows, and over the households shown; shap as independent check."""
    found, shap = evidence.get("additivity"), evidence.get("shap")
    rows: list[tuple[Cell, ...]] = []
    if found:
        rows.append(_check(f"{explained_on(evidence)}すべての世帯", found["max_error"], found["rows"], TOLERANCE))
    local = dig(evidence, "explained", "local") or []
    if local:
        errors = [abs(one["base"] + sum(one["contributions"].values()) - one["margin"]) for one in local]
        rows.append(_check("個別に示した世帯", max(errors), len(local), TOLERANCE))
    columns = ("対象", "差の最大(絶対値)", "n(行)", "許す差", "結果")
    note = "全行の最大値そのもので、推定ではないため区間はありません。目盛りは対数オッズ。"
    blocks: list[Block] = [Text((ADDITIVITY_NOTE,)), table("足し算の確かめ", columns, rows, note)]
    title = "独立した計算(shap)との一致"
    if shap:
        error = shap.get("max_error", shap.get("agreement"))
        line = (
            []
            if error is None
            else [_check("候補「ブースティング」の表と shap の差", error, shap.get("rows", 0), 1e-5)]
        )
        blocks.append(table(title, columns, line, SHAP_NOTE))
    else:
        blocks.append(Missing(title, why=unlearnt(evidence.get("metrics") or {})))
    return Section("additivity", "加法性の証明", tuple(blocks))


def _check(name: str, error: float, rows: int, allowed: float) -> tuple[Cell, ...]:
    return (
        words(name),
        Cell(tiny(error), style="number", data=float(error)),
        count(rows),
        Cell(tiny(allowed, 0), style="number", data=allowed),
        words("一致" if error <= allowed else "不一致(署名してはいけません)"),
    )


def stability(evidence: Mapping[str, Any], made_up: bool) -> Section:
    """理由の安定性: agreement of the top three over refits; how many households keep how many reasons."""
    found = dig(evidence, "metrics", "stability") or {}
    rows = [
        (words("上位3つの一致(Jaccard)の平均"), figure(found.get("mean_jaccard_top3"))),
        (words("一致が半分に満たない世帯の割合"), figure(found.get("share_below_half"), "share")),
    ]
    if "random_baseline" in found:
        rows.append((words("偶然でも得られる一致(計算による値。区間なし)"), number(found["random_baseline"])))
    blocks: list[Block] = [Text((STABILITY_NOTE,))]
    if found.get("refits"):
        note = f"{judged_on(evidence.get('metrics') or {})}世帯での一致。"
        blocks.append(table(f"学習し直し {found['refits']} 回での一致", ("指標", "値"), rows, note))
    else:
        blocks.append(Text((str(found["note"]),), "box") if found.get("note") else Missing("学習し直しでの一致"))
    blocks.append(_shares(dig(evidence, "explained", "shares") or [], explained_on(evidence), made_up))
    return Section("stability", "理由の安定性", tuple(blocks))


def _shares(rows: Sequence[Mapping[str, Any]], on: str, made_up: bool) -> Block:
    shown = suppress([int(row["households"]) for row in rows])
    cells = []
    for row, seen in zip(rows, shown.cells, strict=True):
        whole = int(row["of"])
        share: Any = None
        if seen and whole:
            value = int(row["households"]) / whole
            low, high = wilson(value, whole)
            share = {"value": value, "low": min(low, value), "high": max(high, value), "n": whole,
                     "method": "Wilson", **mark(made_up)}  # fmt: skip
        told = figure(share, "share") if share else hidden()
        cells.append((words(f"{row['reasons']}個"), count(int(row["households"])) if seen else hidden(), told))
    note = f"{on}世帯のうち、合計が高いほうから訪問枠の数までに、理由として文に書けるものがいくつ残ったか。"
    return table("残った理由の数", ("理由の数", "世帯", "割合"), cells, note)
