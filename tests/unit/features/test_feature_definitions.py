"""A declaration is complete and speakable, or it does not exist."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from features.definition import DOMAINS, DeclarationRefused, Feature, registry, render_reason
from features.definitions import FEATURES
from features.dictionary import PAGE, definition_ja, dictionary_entry, dictionary_page
from features.kinds import kinds, source_names
from features.measures import OnsetCount, OpenCount, Trend
from features.patterns import Breadth
from features.words import FORBIDDEN, forbidden_in

ONE = FEATURES["tax_overdue_open"]
ROW = {"n": 3, "first_on": date(2025, 9, 30), "latest_on": date(2026, 2, 28)}

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"wording_ja": ""}, "no wording, no feature"),
    ({"paper": " "}, "no wording, no feature"),
    ({"wording_en": ""}, "no wording, no feature"),
    ({"title_ja": ""}, "no wording, no feature"),
    ({"offer": ()}, "offer is empty"),
    ({"offer": ("滞納の相談",)}, "滞納"),
    ({"paper": "市税の督促について"}, "督促"),
    ({"paper": "{n}期分のご案内"}, "unknown fields"),
    ({"wording_ja": "{amount}円"}, "unknown fields"),
    ({"name": "Tax-Open"}, "lower_snake_case"),
    ({"domain": "趣味"}, "domain"),
    ({"direction": 0}, "direction"),
    ({"unit": ""}, "unit"),
    ({"sources": ()}, "sources"),
    ({"sources": ("tax", "tax")}, "sources"),
    ({"bins": ()}, "bins must increase"),
    ({"bins": (1.5, 0.5)}, "bins must increase"),
    ({"bins": (1.0,)}, "between whole numbers"),
    ({"measure": OpenCount(())}, "no kind"),
    ({"name": "tax_onset_30d", "measure": OnsetCount(("tax_overdue",), 90)}, "30 days"),
    ({"measure": Breadth((("water", ("water_stop",)),))}, "not declared"),
    ({"sources": ("tax", "insurance"), "direction": -1}, "one feature per source"),
    ({"sources": ("tax", "insurance"), "measure": Trend(("tax_overdue",), 90, 90)}, "one feature per source"),
]


@pytest.mark.parametrize(("change", "sentence"), REFUSED)
def test_an_incomplete_declaration_is_refused(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DeclarationRefused, match=sentence):
        replace(ONE, **change)


def test_a_name_is_declared_once() -> None:
    with pytest.raises(DeclarationRefused, match="twice"):
        registry((ONE,), (ONE,))


def test_the_registry_holds_sixty_features_over_all_domains_and_sources() -> None:
    assert len(FEATURES) >= 60
    assert {source for feature in FEATURES.values() for source in feature.sources} == set(source_names())
    assert {feature.domain for feature in FEATURES.values()} == set(DOMAINS)


def test_what_is_never_scored_is_in_no_feature() -> None:
    """気づき連絡票, 要対協, the frame, protection, 生活保護 (PRACTICE «Three lanes», docs/decisions/0010)."""
    read = {kind for feature in FEATURES.values() for part in feature.measure.parts() for kind in part.kinds}
    assert {kinds()[kind].source for kind in read} & {"community", "residents", "protected_persons"} == set()
    assert not [kind for kind in read if kind.startswith("welfare_assistance")]
    assert not [kind for kind in kinds().values() if "要対協" in kind.label or "支援措置" in kind.label]


def test_a_childs_flag_is_told_in_its_own_words_only() -> None:
    """No figure mixes the school with another source: its sentence would tell the door what it must not hear."""
    for feature in FEATURES.values():
        if "school" in feature.sources:
            assert feature.sources == ("school",)
            assert feature.paper == "お子さんの学校生活の応援({month}の情報)"


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_no_sentence_of_a_feature_holds_a_forbidden_word(feature: Feature) -> None:
    """Reviewers may read facts soberly; ours need none of the words even there."""
    for audience in ("paper", "reviewer"):
        assert forbidden_in(render_reason(feature, ROW, audience)) == []  # type: ignore[arg-type]
    assert [word for scheme in feature.offer for word in forbidden_in(scheme)] == []


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_paper_tells_a_month_and_no_number(feature: Feature) -> None:
    text = render_reason(feature, ROW, "paper")
    assert text.endswith("(2026年2月の情報)") or "2026年2月" in text
    assert "3" not in text


def test_a_reason_in_words() -> None:
    insurance = FEATURES["insurance_overdue_open"]
    assert render_reason(insurance, ROW, "reviewer") == "国民健康保険などのお支払いが3期分まだのようです・2025年9月から"
    assert render_reason(ONE, ROW, "paper") == "お支払いや手続きのことで、ご案内できることがあります(2026年2月の情報)"
    assert render_reason(ONE, ROW, "english") == "City tax: 3 instalments seem unpaid, since 2025-09"
    assert render_reason(FEATURES["school_flags_open"], ROW, "paper").startswith("お子さんの学校生活の応援")


def test_forbidden_words_are_found_through_width_and_blanks() -> None:
    assert forbidden_in("ＡＩ判定") == ["AI判定"]
    assert forbidden_in("ai 判定") == ["AI判定"]
    assert forbidden_in("滞\n納と８０５０") == ["滞納", "8050"]
    assert forbidden_in("お支払いのご案内") == []
    assert len(FORBIDDEN) == len(set(FORBIDDEN))


CHANGES: list[dict[str, Any]] = [
    {"name": "tax_open"},
    {"measure": OpenCount(("tax_overdue",), min_days_open=2)},
    {"measure": OnsetCount(("tax_overdue",), 90)},
    {"unit": "件"},
    {"direction": -1},
    {"domain": "保険"},
    {"sources": ("tax", "insurance")},
]


@pytest.mark.parametrize("change", CHANGES)
def test_the_identity_changes_with_the_definition(change: dict[str, Any]) -> None:
    assert replace(ONE, **change).hash != ONE.hash


def test_the_identity_does_not_change_with_the_words() -> None:
    assert replace(ONE, wording_ja="別の文", paper="別の文", note_ja="別の文").hash == ONE.hash
    assert len({feature.hash for feature in FEATURES.values()}) == len(FEATURES)


def test_the_dictionary_is_what_the_declarations_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == dictionary_page(), "print it anew: python -m features.dictionary"


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_every_feature_has_its_row_and_every_kind_a_name(feature: Feature) -> None:
    assert f"### {feature.name}\n" in dictionary_page()
    assert "{" not in dictionary_entry(feature)
    assert definition_ja(feature).endswith("。")


@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_a_feature_reads_kinds_that_its_own_sources_yield(feature: Feature) -> None:
    """A misspelt kind would be 0 for ever; a kind of an undeclared source would go round its permission."""
    for part in feature.measure.parts():
        sources = {kinds()[kind].source for kind in part.kinds}
        assert sources <= set((part.source,) if part.source else feature.sources)
