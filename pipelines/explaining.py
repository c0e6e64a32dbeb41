"""`kizuki explain`: one household's numbers, and the dated facts behind them, for a reviewer."""

from datetime import date
from typing import Any

import pyarrow.compute as pc

from features.compiler import evidence
from features.definition import render_reason
from features.definitions import FEATURES
from pipelines import layout
from pipelines.errors import WrongUse
from pipelines.home import Home
from pipelines.persons import People
from pipelines.retention import day_of
from pipelines.scope import scope
from pipelines.screening import Hub, last_day


def explained(home: Home, household_key: str, day: date | None) -> dict[str, Any]:
    """base, contributions by term (largest first), margin, coverage and facts. Raises WrongUse when there is no such
    row.
    """
    on = day or _newest(home)
    if not home.store.has(layout.scores(on)):
        message = f"no scores of {on} are kept, only those of lists and of the newest day: run kizuki backtest"
        raise WrongUse(message)
    of = scope(People(home), on, max(on, last_day(home)))
    allowed = household_key in of.households["household_key"].to_pylist()
    scores = _row(home, layout.scores(on), household_key, allowed)
    terms = _row(home, layout.contributions(on), household_key, allowed)
    hub = Hub.read_for(home, on)
    keys = of.households.filter(pc.equal(of.households["household_key"], household_key))
    facts = evidence(*hub, of.permission, of.visible, keys, on).to_pylist()
    named = {name: value for name, value in terms.items() if name not in ("household_key", "base")}
    largest = dict(sorted(named.items(), key=lambda item: -abs(item[1])))
    return {
        "day": str(on),
        "coverage": f"{scores['consenting_adults']}/{scores['adults']} {scores['visible_sources']}",
        "base": terms["base"],
        "contributions": {name: round(value, 6) for name, value in largest.items() if value},
        "margin": scores["margin"],
        "sum_error": abs(terms["base"] + sum(named.values()) - scores["margin"]),
        "facts": [render_reason(FEATURES[f["feature"]], f, "reviewer") for f in facts if f["feature"] in named],
        "model": scores["model_hash"],
    }


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
