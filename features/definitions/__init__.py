"""The declared features, one file per domain of life.

To add one: declare it in its domain's file, draw its chapter in tests/spec/features, print the pages. The
registry tests say what is missing.
"""

from typing import Final

from features.definition import registry
from features.definitions import housing, insurance, payments, school, support, tax

FEATURES: Final = registry(
    tax.FEATURES, insurance.FEATURES, payments.FEATURES, support.FEATURES, housing.FEATURES, school.FEATURES
)
