"""The declared features, by domain of life.

To add one: declare it in its domain's file, draw its chapter in tests/spec/features, give it a line in
config/scorecard.yaml, print the pages. The registry tests say what is missing.
"""

from typing import Final

from features.definition import registry
from features.definitions import arrears, history, household, insurance, payments, rent, school, support, tax, water

FEATURES: Final = registry(
    arrears.FEATURES,
    payments.FEATURES,
    history.FEATURES,
    tax.FEATURES,
    insurance.FEATURES,
    water.FEATURES,
    rent.FEATURES,
    school.FEATURES,
    household.FEATURES,
    support.FEATURES,
)
