"""`kizuki report --features`: the analyst's page of all features over the as-of dates that a home holds."""

from datetime import date

import pyarrow as pa

from features.definitions import FEATURES
from pipelines import layout
from pipelines.errors import WrongUse
from pipelines.home import Home
from pipelines.store import Draft
from reports.features_page import features_page

# So many as-of dates stand under each other; the newest ones.
MOST_DAYS = 6


def publish_feature_page(home: Home, day: date | None) -> date:
    """Publish features/<day>/features.{html,json} of the reports; `day`: default the newest day with features.

    Shown are the newest as-of dates up to the day, of daily runs and back-tests, whose table has today's columns.
    Raises WrongUse when there is none.
    """
    paths = _paths(home)
    on = day or max(paths, default=None)
    if on is None or on not in paths:
        message = f"no features of {day or 'any day'}: run kizuki screen or kizuki backtest"
        raise WrongUse(message)
    chosen = {one: path for one, path in sorted(paths.items()) if one <= on}
    inputs = {path: home.store.digest(path) for path in chosen.values()}

    def fill(draft: Draft) -> None:
        tables = {one: home.store.read_table(path) for one, path in chosen.items()}
        known = {one: table for one, table in tables.items() if _current(table)}
        newest = dict(sorted(known.items())[-MOST_DAYS:])
        html, figures = features_page(
            FEATURES,
            newest,
            municipality=home.settings.municipality,
            day=on,
            made_up=home.settings.demonstration,
        )
        draft.bytes(layout.features_page(on, "html"), html.encode())
        draft.json(layout.features_page(on, "json"), figures)

    home.store.publish("features-page", on, fill, inputs=inputs, config=home.config)
    return on


def _paths(home: Home) -> dict[date, str]:
    """As-of date → its feature table; a daily run comes before a back-test of the same day."""
    found: dict[date, str] = {}
    for under in (layout.BACKTESTS, "working/features/"):
        for path in home.store.under(under):
            if path.endswith("/features.parquet"):
                found[date.fromisoformat(path.split("/")[-2])] = path
    return found


def _current(table: pa.Table) -> bool:
    """Whether the table was made with today's features."""
    return set(FEATURES) <= set(table.column_names)
