"""Which days' features and scores stay: those that a week's list was made from, and the newest (DESIGN «Incremental»).

Any other past day is worked out again, to the same bytes, by `kizuki backtest`.
"""

from datetime import date

from pipelines import layout
from pipelines.home import Home
from pipelines.manifest import Manifest
from pipelines.store import Draft

_SCORES, _FEATURES = "working/scores/", "working/features/"


def let_go(home: Home, day: date) -> list[date]:
    """Unpublish features, scores and contributions of past days that no list was made from. Returns these days."""
    days = {day_of(path) for prefix in (_SCORES, _FEATURES) for path in home.store.under(prefix)}
    gone = sorted(days - list_dates(home) - {max(days, default=day)})
    if not gone:
        return []

    def fill(draft: Draft) -> None:
        for past in gone:
            for path in (layout.features(past), layout.scores(past), layout.contributions(past)):
                draft.remove(path)

    home.store.publish("retention", day, fill, inputs={"days": " ".join(map(str, gone))}, config=home.config)
    return gone


def list_dates(home: Home) -> set[date]:
    """The days whose scores a week's list was made from."""
    return {day for manifest in home.store.of_step("weekly-list") for day in scores_read(manifest)}


def scores_read(manifest: Manifest) -> set[date]:
    """The days whose scores a publication read."""
    return {day_of(path) for path in manifest.inputs if path.startswith(_SCORES)}


def day_of(path: str) -> date:
    """The day in a path working/features/<day>/… or working/scores/<day>/…."""
    return date.fromisoformat(path.split("/")[2])
