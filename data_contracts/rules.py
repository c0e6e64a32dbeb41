"""Row rules as SQL predicates, compiled from a contract: judge, Great Expectations, pages and canaries share them."""

from __future__ import annotations

from data_contracts.contract import Column, Contract, Rule
from data_contracts.profile import Source
from data_contracts.values import DATE_NONE_TEXTS

KEY_CONFLICT = "key.conflict"
# File rules that follow from the contract's numbers; contract-specific ones carry ids of their own.
TOO_MANY_REFUSED = "file.refuse_share"
TOO_FEW_ROWS = "file.minimum_rows"
NOT_WHOLE = "file.full_only"

_BLANKS = " \t\u3000"
_FULL_WIDTH, _HALF_WIDTH = "０１２３４５６７８９－／", "0123456789-/"
_TYPE_WORDS = {"int": "数字", "date": "日付", "flag": "0か1"}
_TYPE_REMEDIES = {
    "int": "数字だけで書いてください(桁区切りのカンマと全角数字は可)。",
    "date": "実在する日付を 2026-04-01、20260401、令和8年4月1日 のように、時刻を付けずに書いてください。",
    "flag": "0 か 1 で書いてください。",
}


def row_rules(contract: Contract) -> tuple[Rule, ...]:
    """Every rule that looks at one row, generated ones first, in column order.

    Out: Rule(id, sentence, predicate, remedy, severity); a predicate is TRUE for a broken row of the staging table
    (typed `c`, delivered `c__raw`, `c__unknown` for dates). `key.conflict` looks at several rows: `conflict_query`.
    """
    generated = [rule for column in contract.columns for rule in _column_rules(column)]
    return (*generated, *contract.rules)


def rule_ids(source: Source) -> list[tuple[str, str, str]]:
    """(id, Japanese sentence, severity) of every rule of a source, file rules included. Imports nothing heavy."""
    rows = [(rule.id, rule.sentence, rule.severity) for rule in row_rules(source.contract)]
    files = [(rule, sentence, "error") for rule, sentence, _ in file_rules(source)]
    drift = [(rule.id, rule.sentence, "warning") for rule in source.contract.drift]
    return [*rows, (KEY_CONFLICT, KEY_CONFLICT_SENTENCE, "error"), *files, *drift]


KEY_CONFLICT_SENTENCE = "同じ鍵の行は1つのファイルに1つだけである(内容のちがう行があれば、どれも受け付けない)"
KEY_CONFLICT_REMEDY = "正しい1行だけを残して出し直してください。"


def file_rules(source: Source) -> list[tuple[str, str, str]]:
    """(id, sentence, remedy) of the rules on whole files that the judge applies."""
    contract = source.contract
    share = f"{contract.refuse_share:.0%}"
    out = [
        (
            TOO_MANY_REFUSED,
            f"受け付けない行がファイルの{share}を超えない",
            "下の行を直し、出し直してください。どの行も同じ理由なら、情報(フォルダー)の取りちがえも確かめてください。",
        )
    ]
    if contract.minimum_rows > 0:
        signed = "(本当に0件のときは confirmed.yaml に件数がある)" if contract.confirmation != "none" else ""
        sentence = f"全件のファイルに{contract.minimum_rows}行以上ある{signed}"
        out.append((TOO_FEW_ROWS, sentence, "全件がそろっているか確かめ、出し直してください。"))
    if contract.role == "protection":
        out.append((NOT_WHOLE, "全件のファイルである", "差分ではなく、全件のファイルを出してください。"))
    return out + [(rule.id, rule.sentence, rule.remedy) for rule in contract.file_rules]


def content_columns(contract: Contract, *, with_unknown: bool = True) -> list[str]:
    """Quoted typed columns (and 不詳 flags) that make up what a row says."""
    typed = [quoted(column.name) for column in contract.columns]
    flags = [quoted(f"{column.name}__unknown") for column in contract.columns if column.type == "date"]
    return typed + (flags if with_unknown else [])


def repeated_rows(contract: Contract, table: str) -> str:
    """SQL: delivery, row, the natural key and `content` (hash) of rows whose key occurs more than once in its file.

    Keys are first thinned out by their 64-bit hash, which is cheap on millions of rows, and then compared exactly.
    """
    key = ", ".join(quoted(name) for name in contract.key)
    readable = " AND ".join(
        ["true"] + [f"{quoted(c.name)} IS NOT NULL" for c in contract.columns if c.name in contract.key and c.required]
    )
    content = ", ".join(content_columns(contract))
    return (
        f"SELECT delivery, row, {key}, hash({content}) AS content FROM {table} WHERE {readable} AND "
        f"hash(delivery, {key}) IN (SELECT hash(delivery, {key}) FROM {table} GROUP BY 1 HAVING count(*) > 1)"
    )


def conflict_query(contract: Contract, table: str) -> str:
    """SQL: delivery, row of every row whose key occurs in its file with different content (rule key.conflict)."""
    key = ", ".join(quoted(name) for name in contract.key)
    return (
        "SELECT delivery, row FROM (SELECT delivery, row, min(content) OVER same <> max(content) OVER same AS broken "
        f"FROM ({repeated_rows(contract, table)}) WINDOW same AS (PARTITION BY delivery, {key})) WHERE broken"
    )


def quoted(name: str) -> str:
    """A column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _blank(raw: str) -> str:
    return f"coalesce(trim({raw}, {_text(_BLANKS)}), '') = ''"


def _nothing(column: Column) -> str:
    """SQL: the office delivered «nothing» in this cell (empty, blank, or a sentinel date)."""
    raw = quoted(f"{column.name}__raw")
    if column.type != "date":
        return f"({_blank(raw)})"
    half = f"translate(regexp_replace({raw}, '[{_BLANKS}]', '', 'g'), '{_FULL_WIDTH}', '{_HALF_WIDTH}')"
    # list_contains, not IN: DuckDB makes a join of a long IN and then computes the text for every row.
    return f"({_blank(raw)} OR coalesce(list_contains([{', '.join(map(_text, DATE_NONE_TEXTS))}], {half}), false))"


def _where_null(name: str, condition: str) -> str:
    """CASE, not AND: DuckDB then looks at the delivered text only where there is no typed value (10 × faster)."""
    return f"CASE WHEN {name} IS NULL THEN {condition} ELSE false END"


def _column_rules(column: Column) -> list[Rule]:
    made = [
        _required(column),
        _typed(column),
        _pattern(column),
        _values(column),
        *_bounds(column),
        _length(column),
    ]
    return [rule for rule in made if rule is not None]


def _rule(column: Column, what: str, predicate: str, sentence: str, remedy: str) -> Rule:
    return Rule(f"{column.name}.{what}", f"「{column.header}」{sentence}", predicate, remedy)


def _required(column: Column) -> Rule | None:
    if not column.required:
        return None
    name = quoted(column.name)
    broken = f"{name} IS NULL" if column.type in ("text", "list") else _where_null(name, _nothing(column))
    if column.type == "date" and column.key_position is not None:
        broken = f"({broken} OR {quoted(f'{column.name}__unknown')})"  # a key of an unknown day is no key
    return _rule(column, "required", broken, "が入っている", f"「{column.header}」を入れてください。")


def _typed(column: Column) -> Rule | None:
    if column.type not in _TYPE_WORDS:
        return None
    wrong = f"NOT {_nothing(column)}"
    if column.type == "date":
        wrong += f" AND NOT {quoted(f'{column.name}__unknown')}"
    broken = _where_null(quoted(column.name), wrong)
    return _rule(column, "type", broken, f"は{_TYPE_WORDS[column.type]}として読める", _TYPE_REMEDIES[column.type])


def _pattern(column: Column) -> Rule | None:
    if not column.pattern:
        return None
    broken = f"NOT regexp_full_match({quoted(column.name)}, {_text(column.pattern)})"
    return _rule(
        column, "pattern", broken, "の桁数と文字が決まりに合う", f"次の形に直してください: {column.description}"
    )


def _values(column: Column) -> Rule | None:
    if not column.values:
        return None
    allowed, name = ", ".join(map(_text, column.values)), quoted(column.name)
    broken = f"NOT list_has_all([{allowed}], {name})" if column.type == "list" else f"{name} NOT IN ({allowed})"
    sentence = f"は決められた語のどれかである({'、'.join(column.values)})"
    remedy = "決められた語に直して出し直してください。課でいつも使う語なら、読み替えを気づきの担当に頼んでください。"
    rule = _rule(column, "values", broken, sentence, remedy)
    return Rule(rule.id, rule.sentence, rule.predicate, rule.remedy, column.values_severity)


def _bounds(column: Column) -> list[Rule]:
    name, out = quoted(column.name), []
    if column.minimum is not None:
        broken = f"{name} < {column.minimum}"
        out.append(_rule(column, "minimum", broken, f"は{column.minimum}以上である", "値を確かめてください。"))
    if column.maximum is not None:
        broken = f"{name} > {column.maximum}"
        out.append(_rule(column, "maximum", broken, f"は{column.maximum}以下である", "値を確かめてください。"))
    return out


def _length(column: Column) -> Rule | None:
    if column.max_length is None:
        return None
    name = quoted(column.name)
    measured = f"array_to_string({name}, '|')" if column.type == "list" else name
    broken = f"length({measured}) > {column.max_length}"
    return _rule(column, "length", broken, f"は{column.max_length}字以内である", "短くしてください。")
