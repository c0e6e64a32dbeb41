"""The page of all features: counts by step and day, small ones joined or hidden, not visible apart from 0."""

import json
import re
from datetime import date
from types import SimpleNamespace

import pyarrow as pa

from features.definitions import FEATURES
from reports.ethics_blocks import FEW
from reports.features_page import features_page
from reports.features_steps import coverage, stand

FIRST, SECOND = date(2026, 4, 6), date(2026, 5, 4)
OPEN = SimpleNamespace(name="bills", bins=(0.5, 1.5, 3.5), sources=("tax",))


def days(*columns: list[float | None]) -> dict[date, pa.Table]:
    return {
        day: pa.table({"household_key": [f"h{i}" for i in range(len(c))], "bills": pa.array(c, pa.float32())})
        for day, c in zip((FIRST, SECOND), columns, strict=False)
    }


def test_steps_and_not_visible_are_counted_apart() -> None:
    found = stand(OPEN, days([0] * 60 + [1] * 20 + [3] * 15 + [9] * 12 + [None] * 30))
    assert found.labels == ("0", "1", "2–3", "4以上")
    assert found.days[0].steps == (60, 20, 20, 10)
    assert found.days[0].unseen == 30


def test_a_small_step_is_joined_with_its_neighbour_on_every_day() -> None:
    """Four households above 3 on the second day: both days show «2 or more»; 0 is never mixed with more than 0."""
    found = stand(OPEN, days([0] * 60 + [1] * 20 + [3] * 15 + [9] * 12, [0] * 80 + [1] * 20 + [3] * 15 + [9] * 4))
    assert found.labels == ("0", "1", "2以上")
    assert [one.steps for one in found.days] == [(60, 20, 30), (80, 20, 20)]


def test_what_is_still_small_hides_what_would_give_it_away() -> None:
    """Three households above 0: neither they nor the rest of the visible are told; who is not visible is."""
    found = stand(OPEN, days([0] * 60 + [9] * 3 + [None] * 30))
    assert found.labels == ("0", "1以上")
    (one,) = found.days
    assert one.steps == (None, None)
    assert (one.total, one.untold, one.unseen) == (90, 60, 30)


def test_few_not_visible_or_few_visible_households_are_hidden_in_a_step() -> None:
    """Five not visible of 155: they and the smallest step are one hidden lot, at least ten wide each."""
    (one,) = stand(OPEN, days([0] * 130 + [1] * 20 + [None] * 5)).days
    assert (one.steps, one.unseen, one.untold) == ((130, None), None, 30)
    (one,) = stand(OPEN, days([0] * 4 + [None] * 60)).days
    assert (one.unseen, one.untold) == (None, 60)


def test_nobody_and_everybody_may_be_told() -> None:
    (one,) = stand(OPEN, days([0] * 60)).days
    assert (one.steps, one.unseen) == ((60, 0), 0)
    (one,) = stand(OPEN, days([None] * 60)).days
    assert one.unseen == 60
    assert set(one.steps) == {0}


def test_coverage_by_source_hides_small_numbers() -> None:
    found = coverage({"tax": "市税", "water": "水道"}, [OPEN], days([0] * 60 + [None] * 30, [0] * 80 + [None] * 4))
    assert found == [{"source": "tax", "title": "市税", "households": [60, None]}]


def test_two_days_do_not_tell_of_a_single_household() -> None:
    """One household fewer above 3, one more at 1: the same numbers on both days."""
    found = stand(OPEN, days([0] * 61 + [1] * 20 + [9] * 22, [0] * 61 + [1] * 21 + [9] * 21))
    assert found.days[0].steps == found.days[1].steps == (60, 20, 20)


def test_the_page_is_whole_the_same_twice_and_names_every_feature() -> None:
    n = 120
    column = pa.array([0] * 60 + [2] * 30 + [None] * 30, pa.float32())
    keys = pa.array([f"secret-{i}" for i in range(n)])
    table = pa.table({"household_key": keys, **dict.fromkeys(FEATURES, column)})
    tables = {SECOND: table, FIRST: table}
    html, figures = features_page(FEATURES, tables, municipality="見本市", day=SECOND, made_up=True)
    assert (html, figures) == features_page(FEATURES, tables, municipality="見本市", day=SECOND, made_up=True)
    assert all(f'id="{name}"' in html for name in FEATURES)
    assert html.count("<svg") > 2 * len(FEATURES)
    assert html.index(str(FIRST)) < html.rindex(str(SECOND))
    assert "secret-" not in html + json.dumps(figures)
    assert "架空データ" in html
    assert "<script" not in html
    assert not re.search(r"(?:src|href)=\"(?!#)", html)
    assert figures["features"]["tax_overdue_open"]["days"][0]["not_visible"] == 30
    assert FEW not in html
