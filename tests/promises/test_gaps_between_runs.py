"""What was withdrawn and given again between two runs is as if a run had been made in between (promises 1 and 8)."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest

from pipelines import layout, steps
from pipelines.accepted import versions
from pipelines.audit import HANDLES
from pipelines.intake import sources_in_order
from pipelines.verify import verify
from tests.home import traces
from tests.home.building import HOLDER
from tests.home.cases import CASES, DAY, Case, Row, consent
from tests.home.copies import opened
from tests.home.deliveries import deliver
from tests.home.planting import bills, consents, rent
from tests.home.running import days

pytestmark = pytest.mark.long

WITHDRAWN, RENTS, AGAIN = days(date(2026, 4, 7), date(2026, 4, 9))
WHO = next(case for case in CASES if case.name == "consents to everything")
NOBODY = next(case for case in CASES if case.name == "nobody in the house consents")


def withdraws_and_consents_again(root: Path) -> None:
    ended = [row | {"withdrawn_on": str(WITHDRAWN)} for row in consents(WHO)]
    deliver(root, "consents", WITHDRAWN, ended, "delta_ended.csv")
    new = consent(given_on=str(AGAIN)) | {"resident_id": WHO.resident(0), "consent_id": "AGAIN1"}
    deliver(root, "consents", AGAIN, [new], "delta_again.csv")


def of_taxes(root: Path, case: Case = WHO) -> list[Row]:
    log = versions(opened(root), "tax_bills")
    assert log is not None
    return log.filter(pc.equal(log["resident_id"], case.resident(0))).to_pylist()


def listed(root: Path) -> list[str]:
    return opened(root).store.read_table(layout.visit_list(DAY))["person_key"].to_pylist()


def named(root: Path) -> list[str]:
    return opened(root).store.read_table(HANDLES)["resident_id"].to_pylist()


def test_what_is_delivered_again_after_a_new_consent_is_kept(copy_of: Callable[..., Path]) -> None:
    kept = {}
    for how, made in {"daily": days(WITHDRAWN, AGAIN), "once": [AGAIN]}.items():
        root = copy_of("screened", how)
        assert of_taxes(root)
        withdraws_and_consents_again(root)
        deliver(root, "tax_bills", AGAIN, list(bills(WHO, "tax_bills", 9)), "delta_again.csv")
        for day in made:
            steps.intake(opened(root), day)
        kept[how] = of_taxes(root)
    assert {row["known_from"] for row in kept["once"]} == {AGAIN}
    assert kept["once"] == kept["daily"]


def test_who_came_and_went_between_two_purges_leaves_no_row(copy_of: Callable[..., Path]) -> None:
    """A run ended after intake: who agreed that day was never remembered as somebody of whom anything may be held."""
    root, went = copy_of("screened"), WITHDRAWN + timedelta(days=1)
    yes = consent(given_on=str(DAY)) | {"resident_id": NOBODY.resident(0), "consent_id": "CAME1"}
    deliver(root, "consents", WITHDRAWN, [yes], "delta_came.csv")
    deliver(root, "tax_bills", WITHDRAWN, list(bills(NOBODY, "tax_bills", 9)), "delta_came.csv")
    for source in sources_in_order(opened(root)):
        steps.take_in(opened(root), source, WITHDRAWN)
    assert of_taxes(root, NOBODY)
    deliver(root, "consents", went, [yes | {"withdrawn_on": str(went)}], "delta_went.csv")
    steps.intake(opened(root), went)
    assert not of_taxes(root, NOBODY)
    assert of_taxes(root)


def test_what_an_earlier_day_took_in_after_a_later_day_s_purge_is_purged(copy_of: Callable[..., Path]) -> None:
    """The run of the later day ended after its purge, so the earlier day is open still: on it the basis held."""
    root = copy_of("screened")
    steps.intake(opened(root), RENTS)
    ended = [row | {"withdrawn_on": str(AGAIN)} for row in consents(WHO)]
    deliver(root, "consents", AGAIN, ended, "delta_ended.csv")
    for source in sources_in_order(opened(root)):
        steps.take_in(opened(root), source, AGAIN)
    steps.hub(opened(root), AGAIN)
    deliver(root, "housing_rent", RENTS, list(rent(WHO)), "delta_late.csv")
    steps.intake(opened(root), RENTS)
    assert opened(root).ledger().of("housing_rent", "accepted")[-1].known_from == RENTS
    assert verify(opened(root)) == []


def test_who_did_not_want_to_be_contacted_for_a_while_is_off_the_list(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    (key,) = traces.keys_of(opened(root))[WHO.name].persons
    assert key in listed(root)
    for day, purposes in ((WITHDRAWN, "early_outreach|model_training|model_evaluation"), (AGAIN, None)):
        said = [row | ({"purposes": purposes} if purposes else {}) for row in consents(WHO)]
        deliver(root, "consents", day, said, "delta_said.csv")
    steps.intake(opened(root), AGAIN)
    assert key not in listed(root)


def test_the_audit_trail_forgets_who_withdrew_for_a_while(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    steps.key(opened(root), WHO.resident(0), HOLDER)
    assert WHO.resident(0) in named(root)
    withdraws_and_consents_again(root)
    steps.intake(opened(root), AGAIN)
    assert named(root)
    assert WHO.resident(0) not in named(root)
