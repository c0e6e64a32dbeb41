"""Training before there is any day to look at: one line that says from when on, not a traceback."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from models.splits import plan, ready_on
from pipelines import training
from pipelines.errors import GateClosed
from pipelines.settings import CONFIG, Settings

FIRST = date(2026, 11, 4)


@pytest.mark.parametrize("first", [FIRST + timedelta(days=n) for n in range(7)])
def test_from_the_day_that_is_named_something_is_laid(first: date) -> None:
    ready = ready_on(first, 30)
    assert plan(first, ready, 180, 30).feature_days
    assert not plan(first, ready - timedelta(days=1), 180, 30).feature_days


@pytest.mark.parametrize(
    ("validation", "message"),
    [("temporal", "only since 2026-11-04.* → train as of 2027-03-10 or later"), ("yearly", "years of deliveries"),
     ("single_cohort", "nothing was known 210 days before")],
)  # fmt: skip
def test_a_source_that_came_a_week_ago_leaves_no_day(
    validation: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first office delivers for the first time."""
    monkeypatch.setattr(training, "People", lambda _home: SimpleNamespace(first_days=lambda: {"tax": FIRST}))
    entries = [SimpleNamespace(known_from=FIRST)]
    settings: Any = SimpleNamespace(config=CONFIG)
    settings.numbers = lambda name, day: Settings.numbers(settings, name, day)
    home: Any = SimpleNamespace(settings=settings, ledger=lambda: SimpleNamespace(entries=entries))
    with pytest.raises(GateClosed, match=message):
        training._split(home, FIRST + timedelta(days=6), validation)
