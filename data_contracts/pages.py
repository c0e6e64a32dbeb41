"""The contract as a Japanese page for the office that signs it, made from the declaration alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from data_contracts.catalog import Catalog
from data_contracts.contract import KINDS, Column, Contract, Safeguard
from data_contracts.profile import Entry, FirstKnown, Source
from data_contracts.rules import KEY_CONFLICT, KEY_CONFLICT_REMEDY, KEY_CONFLICT_SENTENCE, file_rules, row_rules

_ROLES = {
    "frame": "母数とつなぎ合わせ(得点に使わない)",
    "consents": "使ってよいかどうかの台帳",
    "protection": "守る人の一覧(出力から外すためだけ)",
    "teams": "訪問の体制",
    "slips": "人の道(主任が読む。得点に使わない)",
    "signal": "気づきのもと(本人の同意がある行だけを残す)",
    "outcomes": "訪問の結果",
}
_TYPES = {"text": "文字", "int": "整数", "date": "日付", "flag": "0か1", "list": "一覧(|区切り)"}
_SHAPES = {"row": "期間", "pair": "始めと終わりの組", "run": "連続する月", "point": "その日"}
_SUBJECTS = {
    "resident_id": "宛名番号で本人を決めます。",
    "kana_address": "カナと住所でお住まいを決めます(番号はありません)。決められない行は数えて忘れます。",
    "resident_id_or_kana_address": "宛名番号、なければカナと住所で本人を決めます。決められない行は数えて忘れます。",
    "kana_birth_or_address": "カナと生年月日、またはカナと住所で本人を決めます。決められない行は数えて忘れます。",
    "household_key": "世帯の仮の鍵で決めます。",
    "none": "人の情報ではありません。",
}


def contract_page(source: Source) -> str:
    """Markdown of docs/contracts/<source>.md: what to deliver, every column, every rule, what becomes an episode."""
    contract = source.contract
    parts = [
        f"# {contract.title}({contract.name})",
        "<!-- config/sources から作られたページです。直すときは宣言を直し、make docs で作り直してください。 -->",
        contract.description,
        _facts(source),
        "## 項目",
        "*は必ず入れる項目、鍵は1行を決める項目です。見出しは日本語でも英字名でもかまいません。",
        _columns(contract),
        _accepted(source),
        "## 行の規則",
        "破られた行はその行だけを受け付けません(「知らせるだけ」の規則は受け付けます)。",
        _rules(contract),
        "## ファイルの規則",
        "破られたファイルは全体を受け付けず、最後に受け付けた状態を使い続けます。",
        _table(("番号", "決まり", "直し方"), file_rules(source)),
        _drift(source),
        _episodes(source),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def contract_pages(catalog: Catalog, day: date = date.max) -> dict[str, str]:
    """File name → text of every page of docs/contracts, in the versions valid on `day` (default: the newest)."""
    pages = {f"{name}.md": contract_page(catalog.source(name, day)) for name in catalog.names}
    titles = [(catalog.source(name, day).contract.title, f"[{name}]({name}.md)") for name in catalog.names]
    return pages | {"README.md": f"# 受け渡しの取り決め\n\n{_table(('情報', 'ページ'), titles)}\n"}


def _facts(source: Source) -> str:
    contract, profile = source.contract, source.profile
    scope = "、".join(contract.column(name).header for name in contract.full_scope) or "全体"
    rows = [
        ("役割", _ROLES[contract.role]),
        ("だれの行か", _SUBJECTS.get(contract.subject.get("by", "none"), contract.subject.get("by", ""))),
        ("鍵", "・".join(contract.column(name).header for name in contract.key)),
        ("ファイルの種類", f"名前に区別がなければ{KINDS[contract.default_kind]}"),
        ("全件の範囲", scope if profile.full_glob or contract.default_kind == "full" else "全件の受け渡しはない"),
        ("受け付けない行の上限", f"{contract.refuse_share:.0%}(超えたらファイルごと受け付けない)"),
        ("全件の最少行数", f"{contract.minimum_rows}行"),
        ("同意の対象期間と比べる日", contract.column(contract.fact_date).header if contract.fact_date else "なし"),
        *([("点数に使わずに持つ行", _safeguard(contract.safeguard))] if contract.safeguard else []),
        ("版", f"{contract.version}({contract.valid_from.isoformat()}から)"),
    ]
    return _table(("こと", "決まり"), rows)


def _safeguard(said: Safeguard) -> str:
    return (
        f"`{said.when}` の行は、同意がなくても、訪問を控え、先に主任が確かめるためだけに封をして持ちます。"
        f"`{said.only}` の行は、同意があっても、ほかには使いません。"
    )


def _columns(contract: Contract) -> str:
    rows = [
        (
            column.header + ("*" if column.required else ""),
            f"`{column.name}`",
            "鍵" if column.key_position is not None else "",
            _TYPES[column.type],
            _limits(column),
            column.description,
        )
        for column in contract.columns
    ]
    return _table(("見出し", "英字名", "鍵", "型", "値", "説明"), rows)


def _limits(column: Column) -> str:
    said = []
    if column.values:
        said.append(" ".join(column.values))
    if column.pattern:
        said.append(f"`{column.pattern}`")
    if column.minimum is not None or column.maximum is not None:
        said.append(f"{_number(column.minimum)}~{_number(column.maximum)}")
    if column.max_length is not None:
        said.append(f"{column.max_length}字まで")
    return "、".join(said)


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _accepted(source: Source) -> str:
    """Other spellings that this municipality's profile reads as the agreed ones."""
    rows = []
    for column in source.contract.columns:
        headers = [h for h in source.profile.headers[column.name] if h not in (column.header, column.name)]
        mapped = source.profile.value_map.get(column.name, {})
        values = [f"{old or '(空)'}→{new}" for old, new in mapped.items()]
        label = source.profile.labels.get(column.name, "")
        if headers or values or label:
            rows.append((column.header, "、".join(headers), "、".join(values), label))
    return "## 読み替え\n\n" + _table(("項目", "ほかの見出し", "値の読み替え", "意味"), rows) if rows else ""


def _rules(contract: Contract) -> str:
    rows = [(r.id, r.sentence, r.remedy, _weight(r.severity)) for r in row_rules(contract)]
    rows.append((KEY_CONFLICT, KEY_CONFLICT_SENTENCE, KEY_CONFLICT_REMEDY, _weight("error")))
    return _table(("番号", "決まり", "直し方", "扱い"), rows)


def _weight(severity: str) -> str:
    return "受け付けない" if severity == "error" else "知らせるだけ"


def _drift(source: Source) -> str:
    """What is pointed out without refusing anything: a delivery unlike the last ones, or one that does not come."""
    contract = source.contract
    rows = [(rule.id, rule.sentence, rule.remedy) for rule in contract.drift]
    rows += [
        (
            f"latency{'' if kind == 'any' else f'.{kind}'}",
            f"{one.sentence}。{one.overdue}日を過ぎても届かなければ知らせる",
            "",
        )
        for kind, one in contract.cadence.items()
    ]
    return "## 変わり方\n\n知らせるだけで、断りません。件数と割合だけを見ます。\n\n" + _table(
        ("番号", "決まり", "お願い"), rows
    )


def _episodes(source: Source) -> str:
    entries = source.episodes.entries
    if not entries:
        return ""
    rows = [(e.label, f"`{e.kind}`", _SHAPES[e.shape], e.unit or "", _when(e)) for e in entries]
    told = [(f"`{name}`", _derived(said)) for name, said in source.episodes.derive.items()]
    names = "\n\n条件に出てくる名前のうち、列でないもの:\n\n" + _table(("名前", "意味"), told) if told else ""
    head = ("出来事", "名前", "形", "単位", "条件と始まり")
    return "## 出来事\n\n行は次の出来事になります。\n\n" + _table(head, rows) + names


def _derived(said: str | FirstKnown) -> str:
    if isinstance(said, str):
        return f"`{said}`"
    return "その人のその行" + ("を初めて知った日" if said.when == "true" else f"で `{said.when}` と初めて知った日")


def _when(entry: Entry) -> str:
    if entry.shape == "pair":
        return f"`{entry.start}` から `{entry.end}` まで"
    if entry.shape == "run":
        return f"`{entry.when}` が{entry.step_months}か月おきに続く間"
    end = f" から `{entry.ended_on}`" if entry.ended_on else ""
    return f"`{entry.when}`、`{entry.began_on}`{end}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(_cell(text) for text in line) + " |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
