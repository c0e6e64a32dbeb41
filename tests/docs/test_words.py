"""Words that a resident might see: paper sentences, offers, fixed words of the sheet, the samples in the README."""

import re
from pathlib import Path

import pytest

from features.definitions import FEATURES
from features.words import FORBIDDEN
from pipelines.printing import GENERAL_OFFER
from reports.sheet_model import ASK, CAUTION, COLUMNS, EMPTY, REGULAR, RETURN_CHECK
from reports.words import unfit_for_paper

ROOT = Path(__file__).parents[2]
FIXED = (GENERAL_OFFER, ASK, CAUTION, EMPTY, REGULAR, RETURN_CHECK, *(column.title for column in COLUMNS))


@pytest.mark.parametrize("name", sorted(FEATURES))
def test_what_a_feature_says_on_paper(name: str) -> None:
    feature = FEATURES[name]
    for sentence in (feature.paper.format(month="2026年3月"), *feature.offer):
        assert unfit_for_paper(sentence) == [], sentence


@pytest.mark.parametrize("text", FIXED)
def test_the_fixed_words_of_the_sheet(text: str) -> None:
    assert unfit_for_paper(text) == []


@pytest.mark.parametrize("page", ["README.md", "docs/index.md"])
def test_samples_of_the_printed_list(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| \d+ \| 見本", line)]
    assert len(rows) >= 2
    assert all(unfit_for_paper(row) == [] for row in rows)


def test_the_team_is_told_the_same_words() -> None:
    """docs/outreach.md lists exactly the words that the code refuses."""
    page = (ROOT / "docs" / "outreach.md").read_text(encoding="utf-8")
    told = page.split("あれば止まります:")[1].split("。")[0].replace("\n", "").split("・")
    assert set(told) == set(FORBIDDEN)


def test_what_the_door_hears() -> None:
    """Sentences offered for the door, the note and the letter in the team's page."""
    page = (ROOT / "docs" / "outreach.md").read_text(encoding="utf-8")
    door = page.split("## 玄関で")[1].split("## ")[0]
    said = [text for text in re.findall(r"「([^」]+)」", door) if "対象です" not in text]
    assert len(said) >= 3
    assert all(unfit_for_paper(text) == [] for text in said)
