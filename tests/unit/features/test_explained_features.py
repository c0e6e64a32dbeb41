"""`kizuki explain-feature`: what it prints is computed, and true."""

from datetime import date

import pytest
from click.testing import CliRunner

from features.definition import Feature
from features.definitions import FEATURES
from features.example import example
from features.explained import UnknownFeature, explained
from pipelines.cli import kizuki
from pipelines.errors import WrongUse

DAY = date(2026, 4, 1)
# One feature of each kind of measure: what is generated hangs on the measure, not on the names.
ONE_EACH = {type(feature.measure).__name__: feature for feature in reversed(FEATURES.values())}


@pytest.mark.parametrize("feature", ONE_EACH.values(), ids=ONE_EACH)
def test_the_example_shows_facts_in_and_out_and_the_two_ways_of_counting_agree(feature: Feature) -> None:
    worked = example(feature, DAY)
    assert worked.value == worked.double
    assert worked.value > 0
    marks = [fact[f"in_{i}"] for fact in worked.facts for i in range(len(worked.parts))]
    assert {True, False} == set(marks)


def test_the_example_moves_with_the_day() -> None:
    feature = FEATURES["tax_overdue_onset_90d"]
    days = {day: example(feature, day) for day in (DAY, date(2026, 5, 1))}
    assert {worked.value for worked in days.values()} == {1}
    assert days[DAY].facts[0]["began_on"] == date(2026, 1, 2)
    assert days[date(2026, 5, 1)].facts[0]["began_on"] == date(2026, 2, 1)


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2028, 2, 29)], ids=str)
@pytest.mark.parametrize("feature", ONE_EACH.values(), ids=ONE_EACH)
def test_the_two_ways_agree_on_the_first_day_that_is_taken_and_on_a_leap_day(feature: Feature, day: date) -> None:
    worked = example(feature, day)
    assert worked.value == worked.double > 0


def test_the_text_in_both_languages() -> None:
    japanese, english = (explained("tax_overdue_vs_last_year", DAY, language) for language in ("ja", "en"))
    assert "D−454 ≤ began_on ≤ D−365" in japanese
    assert "D−454 ≤ began_on ≤ D−365" in english
    assert "値 = 1 期" in japanese
    assert "value = 1" in english
    assert 'FROM "episodes"' in japanese
    assert not [letter for letter in english if "ぁ" <= letter <= "鿿"]


def test_a_fact_without_an_end_is_told_in_the_readers_language() -> None:
    japanese, english = (explained("tax_overdue_open", DAY, language) for language in ("ja", "en"))
    assert "D ≤ ended_on" in japanese
    assert "= open" not in japanese
    assert "終わり(-は継続中)" in japanese
    assert "ended (- = open)" in english


def test_the_command_needs_no_home_and_helps_with_a_misspelt_name() -> None:
    said = CliRunner().invoke(kizuki, ["explain-feature", "care_and_preschool_open", "--date", "2026-05-01"])
    assert said.exit_code == 0
    assert "2026-05-01" in said.output
    wrong = CliRunner().invoke(kizuki, ["explain-feature", "tax_overdue"])
    assert isinstance(wrong.exception, WrongUse)
    assert "tax_overdue_open" in str(wrong.exception)
    with pytest.raises(UnknownFeature):
        explained("nothing_like_it")
