"""An office that begins to deliver does not stop the city from learning from the others."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from features.definitions import FEATURES
from reports.ethics_words import source_ja
from tests.home.building import Cli, sign

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("without_great_expectations")]
BEGAN, TO, DAY = date(2026, 3, 2), "2026-04-05", "2026-04-06"
NEW = {name for name, feature in FEATURES.items() if "housing" in feature.sources}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Years of all sources but 市営住宅, which began last month; taken in, trained, signed and run."""
    cli = Cli()
    home = tmp_path_factory.mktemp("new") / "home"
    period = ("--from", "2022-12-05", "--to", DAY, "--seed", "11")
    result = cli("simulate", "--home", home, "--households", "400", *period)
    assert result.exit_code == 0, result.output
    for folder in (home / "inbox" / "housing_rent").iterdir():
        if date.fromisoformat(folder.name) < BEGAN:
            shutil.rmtree(folder)
    cli.ok("intake", "--home", home, "--to", TO)
    said = cli.ok("train", "--home", home, "--as-of", TO)
    first = min(date.fromisoformat(folder.name) for folder in (home / "inbox" / "housing_rent").iterdir())
    assert said["too_new_to_learn_from"] == {"housing": str(first)}
    sign(home, cli)
    cli.ok("screen", "--home", home, "--date", DAY)
    return home


def test_nothing_of_the_new_source_is_in_the_model(home: Path) -> None:
    (path,) = home.glob("models/*/model.json")
    used = set(json.loads(path.read_text())["features"])
    assert NEW and not NEW & used
    assert used == set(FEATURES) - NEW


def test_the_report_says_so_beside_its_other_limits(home: Path) -> None:
    (path,) = home.glob("published/reports/ethics/*/report.html")
    text = path.read_text()
    assert f"情報源「{source_ja('housing')}」は2026-" in text
    assert "これを読む特徴量と、これだけが知らせる危機は使っていません" in text
    assert f"「{source_ja('housing')}」は学ぶのにまだ新しくモデルが読まない" in text
    assert "はい(このモデルはまだ使っていません)" in text
    (card,) = home.glob("models/*/card.md")
    assert f"情報源「{source_ja('housing')}」は2026-" in card.read_text()


def test_the_list_is_made_and_what_the_source_tells_is_in_the_features(home: Path) -> None:
    assert (home / f"published/lists/{DAY}/visit_list.parquet").exists()
    assert (home / f"working/features/{DAY}/features.parquet").exists()
