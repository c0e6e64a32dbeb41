"""Chapters about how good the model is: all configurations tried, baselines line by line, calibration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reports import plots
from reports.ethics_blocks import (
    CANNOT_TELL,
    NOT_MADE,
    Block,
    Cell,
    Heading,
    Missing,
    Picture,
    Section,
    Text,
    Untold,
    dig,
    figure,
    number,
    spoken,
    table,
    words,
)
from reports.ethics_context import no_replay, unlearnt
from reports.ethics_scope import settings_table
from reports.ethics_texts import (
    CALIBRATION_NOTE,
    CHOICE_RULE,
    LINE_HIDDEN,
    NO_CALIBRATION,
    PRICE_NOTE,
    ROWS_NOTE,
    SAME_TERMS,
)
from reports.ethics_words import line_ja, policy_ja, reason_ja, source_ja
from reports.ethics_years import year_by_year


def forest(
    caption: str,
    entries: Iterable[tuple[str, Any]],
    unit: str,
    xlabel: str,
    *,
    made_up: bool,
    reference: float | None = None,
    marked: tuple[str, ...] = (),
    reach: tuple[float, float] | None = None,
) -> Picture | Missing:
    """A forest plot of those estimates that have value, interval and n; which ones are not drawn is said in words."""
    told: list[tuple[str, Mapping[str, Any]]] = []
    untold: list[str] = []
    for label, found in entries:
        if figure(found, unit).style == "number":
            told.append((label, found))
        else:
            untold.append(label)
    if not told:
        return Missing(caption, why="図にできる数がありません" if untold else NOT_MADE)
    scale = 100.0 if unit == "share" else 1.0
    rows = [(x, scale * f["value"], scale * f["low"], scale * f["high"], int(f["n"])) for x, f in told]
    said = "、".join(f"{label} {figure(f, unit).text} {figure(f, unit).detail}" for label, f in told)
    rest = f"。図にないもの(判断できないか、少数のため非表示): {'、'.join(untold)}" if untold else ""
    svg = plots.forest(rows, xlabel, made_up=made_up, reference=reference, marked=marked, reach=reach)
    return Picture(f"{caption}(線は95%区間){rest}", svg, said + rest, [{"label": x, **f} for x, f in told])


def comparison(metrics: Mapping[str, Any], features: Mapping[str, Any], made_up: bool) -> Section:
    """モデルの比較: every configuration tried, the price of being explainable, the rule of choice."""
    choice, chosen = metrics.get("choice") or {}, metrics.get("chosen")
    unit = "days" if metrics.get("validation", "temporal") == "temporal" else "share"
    gap = "名簿1枠あたりの的中の差" if unit == "share" else "限定平均リードの差"
    scale = f"無作為との{gap}({'%' if unit == 'share' else '日'})"
    names = [str(name) for name in choice.get("tried") or []]
    rows = [
        (
            words(policy_ja(name, chosen)),
            words("(これが最良)") if name == choice.get("best") else figure(dig(choice, "against_best", name), unit),
            figure(dig(choice, "against_random", name), unit),
        )
        for name in names
    ]
    columns = ("候補(簡単な順)", f"最良との差({gap})", "無作為との差")
    blocks: list[Block] = [
        Text((CHOICE_RULE,)),
        _outcome(choice, chosen, unit),
        table("試した候補(選択期間)", columns, rows),
        forest(
            "候補と無作為な名簿との差(選択期間)",
            [(policy_ja(name, chosen), dig(choice, "against_random", name)) for name in names],
            unit, scale, made_up=made_up, reference=0, marked=(policy_ja(str(chosen), chosen),),
        ),
        Heading("説明できることの代償"),
        Text((PRICE_NOTE,)),
        *_price(metrics),
        *settings_table(metrics, features),
    ]  # fmt: skip
    return Section("comparison", "モデルの比較", tuple(blocks))


def _outcome(choice: Mapping[str, Any], chosen: Any, unit: str) -> Block:
    if not choice:
        return Missing("選択の結果")
    delta = choice.get("delta")
    said = "" if delta is None else f"δ={spoken(float(delta), unit)}。"
    return Text((f"採用: {policy_ja(str(chosen))}。{said}{reason_ja(str(choice.get('reason', '')))}",), "box")


def _price(metrics: Mapping[str, Any]) -> list[Block]:
    price = metrics.get("price_of_explainable") or {}
    rows: list[tuple[Cell, ...]] = []
    if "restricted_mean_lead_days" in price:
        rows.append(
            (words("限定平均リードの差(上限の目安 − 採用)"), figure(price["restricted_mean_lead_days"], "days"))
        )
    if "auc" in price:
        rows.append((words("AUCの差(上限の目安 − 採用)"), figure(price["auc"], "fine")))
    for name, found in (price.get("of") or {}).items():
        rows.append((words(f"AUC: {policy_ja(name, metrics.get('chosen'))}"), figure(found)))
    return [table("説明できることの代償", ("比べたもの", "差"), rows, why=unlearnt(metrics))]


_LINE_COLUMNS = (
    ("restricted_mean_lead_days", "限定平均リード", "days"),
    ("recall_30", "30日前に間に合った", "share"),
    ("recall_60", "60日前", "share"),
    ("recall_90", "90日前", "share"),
    ("detected", "一度でも載った", "share"),
    ("lead_to_visit_days", "最初に会えた訪問までのリード", "days"),
)


def baselines(metrics: Mapping[str, Any], features: Mapping[str, Any], made_up: bool) -> Section:
    """基準との比較: random, area only, best single feature, scorecard; every line of METHODS §1; ranking figures."""
    lines = dig(metrics, "replay", "lines") or {}
    parts, chosen = metrics.get("components") or [], metrics.get("chosen")
    blocks: list[Block] = [Text((SAME_TERMS, *_terms(metrics, features)))]
    if not lines:
        blocks.append(Missing("週ごとの再現による比較(限定平均リード、間に合った割合)", why=no_replay(metrics)))
    wanted = ["all", "incident", "not_in_pipeline", "cross_source", "any_but_city_acts"]
    for name in [*wanted, *(line for line in lines if line not in wanted)]:
        why = unlearnt(metrics) if lines and name == "cross_source" else no_replay(metrics)
        blocks += _line(name, lines.get(name), line_ja(name, parts), chosen, made_up, why)
    years = year_by_year(metrics, features)
    blocks += [*(years or _ranking(metrics)), *_effort(metrics), *_without(metrics, made_up)]
    return Section("baselines", "基準との比較", tuple(blocks))


def _terms(metrics: Mapping[str, Any], features: Mapping[str, Any]) -> list[str]:
    replay, single = metrics.get("replay") or {}, dig(metrics, "baselines", "single_feature")
    said = []
    if replay:
        said.append(
            f"週 {replay.get('weeks')} 回、週 {replay.get('slots')} 枠。出来事は {replay.get('events_from')} から "
            f"{replay.get('events_until')} まで。{replay.get('burn_in', '')}。"
        )
    if single:
        title = features[single].title_ja if single in features else single
        said.append(f"「いちばん良い特徴量1つ」は、学習期間で選んだ「{title}」。")
    return said


def _line(name: str, line: Mapping[str, Any] | None, title: str, chosen: Any, made_up: bool, why: str) -> list[Block]:
    if not line:
        return [Heading(title), Missing(title, why=why)]
    if "hidden" in line:
        return [Heading(title), Missing(title, why=LINE_HIDDEN)]
    policies, gains = line.get("policies") or {}, line.get("gain_of_chosen_over") or {}
    crossed = name == "cross_source"
    rows = [
        (
            words(policy_ja(policy, chosen)),
            *(figure(found.get(key), unit) for key, _, unit in _LINE_COLUMNS),
            words("(採用)") if policy == chosen else figure(gains.get("random" if crossed else policy), "days"),
        )
        for policy, found in policies.items()
    ]
    gained = "採用モデルの上回り" if not crossed else "無作為との差"
    columns = ("名簿の作り方", *(label for _, label, _ in _LINE_COLUMNS), gained)
    note = _excluded(line)
    if rows and all(cell.text == CANNOT_TELL for row in rows for cell in row[1:] if cell.text != "(採用)"):
        untold = f"どの名簿の作り方も{CANNOT_TELL}(出来事 {rows[0][1].detail})。{note}"
        return [Heading(title), Untold(title, untold, tuple(policy_ja(p, chosen) for p in policies))]
    blocks: list[Block] = [Heading(title), table(f"{title}: 同じ訪問枠での比較", columns, rows, note)]
    if name in ("all", "not_in_pipeline"):
        blocks.append(
            forest(
                f"{title}: 限定平均リード",
                [(policy_ja(p, chosen), found.get("restricted_mean_lead_days")) for p, found in policies.items()],
                "days", "日", made_up=made_up, marked=(policy_ja(str(chosen), chosen),),
            )
        )  # fmt: skip
    return blocks


def _excluded(line: Mapping[str, Any]) -> str:
    if "excluded_events" not in line:
        return ""
    missed = line["excluded_events"]
    said = "10件未満" if missed is None else f"{missed:,}件"
    return f"数えられない出来事: {said}(見えていない、訪問の後、この行の条件に合わない)。"


def _ranking(metrics: Mapping[str, Any]) -> list[Block]:
    found, chosen = metrics.get("ranking") or {}, metrics.get("chosen")
    columns = ("名簿の作り方", "適合率(枠内)", "再現率(枠内)", "平均適合率", "AUC(最後に見る)")
    rows = [
        (
            words(policy_ja(name, chosen)),
            figure(line.get("precision_at_k"), "share"),
            figure(line.get("recall_at_k"), "share"),
            figure(line.get("average_precision")),
            figure(line.get("auc")),
        )
        for name, line in found.items()
    ]
    slots = {line.get("slots") for line in found.values()}
    size = f"枠は1回あたり {'、'.join(str(k) for k in sorted(slots))} 世帯。" if slots else ""
    note = f"{size}{ROWS_NOTE}"
    return [Heading("訪問枠での適合率と再現率"), table("訪問枠での適合率と再現率(検証期間)", columns, rows, note)]


def _effort(metrics: Mapping[str, Any]) -> list[Block]:
    chosen, found = metrics.get("chosen"), dig(metrics, "replay", "effort") or {}
    weeks = dig(metrics, "replay", "weeks")
    rows = [
        (
            words(policy_ja(name, chosen)),
            figure(line.get("timely_30_hits_per_visit"), "per_hundred"),
            number(line["churn"]) if "churn" in line else words(NOT_MADE),
        )
        for name, line in found.items()
    ]
    note = f"名簿の入れ替わりは、再現した {weeks} 週の名簿を全部数えたもの(推定ではないため区間なし)。" if rows else ""
    columns = ("名簿の作り方", "訪問100回あたり、30日前に間に合った件数", "名簿の入れ替わり")
    return [Heading("訪問あたりの成果"), table("訪問あたりの成果", columns, rows, note, no_replay(metrics))]


def _without(metrics: Mapping[str, Any], made_up: bool) -> list[Block]:
    found = dig(metrics, "replay", "without_source") or {}
    entries = [(f"{source_ja(source)}を使わない", value) for source, value in found.items()]
    rows = [(words(label), figure(value, "days")) for label, value in entries]
    title = "情報源を1つ減らすと(データの最小化)"
    columns = ("減らした情報源", "限定平均リードの減り(全部使う − 減らす)")
    drawn: list[Block] = []
    if entries:
        drawn = [forest(title, entries, "days", "限定平均リードの減り(日)", made_up=made_up, reference=0)]
    note = (
        "区間が0をまたぐ情報源は、使わなくても早さが変わるとは言えません。受け取り続ける必要があるかを検討してください。"
        "「判断できません」は、要らないという意味ではありません。"
    )
    why = unlearnt(metrics) if dig(metrics, "replay", "lines") else no_replay(metrics)
    return [Heading(title), table(title, columns, rows, note, why), *drawn]


def calibration(metrics: Mapping[str, Any], made_up: bool) -> Section:
    """較正: observed over expected, slope, intercept, ECE beside its floor, by month."""
    state, found = metrics.get("calibration") or {}, metrics.get("calibration_test") or {}
    blocks: list[Block] = [Text((CALIBRATION_NOTE, f"割合の意味: {state.get('label', NOT_MADE)}。"))]
    if state.get("fitted") is False:
        blocks.append(Text((f"{NO_CALIBRATION}合いぐあいの数もありません。",), "box"))
        return Section("calibration", "較正", tuple(blocks))
    names = (
        ("observed_to_expected", "実際/見込みの比"), ("slope", "傾き"), ("intercept", "切片"),
        ("ece", "ずれの平均(ECE)"), ("ece_if_right", "完全に合っていても出るずれ"),
    )  # fmt: skip
    rows = [(words(label), figure(found.get(key), "fine" if "ece" in key else "plain")) for key, label in names]
    months = list((found.get("observed_to_expected_by_month") or {}).items())
    blocks.append(table("較正(検証期間)", ("指標", "値"), rows if found else []))
    blocks.append(table("月ごとの実際/見込み", ("月", "比"), [(words(m), figure(f)) for m, f in months]))
    if months:
        label = "実際 / 見込み"
        blocks.append(forest("月ごとの実際/見込みの比", months, "plain", label, made_up=made_up, reference=1))
    return Section("calibration", "較正", tuple(blocks))
