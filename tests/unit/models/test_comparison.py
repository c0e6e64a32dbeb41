"""Lines of the comparison: what the n of two of them together may not tell."""

from types import SimpleNamespace
from typing import Any

import pytest

from models.comparison import _line


@pytest.mark.parametrize(("excluded", "of", "told"), [(0, 60, True), (5, 60, False), (10, 60, True), (5, 8, True)])
def test_a_stricter_line_that_leaves_out_a_few_events_is_hidden(excluded: int, of: int, told: bool) -> None:
    crises = {
        "all": SimpleNamespace(excluded=3, events=SimpleNamespace(count=of)),
        "incident": SimpleNamespace(excluded=excluded, events=SimpleNamespace(count=of - excluded)),
    }
    place: Any = SimpleNamespace(lines=crises, rules=SimpleNamespace(window_days=180))
    found = _line(place, "incident", {}, "scorecard", made_up=True)
    assert ("policies" in found) is told and ("hidden" in found) is not told
    assert "policies" in _line(place, "all", {}, "scorecard", made_up=True)
