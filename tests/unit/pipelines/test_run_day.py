"""Past days are run as of the newest day that is known or was run: what was forgotten is not permitted again."""

from datetime import date
from types import SimpleNamespace
from typing import cast

from pipelines.home import Home
from pipelines.screening import run_day

FRIDAY, SATURDAY, SUNDAY = (date(2026, 4, n) for n in (10, 11, 12))


def test_a_day_without_deliveries_counts_when_it_was_run() -> None:
    runs = {"people": [SATURDAY], "close": [SUNDAY]}
    ledger = SimpleNamespace(entries=(SimpleNamespace(known_from=FRIDAY),))
    for told, of_friday in (({}, FRIDAY), (runs, SATURDAY)):
        store = SimpleNamespace(days_of=lambda step, told=told: told.get(step, []))
        home = cast(Home, SimpleNamespace(ledger=lambda: ledger, store=store))
        assert run_day(home, FRIDAY) == of_friday
        assert run_day(home, SUNDAY) == SUNDAY
