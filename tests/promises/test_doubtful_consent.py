"""A consent in doubt is no consent (promise 1): an ending on an unknown day has ended, a refused row suspends."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines import layout, steps
from pipelines.home import open_home
from pipelines.intake import sources_in_order
from pipelines.persons import People
from tests.home.cases import ALL_PURPOSES
from tests.home.deliveries import Row, deliver

pytestmark = pytest.mark.long

DAY = date(2025, 10, 1)
LATER = date(2025, 10, 2)
WHO = "910000000000999"


def given(**changes: str) -> Row:
    row = {"consent_id": "doubt-1", "resident_id": WHO, "sources": "tax", "purposes": ALL_PURPOSES, "basis": "consent"}
    return {**row, "given_on": "2025-05-01", "form_version": "v2", "covers_from": "2020-01-01", **changes}


def permitted(home: Path, day: date) -> bool:
    """Take in everything about people up to `day`; may tax data of WHO be used on `day`?"""
    opened = open_home(home)
    for source in sources_in_order(opened):
        if opened.role(source) in layout.PEOPLE_ROLES:
            steps.take_in(open_home(home), source, day)
    mine = People(open_home(home)).ask("from permission where resident_id = $who", {"who": WHO}).to_pylist()
    return any(row["from"] <= day <= (row["until"] or date.max) for row in mine)


@pytest.mark.parametrize(
    ("change", "still"),
    [
        ({}, True),
        ({"withdrawn_on": "不詳"}, False),
        ({"ends_on": "不詳"}, False),
        ({"basis": "思いつき"}, False),
        ({"withdrawn_on": "2025-10-02", "basis": "思いつき"}, False),
    ],
    ids=[
        "nothing new",
        "withdrawn on an unknown day",
        "expired on an unknown day",
        "refused row",
        "refused withdrawal",
    ],
)
def test_doubt_ends_permission(copy_of: Callable[..., Path], change: dict[str, str], still: bool) -> None:
    home = copy_of("delivered")
    resident = {"resident_id": WHO, "history_no": "1", "household_id": WHO, "status": "現存", "name": "テスト山　疑"}
    resident |= {"name_kana": "テストヤマ　ギ", "birth_date": "1980-01-01", "event_on": "2020-01-01", "event": "転入"}
    deliver(home, "residents", DAY, [resident], "jumin_delta_doubt.csv")
    deliver(home, "consents", DAY, [given()], "doui_delta_doubt.csv")
    assert permitted(home, DAY)
    others = [given(consent_id=f"other-{n}", resident_id=f"{910_000_000_001_000 + n}") for n in range(60)]
    deliver(home, "consents", LATER, [given(**change), *others], "doui_delta_doubt.csv")
    assert permitted(home, LATER) is still
