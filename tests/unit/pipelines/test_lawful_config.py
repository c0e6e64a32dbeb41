"""A config file about lawfulness that says something wrong: the gate stays closed, in one line with the remedy."""

from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from pipelines.errors import GateClosed
from pipelines.settings import CONFIG, Settings, load_settings

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
