"""The fixture that chapters draw with."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _manual() -> ModuleType:
    """`feature_manual.py` beside this file, however pytest was told to import."""
    name = "feature_manual"
    if name not in sys.modules:
        found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
        assert found is not None
        assert found.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(found)
        found.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def manual() -> ModuleType:
    """The tools that check and print the chapters."""
    return _manual()


@pytest.fixture
def spec() -> Any:
    """Checks a drawn example: spec(feature, day=…, episodes=…, expected=…)."""
    return _manual().Spec()
