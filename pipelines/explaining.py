"""`kizuki explain`: one household's numbers, and the dated facts behind them, for a reviewer."""

import re
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.definition import render_reason
from features.definitions import FEATURES
from identity.pseudonyms import WIDTH
from outreach.week import monday_of
from pipelines import layout
from pipelines.errors import WrongUse
from pipelines.home import Home
from pipelines.persons import People
from pipelines.purge import purged
from pipelines.reasons import dated_facts
from pipelines.retention import day_of
from pipelines.scope import scope
from pipelines.screening import last_day
from pipelines.whose import NOTE, owners
from reports.ethics_words import source_ja

# Smaller contributions are told as one sum at a terminal.
LEAST_SHOWN = 0.01

LISTED = {
    "ranked": "点数の順の枠",
    "first": "最初に載る枠(申請の却下・取下げなど。点数の順ではない)",
    "random": "無作為の枠(点数によらない)",
    "carried": "前の週からの持ち越し",
    "none": "載っていない",
}
"""How a household came to be on the list of the week; a first-comer who has reasons too is not told from the ranked."""


def explained(home: Home, household_key: str, day: date | None) -> dict[str, Any]:
    """base, contributions by term (largest first), margin, coverage and facts; `listed`: how it came to be on that
    week's list, a key of LISTED (null: that week has no list). Raises WrongUse when there is no such row, GateClosed
    when the last run died before it had purged.
    """
    if not re.fullmatch(f"[0-9a-f]{{{WIDTH}}}", household_key):
        message = (
            f"a household key has {WIDTH} characters, 0-9 and a-f: give it whole, as the list or kizuki key has it"
        )
        raise WrongUse(message)
    purged(home)
    on = day or _newest(home)
    under = "working" if home.store.has(layout.scores(on)) else layout.backtest_root(on)
    if not home.store.has(layout.scores(on, under)):
        message = f"no scores of {on} are kept, only those of lists and of the newest day: run kizuki backtest"
        raise WrongUse(message)
    of = scope(People(home), on, max(on, last_day(home)))
    allowed = household_key in of.households["household_key"].to_pylist()
    scores = _row(home, layout.scores(on, under), household_key, allowed)
    terms = _row(home, layout.contributions(on, under), household_key, allowed)
    one = of.only(pa.array([household_key]))
    facts = dated_facts(home, one, list(FEATURES)).to_pylist()
    named = {name: value for name, value in terms.items() if name not in ("household_key", "base")}
    largest = dict(sorted(named.items(), key=lambda item: -abs(item[1])))
    return {
        "day": str(on),
        "coverage": f"{scores['consenting_adults']}/{scores['adults']} {scores['visible_sources']}",
        "base": terms["base"],
        "contributions": {name: round(value, 6) for name, value in largest.items() if value},
        "margin": scores["margin"],
        "sum_error": abs(terms["base"] + sum(named.values()) - scores["margin"]),
        "facts": {name: said for name, said in sentences(facts).items() if name in named},
        "monday": str(monday_of(on)),
        "listed": _listed(home, household_key, monday_of(on)),
        "model": scores["model_hash"],
    }


def in_words(figures: dict[str, Any]) -> str:
    """What `explained` found, at a terminal: larger terms with their dated facts, the sum of the others, the margin."""
    terms, facts = figures["contributions"], figures["facts"]
    shown = {name: value for name, value in terms.items() if abs(value) >= LEAST_SHOWN}
    margin, others = figures["margin"], len(terms) - len(shown)
    rest = margin - figures["base"] - sum(shown.values())
    adults, _, seen = figures["coverage"].partition(" ")
    on_list = [f"訪問リスト {figures['monday']}: {LISTED[figures['listed']]}"] if figures["listed"] else []
    lines = [
        f"基準日 {figures['day']}・同意した大人/大人と見えている情報 {adults} {source_ja(seen)}",
        *on_list,
        _line("base", figures["base"], ["出発点(背景の平均)"]),
        *(_line(name, value, facts.get(name) or [title(name)]) for name, value in shown.items()),
        *([_line("others", rest, [f"そのほか{others}項目の合計"])] if others else []),
        _line("margin", margin, [f"合計。base + 寄与の和との差 {figures['sum_error']:.0e}"]),
        *([NOTE] if any(one.startswith("世帯員") for name in shown for one in facts.get(name, [])) else []),
        f"モデル {figures['model']}(すべての項目と事実は --json)",
    ]
    return "\n".join(lines)


def title(term: str) -> str:
    """A term's name for readers: the feature's title, of a pair both."""
    return " × ".join(FEATURES[name].title_ja for name in term.split("×"))


def _line(name: str, value: float, said: list[str]) -> str:
    return f"{name:<34}{value:+.6f}   {' / '.join(said)}".rstrip()


def sentences(facts: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Feature → one household's dated facts in words, each once, and whose they are where they are of several.

    In: its rows of features.behind.EVIDENCE.
    """
    whose, found = owners(facts), dict[str, dict[str, None]]()
    for fact in facts:
        said = whose[fact["person_key"]] + render_reason(FEATURES[fact["feature"]], fact, "reviewer")
        found.setdefault(fact["feature"], {})[said] = None
    return {name: sorted(said) for name, said in found.items()}


def _listed(home: Home, household_key: str, monday: date) -> str | None:
    if not home.store.has(layout.visit_list(monday)):
        return None
    visits = home.store.read_table(layout.visit_list(monday))
    for visit in visits.filter(pc.equal(visits["household_key"], household_key)).to_pylist():
        first = visit["slot"] == "ranked" and not visit["reason_1"]
        return "first" if first else str(visit["slot"])
    return "none"


def _newest(home: Home) -> date:
    days = [day_of(path) for path in home.store.under("working/scores/")]
    if not days:
        message = "no day has scores yet: run kizuki screen"
        raise WrongUse(message)
    return max(days)


def _row(home: Home, path: str, household_key: str, allowed: bool) -> dict[str, Any]:
    table = home.store.read_table(path)
    found = table.filter(pc.equal(table["household_key"], household_key)).to_pylist() if allowed else []
    if not found:
        message = f"{path} has no such household: not in scope that day, protected, or withdrawn"
        raise WrongUse(message)
    return found[0]
