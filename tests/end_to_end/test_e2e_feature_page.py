"""`kizuki report --features`: a page of the days a home has, published like everything else; it names nobody."""

from collections.abc import Callable
from pathlib import Path

from features.definitions import FEATURES
from pipelines import layout
from pipelines.errors import WrongUse
from tests.home.building import Cli
from tests.home.cases import DAY
from tests.home.copies import opened


def test_the_page_shows_every_feature_on_the_days_there_are(screened: Path) -> None:
    store = opened(screened).store
    figures = store.read_json(layout.features_page(DAY, "json"))
    assert list(figures["features"]) == sorted(FEATURES)
    assert [one["day"] for one in figures["households"]] == [str(DAY)]
    table = store.read_table(layout.features(DAY))
    assert figures["households"][0]["n"] == table.num_rows
    page = store.read_bytes(layout.features_page(DAY, "html")).decode()
    assert not [key for key in table["household_key"].to_pylist() if key in page]


def test_a_day_without_features_is_said(copy_of: Callable[..., Path]) -> None:
    cli, root = Cli(), copy_of("trained")
    result = cli("report", "--home", root, "--features")
    assert isinstance(result.exception, WrongUse)
    assert "run kizuki screen" in str(result.exception)
    wrong = cli("report", "--home", root, "--date", str(DAY))
    assert isinstance(wrong.exception, WrongUse)
