"""The promises are tested without the second opinion on deliveries: the session home was built with it."""

import pytest


@pytest.fixture(scope="module", autouse=True)
def _one_opinion(without_great_expectations: None) -> None:
    """In every module of this folder."""
