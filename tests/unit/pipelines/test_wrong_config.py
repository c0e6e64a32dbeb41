"""A config file that says something wrong: one line with the remedy, before anything is computed."""

import re
from datetime import date
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.errors import GateClosed, WrongUse
from pipelines.settings import CONFIG, Settings, load_settings
from pipelines.training import load_card

DAY = date(2026, 4, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a config folder of its own."""
    (tmp_path / "settings.yaml").write_text("municipality: 見本市\nkey_file: ../key\n", encoding="utf-8")
    return load_settings(tmp_path, Path(copytree(CONFIG, tmp_path / "config")))


def test_a_mistyped_release_ends_no_protection(settings: Settings) -> None:
    path = settings.config / "consent.yaml"
    text = path.read_text(encoding="utf-8")
    assert settings.consent_rules(DAY)
    path.write_text(text.replace("value: confirmed", "value: confirmd"), encoding="utf-8")
    with pytest.raises(GateClosed, match=r"config: consent.yaml, release: .*one of confirmed, automatic → ") as refused:
        settings.consent_rules(DAY)
    assert refused.value.remedy


@pytest.mark.parametrize("bases", ["bases:\n", "entries: []\n", "bases: [R-1]\n", "bases: [{number: R-1}]\n"])
def test_a_register_without_entries(settings: Settings, bases: str) -> None:
    assert settings.register()
    (settings.config / "legal_bases.yaml").write_text(bases, encoding="utf-8")
    with pytest.raises(GateClosed, match=r"config: legal_bases.yaml.* → "):
        settings.register()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("no_such_feature", "知らない特徴量です: no_such_feature.*行を消してください"),
        ("school_aid_granted_open", "school_aid_granted_open"),
    ],
)
def test_a_scorecard_that_fits_no_declared_feature(settings: Settings, said: str, message: str) -> None:
    """A feature was removed and its points were left; points that go against a feature's direction."""
    home: Any = SimpleNamespace(settings=settings)
    assert load_card(home, DAY).points
    path = settings.config / "scorecard.yaml"
    points = f"{said}:\n  - {{from: 2020-01-01, value: [[0.5, 4]], source: 架空}}\n"
    text = re.sub(rf"^{said}:\n( .*\n)+", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(text + points, encoding="utf-8")
    with pytest.raises(WrongUse, match=message):
        load_card(home, DAY)
