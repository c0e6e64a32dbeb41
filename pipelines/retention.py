"""What a home lets go of by itself (DESIGN «Incremental»): scores of past days, back-tests, and copies of old lists.

Features and scores stay for the days that a week's list was made from, for their term, and for the newest day. Any
other past day is worked out again, to the same bytes, by `kizuki backtest`. Without a term every withdrawal would have
to rewrite a city's scores of every week there ever was, and they would lie there for ever.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines import layout
from pipelines.home import Home
from pipelines.manifest import Manifest
from pipelines.screening import RUN_DAY, run_day
from pipelines.store import Draft

_SCORES, _FEATURES = "working/scores/", "working/features/"


def let_go(home: Home, day: date) -> list[str]:
    """Unpublish features, scores and contributions of past days that no list was made from, or one longer ago than
    `scores_days`; back-tests made longer ago than that; printed copies of lists longer ago than `printed_days`
    (municipality.yaml). Returns their paths.
    """
    today = run_day(home, day)
    terms = home.settings.numbers("municipality", today)
    since = today - timedelta(days=terms["scores_days"])
    gone = [*_scores(home, since), *_backtests(home, since), *_copies(home, today, terms["printed_days"])]
    if gone:
        inputs = {"days": " ".join(sorted({path.split("/")[2] for path in gone})), "paths": str(len(gone))}
        home.store.publish("retention", day, lambda draft: _remove(draft, gone), inputs=inputs, config=home.config)
    return gone


def _remove(draft: Draft, paths: list[str]) -> None:
    for path in paths:
        draft.remove(path)


def _scores(home: Home, since: date) -> Iterator[str]:
    held = {path: day_of(path) for prefix in (_SCORES, _FEATURES) for path in home.store.under(prefix)}
    kept = {day for day in list_dates(home) if day >= since} | {max(held.values(), default=since)}
    return (path for path, day in held.items() if day not in kept)


def _backtests(home: Home, since: date) -> Iterator[str]:
    made = {manifest.day: manifest.inputs[RUN_DAY] for manifest in home.store.of_step("backtest-features")}
    return (path for path in home.store.under(layout.BACKTESTS) if made[path.split("/")[2]] < str(since))


def _copies(home: Home, today: date, days: int) -> Iterator[str]:
    since = str(today - timedelta(days=days))
    return (path for path in home.store.under(layout.PRINTED) if path.split("/")[2] < since)


def list_dates(home: Home) -> set[date]:
    """The days whose scores a week's list was made from."""
    return {day for manifest in home.store.of_step("weekly-list") for day in scores_read(manifest)}


def scores_read(manifest: Manifest) -> set[date]:
    """The days whose scores a publication read."""
    return {day_of(path) for path in manifest.inputs if path.startswith(_SCORES)}


def day_of(path: str) -> date:
    """The day in a path working/features/<day>/… or working/scores/<day>/…."""
    return date.fromisoformat(path.split("/")[2])
