"""Chapters about what the report covers: scope, how to read it, contracts, legal bases, settings, signatures."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from models.card import LEARNERS
from models.table import Model, model_hash
from reports.ethics_blocks import Block, Bullets, Cell, Heading, Missing, Section, Text, count, dig, table, words
from reports.ethics_context import WITHOUT_LEADS, explained_on, too_new
from reports.ethics_coverage import who_is_not_seen
from reports.ethics_texts import CONTRACTS_NOTE, NOT_A_SCORE, READING_ORDER, TERMS
from reports.ethics_words import (
    KINDS,
    PERIODS,
    SETTINGS,
    VALIDATION,
    feature_ja,
    line_ja,
    policy_ja,
    reason_ja,
    source_ja,
)


def scope(evidence: Mapping[str, Any]) -> Section:
    """表紙と範囲: what was examined, who is not in it, what a score is not."""
    blocks: list[Block] = [
        Bullets("この点数は何でないか", NOT_A_SCORE),
        *_recommendation(evidence.get("metrics") or {}),
        table("対象", ("項目", "内容"), _facts(evidence)),
        *who_is_not_seen(evidence.get("coverage"), explained_on(evidence)),
    ]
    return Section("scope", "表紙と範囲", tuple(blocks))


def _facts(evidence: Mapping[str, Any]) -> list[tuple[Cell, Cell]]:
    metrics, model = evidence.get("metrics") or {}, evidence.get("model")
    split = metrics.get("split") or {}
    rows: list[tuple[str, Any]] = [
        ("自治体", evidence.get("municipality")),
        ("学習日(この日までに知られていたこと)", evidence.get("as_of")),
        ("説明した日", evidence.get("explained_day")),
        ("目的とする出来事", _target(metrics)),
        ("見通す期間", f"{split['horizon_days']}日" if "horizon_days" in split else None),
        ("検証の方法", VALIDATION.get(str(metrics.get("validation")), metrics.get("validation"))),
        ("週あたりの訪問枠", dig(metrics, "replay", "slots") or dig(metrics, "settings", "slots")),
        ("採用したモデル", policy_ja(str(metrics.get("chosen"))) if metrics.get("chosen") else None),
        *((f"期間: {name}", _days(split.get(key))) for key, name in PERIODS.items()),
        *(("まだ新しく、読まない情報源", f"{source_ja(name)}({day}から)") for name, day in too_new(metrics).items()),
        ("重ならない検証期間の数", split.get("test_windows")),
        *_identity(model),
    ]
    return [(words(name), words(value)) for name, value in rows]


def _identity(model: Model | None) -> list[tuple[str, Any]]:
    if model is None:
        return [("モデルのハッシュ(SHA-256)", None)]
    background = model.background
    return [
        ("モデルのハッシュ(SHA-256)", model_hash(model)),
        ("学習データのハッシュ", model.training_digest),
        ("設定のハッシュ", model.config_digest),
        ("説明の基準にした集団", None if background is None else f"{background.rows:,}行({background.digest})"),
        ("学習の方法", LEARNERS.get(str(model.learned.get("learner")), model.learned.get("learner"))),
    ]


def _target(metrics: Mapping[str, Any]) -> str | None:
    parts = metrics.get("components") or []
    if not metrics.get("target"):
        return None
    named = "、".join(str(one["title"]) for one in parts)
    return f"次のいずれか: {named}" if metrics["target"] == "any" and named else line_ja(metrics["target"], parts)


def _days(days: Sequence[str] | None) -> str | None:
    return f"{days[0]} ~ {days[-1]}({len(days)}回)" if days else None


def _recommendation(metrics: Mapping[str, Any]) -> list[Block]:
    if "recommended" not in metrics:
        return [Missing("推奨できるかどうか")]
    if metrics["recommended"]:
        return [
            Text(("このモデルは、検証の結果からは署名の審査に進めます。使うかどうかは署名する二人が決めます。",), "box")
        ]
    why = tuple(reason_ja(str(reason)) for reason in metrics.get("not_recommended_because") or ())
    return [Text(("このモデルを名簿に使うことは推奨しません。", *why), "box")]


def reading_guide() -> Section:
    """読み方: one page in plain Japanese."""
    terms = [(words(term), words(meaning)) for term, meaning in TERMS]
    return Section("guide", "読み方", (Bullets("読む順番", READING_ORDER), table("ことば", ("ことば", "意味"), terms)))


def contracts(rows: Sequence[Mapping[str, Any]] | None) -> Section:
    """契約の結果: what was delivered and refused, by source."""
    columns = ("情報", "届いたファイル", "うち受け入れなかった", "届いた行", "うち受け入れなかった", "データの古さ(日)")
    cells = [
        (
            words(row.get("title") or row.get("source")),
            number_of(row.get("files")),
            number_of(row.get("refused_files")),
            _told(row, "rows"),
            _told(row, "refused_rows"),
            number_of(row.get("age_days")),
        )
        for row in rows or []
    ]
    return Section("contracts", "契約の結果", (table("情報源ごとの受け取り", columns, cells, CONTRACTS_NOTE),))


def _told(row: Mapping[str, Any], rows: str) -> Cell:
    """A number of rows; of protection (None) it is not told."""
    return words("載せません") if row.get(rows, 0) is None else count(row.get(rows))


def number_of(value: Any) -> Cell:
    """A whole number that concerns no person (files, days)."""
    return words(None) if value is None else Cell(f"{value:,}", style="number", data=value)


def register(rows: Sequence[Mapping[str, Any]] | None, unread: Collection[str] = ()) -> Section:
    """法的根拠の登録簿: every live use of personal data. `unread`: sources that the model does not read yet."""
    columns = ("番号", "情報", "種類", "条文", "理由", "範囲", "決裁・審議", "期間", "点数に使う")
    cells = [
        (
            words(row.get("number")),
            words(source_ja(str(row.get("source")))),
            words(KINDS.get(str(row.get("kind")), row.get("kind"))),
            words(row.get("article")),
            words(row.get("reason")),
            words(row.get("extent")),
            words(f"{row.get('decision') or 'なし'}(審議 {row.get('council_on') or 'なし'})"),
            words(f"{row.get('valid_from')} ~ {row.get('valid_to') or '定めなし'}"),
            words(_scores(row, unread)),
        )
        for row in rows or []
    ]
    return Section("register", "法的根拠の登録簿", (table("登録されている利用", columns, cells),))


def _scores(row: Mapping[str, Any], unread: Collection[str]) -> str:
    """Whether the entry's sources may be used for the score, and which of them this model does not read yet."""
    if not row.get("scores"):
        return "いいえ"
    named = str(row.get("source")).split("|")
    new = [source for source in named if source in unread]
    which = "" if new == named else f"{source_ja('|'.join(new))}を"
    return f"はい(このモデルは{which}まだ使っていません)" if new else "はい"


def signatures(evidence: Mapping[str, Any], made_up: bool) -> Section:
    """署名欄: the hashes that are signed, and two places to sign."""
    model = evidence.get("model")
    hashes = [
        ("モデル", model_hash(model) if model is not None else None),
        ("学習データ", model.training_digest if model is not None else None),
        ("この報告書", "このファイルの SHA-256(ファイル自身には書けないため、kizuki sign が計算して署名に含めます)"),
    ]
    lines = ["二人の別々の人の署名が、上の3つのハッシュすべてに必要です。1文字でも変わると署名は無効になります。"]
    lines.append(
        "断るときは kizuki refuse で理由を残します。その人が後の日に署名するまで、このモデルで名簿は作れません。"
    )
    if made_up:
        lines.append("架空データの報告です。実際の市のモデルとして署名することはできません。")
    if dig(evidence, "metrics", "recommended") is False:
        lines.append("検証の結果からは、このモデルを名簿に使うことは推奨しません(理由は「表紙と範囲」)。")
    if dig(evidence, "metrics", "validation") in WITHOUT_LEADS:
        lines.append("早さを測らない検証のため、名簿用には署名できません。")
    columns = ("", "氏名", "役割", "日付", "署名")
    blanks = [tuple(Cell(text) for text in (who, " ", " ", " ", " ")) for who in ("一人目", "二人目")]
    return Section(
        "signatures",
        "署名欄",
        (
            table("署名するハッシュ", ("対象", "SHA-256"), [(words(name), words(value)) for name, value in hashes]),
            Text(tuple(lines)),
            table("署名", columns, blanks),
        ),
    )


def settings_table(metrics: Mapping[str, Any], features: Mapping[str, Any]) -> list[Block]:
    """Every setting that was declared before training; targets and features by their titles."""
    said = dict(metrics.get("settings") or {})
    if "target" in said:
        said["target"] = _target(metrics)
    if "rules" in said:
        said["rules"] = [feature_ja(name, features) for name in said["rules"]]
    rows = [(words(f"{SETTINGS.get(name, name)}"), _setting(value)) for name, value in said.items()]
    return [Heading("始める前に決めた設定"), table("設定", ("名前", "値"), rows)]


def _setting(value: Any) -> Cell:
    if isinstance(value, list | tuple):
        return words("、".join(map(str, value)))
    if isinstance(value, str) or value is None:
        return words(value)
    return Cell(f"{value:g}" if isinstance(value, float) else f"{value}", style="number", data=value)
