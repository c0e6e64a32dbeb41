"""Drawn tables: the fixture that checks them and the recorder that prints them, from the same functions.

`python tests/spec/features/feature_manual.py` prints docs/spec/features.md anew.
"""

import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from features import inputs
from features.compiler import evidence, feature_table, vacancy_suspected
from features.definitions import FEATURES
from features.drawing import drawn_table
from features.kinds import kinds, source_names

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "spec" / "features.md"
SOURCES = tuple(source_names())
DWELLINGS = ("water",)
LONG_AGO = date(2000, 1, 1)
Row = dict[str, Any]

HEAD = """# 特徴量の仕様書

<!-- tests/spec/features から印刷したページです。直すのは仕様のほうです: python {script} -->

ここに描いた表は、そのまま試験として実行されます。「事実」の表を入れると、基準日に「値」の表が得られます。

表に書いていない列は次のとおりです: 人は `<世帯>-1`、住まいは `<世帯>-家`、判明日(known_from)は始まった日、判明の終わり
(known_until)はなし、情報源は種別のもの、日付の確かさは `day`。とくに断らなければ、どの世帯も1人で、ずっと前から同じ
住まいに住み、すべての情報源に同意があります。`-` は空欄(終わっていない・見えない)です。
"""


def drawn(text: str) -> list[Row]:
    """The rows of a drawn table: a head, a rule, one line per row, cells between bars; `-` is empty."""
    lines = [line.strip() for line in inspect.cleandoc(text).splitlines() if line.strip()]
    head, rule, *body = lines
    if set(rule) - set("-+| "):
        raise ValueError(f"a drawn table needs a rule of dashes below its head, not {rule!r}")
    names = [cell.strip() for cell in head.split("|")]
    return [dict(zip(names, map(_cell, line.split("|")), strict=True)) for line in body]


def aligned(text: str) -> str:
    """The same drawing with its bars under each other, whatever was put into it."""
    lines = [line.strip() for line in inspect.cleandoc(text).splitlines() if line.strip()]
    return drawn_table([[cell.strip() for cell in line.split("|")] for line in (lines[0], *lines[2:])])


def _cell(text: str) -> Any:
    text = text.strip()
    if text == "-":
        return None
    if text.lstrip("-").isdigit():
        return int(text)
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


@dataclass
class Town:
    """The five tables, from what was drawn and what goes without saying."""

    tables: dict[str, list[Row]]
    households: list[str]

    @classmethod
    def of(cls, households: list[str], drawings: dict[str, str]) -> "Town":
        """Drawn tables replace what goes without saying: membership, residence, permission, visible."""
        known = {"from": LONG_AGO, "until": None, "known_from": LONG_AGO, "known_until": None}
        usual: dict[str, list[Row]] = {
            "episodes": [],
            "membership": [{"person_key": f"{h}-1", "household_key": h} for h in households],
            "residence": [{"dwelling_key": f"{h}-家", "household_key": h} for h in households],
            "permission": [{"person_key": f"{h}-1", "source": s} for h in households for s in SOURCES],
            "visible": [{"household_key": h, "source": s} for h in households for s in SOURCES],
        }
        given = {name: [_renamed(row) for row in drawn(text)] for name, text in drawings.items()}
        tables = {**usual, **given}
        tables["episodes"] = [_fact(row) for row in tables["episodes"]]
        for name in ("membership", "residence"):
            tables[name] = [{**known, **row} for row in tables[name]]
        return cls(tables, households)

    def arguments(self, day: date) -> tuple[Any, ...]:
        schemas = {
            "episodes": inputs.EPISODES,
            "membership": inputs.MEMBERSHIP,
            "residence": inputs.RESIDENCE,
            "permission": inputs.PERMISSION,
            "visible": inputs.VISIBLE,
        }
        built = [pa.Table.from_pylist(self.tables[name], schema=schema) for name, schema in schemas.items()]
        return (*built, pa.array(self.households), day)


def _renamed(row: Row) -> Row:
    keys = ("household", "person", "dwelling")
    return {f"{name}_key" if name in keys else name: value for name, value in row.items()}


def _fact(row: Row) -> Row:
    household, kind = row.pop("household_key", None), row["kind"]
    source = kinds()[kind].source
    owner = {"person_key": None, "dwelling_key": None}
    owner |= {"dwelling_key": f"{household}-家"} if source in DWELLINGS else {"person_key": f"{household}-1"}
    usual = {"source": source, "ended_on": None, "date_precision": "day", "known_from": row["began_on"], **owner}
    return {**usual, **row}


class Spec:
    """Checks a drawn example against the engine."""

    def __call__(self, feature: str, *, day: str, expected: str, **drawings: str) -> None:
        """`expected`: household | value, `-` = not visible."""
        wanted = {row["household"]: row["value"] for row in drawn(expected)}
        town = Town.of(list(wanted), drawings)
        one = {feature: FEATURES[feature]}
        found = feature_table(*town.arguments(date.fromisoformat(day)), features=one).to_pylist()
        assert {row["household_key"]: row[feature] for row in found} == wanted

    def reasons(self, feature: str, *, day: str, expected: str, **drawings: str) -> None:
        """`expected`: household | person | first_on | latest_on | n."""
        wanted = [_renamed(row) for row in drawn(expected)]
        town = Town.of(sorted({row["household_key"] for row in wanted}), drawings)
        found = evidence(*town.arguments(date.fromisoformat(day)), features={feature: FEATURES[feature]})
        assert found.drop_columns(["feature"]).to_pylist() == wanted

    def vacant(self, *, day: str, expected: str, **drawings: str) -> None:
        """`expected`: household | suspected (yes or no)."""
        wanted = {row["household"]: row["suspected"] == "yes" for row in drawn(expected)}
        town = Town.of(list(wanted), drawings)
        found = vacancy_suspected(*town.arguments(date.fromisoformat(day))).to_pylist()
        assert found == sorted(household for household, suspected in wanted.items() if suspected)


TITLES = {
    "episodes": "事実",
    "membership": "世帯員",
    "residence": "住まい",
    "permission": "同意",
    "visible": "見える情報源",
}


@dataclass
class Recorder(Spec):
    """Takes the place of `Spec` and writes down what is drawn instead of checking it."""

    lines: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)

    def __call__(self, feature: str, *, day: str, expected: str, **drawings: str) -> None:
        self.features.append(feature)
        self._write(f"`{feature}` · 基準日 {day}", {"値": expected}, drawings)

    def reasons(self, feature: str, *, day: str, expected: str, **drawings: str) -> None:
        self._write(f"`{feature}` の理由のもとになる事実 · 基準日 {day}", {"もとになる事実": expected}, drawings)

    def vacant(self, *, day: str, expected: str, **drawings: str) -> None:
        self._write(f"空き家の疑い · 基準日 {day}", {"疑い": expected}, drawings)

    def _write(self, title: str, outcome: dict[str, str], drawings: dict[str, str]) -> None:
        self.lines += [title, ""]
        named = {TITLES[name]: text for name, text in drawings.items()} | outcome
        for name, text in named.items():
            self.lines += [f"{name}:", "", "```text", aligned(text), "```", ""]


def chapters() -> Iterator[ModuleType]:
    """The chapter files, in the order of their names."""
    for path in sorted(HERE.glob("test_spec_features_*.py")):
        found = importlib.util.spec_from_file_location(path.stem, path)
        assert found is not None
        assert found.loader is not None
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        yield module


def sections(module: ModuleType) -> Iterator[tuple[str, Callable[[Spec], None]]]:
    """The functions of a chapter that draw something, in the order in which they are written."""
    for name, function in vars(module).items():
        if name.startswith("test_") and list(inspect.signature(function).parameters) == ["spec"]:
            yield name, function


def specified_features() -> set[str]:
    """The features that at least one drawn table speaks of."""
    recorder = Recorder()
    for module in chapters():
        for _, function in sections(module):
            function(recorder)
    return set(recorder.features)


def manual_page() -> str:
    """docs/spec/features.md, as the chapters stand now."""
    lines = [HEAD.format(script=Path(__file__).relative_to(PAGE.parents[2]).as_posix())]
    for module in chapters():
        lines += [f"## {inspect.getdoc(module)}", ""]
        for _, function in sections(module):
            title, _, text = (inspect.getdoc(function) or "").partition("\n")
            recorder = Recorder()
            function(recorder)
            lines += [f"### {title.rstrip('。')}", "", *([text.strip(), ""] if text.strip() else []), *recorder.lines]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(manual_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
