"""A day that is run again, or made up for, leaves what one run leaves (promise 6)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from data_contracts.shapes import EPISODE_SCHEMA
from pipelines import layout, steps
from tests.home.cases import CASES, DAY
from tests.home.copies import opened
from tests.home.deliveries import deliver
from tests.home.planting import bills
from tests.home.running import run_day

pytestmark = pytest.mark.long


def test_a_payment_corrected_on_its_own_day_leaves_the_month_it_stood_in(copy_of: Callable[..., Path]) -> None:
    root, case = copy_of("signed"), next(case for case in CASES if case.name == "consents to everything")
    paid = [row | {"charged_year": "2018"} for row in bills(case, "tax_bills", 11, unpaid=False)]
    counts = []
    for name, month in (("none", ""), ("delta_1.csv", "01"), ("delta_2.csv", "02")):
        if month:
            deliver(root, "tax_bills", DAY, [row | {"paid_on": f"2026-{month}-15"} for row in paid], name)
        steps.take_in(opened(root), "tax_bills", DAY)
        steps.hub(opened(root), DAY)
        counts.append(
            [opened(root).store.read_table(layout.episodes("tax", f"2026-{m}")).num_rows for m in ("01", "02")]
        )
    (january, february), first, second = counts
    assert first == [january + 2, february]
    assert second == [january, february + 2]


def test_what_is_given_up_before_it_began_leaves_its_file(copy_of: Callable[..., Path]) -> None:
    """Paid before it was due: nothing is told any more, and nothing else changes in the file where it stood."""
    root, case = copy_of("signed"), next(case for case in CASES if case.name == "consents to everything")
    ahead = {"charged_year": "2028", "due_on": "2028-06-30", "reminder_on": ""}
    for day, row in ((DAY, {}), (DAY + timedelta(days=1), {"paid_yen": "34567", "paid_on": str(DAY)})):
        deliver(root, "tax_bills", day, [bill | ahead | row for bill in bills(case, "tax_bills", 11)], "delta_9.csv")
        steps.take_in(opened(root), "tax_bills", day)
        steps.hub(opened(root), day)
        assert opened(root).store.has(layout.episodes("tax", "standing-2028")) == (day == DAY)


def test_episodes_that_no_source_tells_any_more_go(copy_of: Callable[..., Path]) -> None:
    home, path = opened(copy_of("signed")), layout.episodes("of old", "standing-2025")
    with home.store.writing():
        rows = EPISODE_SCHEMA.empty_table()
        home.store.publish("hub", DAY, lambda draft: draft.table(path, rows, []), inputs={}, config="of old")
    steps.hub(opened(home.root), DAY)
    assert not opened(home.root).store.has(path)


def test_a_day_that_is_made_up_for_takes_nothing_from_the_sheets_of_a_later_day(copy_of: Callable[..., Path]) -> None:
    """Slips and urgent facts went out on a day; the day before is run only then, and that day once more."""
    root, later = copy_of("signed"), DAY + timedelta(days=1)
    run_day(root, later)
    told = [opened(root).store.read_table(sheet(later)) for sheet in (layout.slips, layout.urgent)]
    assert min(table.num_rows for table in told) > 0
    run_day(root, DAY)
    assert [opened(root).store.read_table(sheet(DAY)).num_rows for sheet in (layout.slips, layout.urgent)] == [0, 0]
    steps.lists(opened(root), later)
    assert [opened(root).store.read_table(sheet(later)) for sheet in (layout.slips, layout.urgent)] == told
