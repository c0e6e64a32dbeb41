"""`kizuki explain-feature`: a feature's definition, its SQL and a worked example, as text in Japanese or English."""

import inspect
from datetime import date
from difflib import get_close_matches
from typing import Any, Final, Literal

from features.definition import Feature
from features.definitions import FEATURES
from features.dictionary import entry_rows
from features.drawing import drawn_table
from features.example import Example, example
from features.kinds import kinds
from features.sql import sql_of
from features.wanted import wanted_parts

Language = Literal["ja", "en"]
EXAMPLE_DAY: Final = date(2026, 4, 1)

_HOW: Final = {
    "ja": {"count": "数", "earliest": "最も早い始まり", "largest": "最も大きい数量", "quantity": "数量の合計"},
    "en": {"count": "count", "earliest": "earliest beginning", "largest": "largest quantity", "quantity": "sum"},
}
_WORDS: Final = {
    "ja": {
        "example": "計算の例(基準日 {day}、架空の一世帯、事実は分かった日から数えてよいもの)",
        "fact": ("#", "種別", "始まり", "終わり(-は継続中)", "数量"),
        "part": "部分{i}",
        "parts": ("部分", "数え方", "種別", "期間", "値"),
        "value": "値 = {value:g} {unit}(宣言の式で部分から。照合用の Python の計算でも {double:g})",
        "unseen": "どの情報源も見えない世帯では空欄、見えていて事実がなければ0です。",
        "sql": "SQL(DuckDB の書き方。同じ宣言から。部分を世帯ごとに数えるところまで。最後の式は整数の計算)",
        "yes": "○",
    },
    "en": {
        "example": "Worked example (as of {day}, one made-up household whose facts may all count)",
        "fact": ("#", "kind", "began", "ended (- = open)", "quantity"),
        "part": "part {i}",
        "parts": ("part", "what", "kinds", "window", "value"),
        "value": "value = {value:g} {unit} (from the parts, by the declared formula; the Python reference: {double:g})",
        "unseen": "Null where no source of it is visible for the household; 0 where it is and there is no fact.",
        "sql": "SQL (DuckDB's dialect, from the same declaration; it counts the parts, a formula follows)",
        "yes": "yes",
    },
}


class UnknownFeature(KeyError):
    """There is no such feature; `near` holds names like it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.near = get_close_matches(name, FEATURES, n=3, cutoff=0.4)


def explained(name: str, day: date = EXAMPLE_DAY, language: Language = "ja") -> str:
    """The whole text. Raises UnknownFeature."""
    if name not in FEATURES:
        raise UnknownFeature(name)
    feature, words = FEATURES[name], _WORDS[language]
    worked = example(feature, day)
    blocks = [
        "\n".join([name, *_definition(feature, language)]),
        "\n".join([str(words["example"]).format(day=day), "", _facts(worked, language)]),
        _parts(feature, worked, language),
        str(words["value"]).format(value=worked.value, unit=_unit(feature, language), double=worked.double),
        str(words["unseen"]),
        "\n".join([str(words["sql"]), "", sql_of(feature, day)]),
    ]
    return "\n\n".join(blocks) + "\n"


def _definition(feature: Feature, language: Language) -> list[str]:
    if language == "ja":
        return [f"  {title}: {text.strip('`')}" for title, text in entry_rows(feature).items() if text]
    said = (inspect.getdoc(type(feature.measure)) or "").replace("\n\n", " ").replace("\n", " ")
    sign = "+1 (more is more need)" if feature.direction > 0 else "-1 (more speaks for the household)"
    rows = {
        "measure": f"{type(feature.measure).__name__}: {said}",
        "kinds": ", ".join(feature.measure.kinds),
        "window": feature.bounds,
        "direction": sign,
        "sources": ", ".join(feature.sources),
        "cut points": ", ".join(f"{cut:g}" for cut in feature.bins),
        "sentence (an example)": entry_rows(feature)["英語(例)"],
        "definition hash": feature.hash[:16],
    }
    return [f"  {title}: {text}" for title, text in rows.items()]


def _facts(worked: Example, language: Language) -> str:
    words, numbers = _WORDS[language], range(len(worked.parts))
    rows = [[*words["fact"], *(str(words["part"]).format(i=i + 1) for i in numbers)]]
    for place, fact in enumerate(worked.facts, start=1):
        told = (fact["kind"], fact["began_on"], fact["ended_on"], fact["quantity"])
        marks = [str(words["yes"]) if fact[f"in_{i}"] else "" for i in numbers]
        rows.append([str(place), *(_cell(cell, language) for cell in told), *marks])
    return drawn_table(rows)


def _parts(feature: Feature, worked: Example, language: Language) -> str:
    words = _WORDS[language]
    rows = [list(words["parts"])]
    wanted = wanted_parts({feature.name: feature})
    for place, ((part, _), came) in enumerate(zip(wanted, worked.parts, strict=True), start=1):
        named = "・".join(_cell(kind, language) for kind in part.kinds)
        came_to = "-" if came is None else str(came)
        rows.append([str(place), _HOW[language][part.how], named, part.where.bounds(), came_to])
    return drawn_table(rows)


def _cell(value: Any, language: Language) -> str:
    if value is None:
        return "-"
    if isinstance(value, str) and language == "ja":
        return kinds()[value].label.partition("(")[0]
    return str(value)


def _unit(feature: Feature, language: Language) -> str:
    return feature.unit if language == "ja" else ""
