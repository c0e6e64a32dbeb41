"""Features and scores stay for the days of lists and for the newest day; what is let go is on no disk any more."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import layout
from pipelines.errors import WrongUse
from pipelines.retention import let_go
from pipelines.settings import Settings
from pipelines.verify import verify
from tests.home.building import Cli
from tests.home.cases import CASES, DAY
from tests.home.copies import opened, physical
from tests.home.deliveries import deliver
from tests.home.planting import consents
from tests.home.running import run_day

pytestmark = pytest.mark.long


def test_only_list_dates_and_the_newest_day_keep_their_scores(copy_of: Callable[..., Path]) -> None:
    root, tuesday, wednesday = copy_of("screened"), DAY + timedelta(days=1), DAY + timedelta(days=2)
    run_day(root, tuesday)
    before = opened(root).store
    kept = [before.digest(of(tuesday)) for of in (layout.features, layout.scores, layout.contributions)]
    run_day(root, wednesday)
    home = opened(root)
    for of in (layout.features, layout.scores, layout.contributions):
        assert [home.store.has(of(day)) for day in (DAY, tuesday, wednesday)] == [True, False, True]
    assert not [path for path in physical(root / "working") if f"{tuesday}-features" in str(path)]
    assert not (root / "working" / "scores" / str(tuesday)).exists(), "no empty folder says that there is something"
    assert verify(home) == []
    explained = Cli()("explain", "--home", root, "0" * 32, "--date", str(tuesday))
    assert isinstance(explained.exception, WrongUse)
    assert "kizuki backtest" in str(explained.exception)
    Cli().ok("backtest", "--home", root, "--from", str(tuesday), "--to", str(tuesday))
    again, under = opened(root).store, layout.backtest_root(tuesday)
    assert kept[1:] == [again.digest(of(tuesday, under)) for of in (layout.scores, layout.contributions)]
    explained = Cli()("explain", "--home", root, "0" * 32, "--date", str(tuesday))
    assert "no such household" in str(explained.exception)


def test_a_back_test_counts_the_households_that_a_purge_left_alike(copy_of: Callable[..., Path]) -> None:
    """One of two parents withdraws: the day's live scores lose the household, the back-test has it with the other's."""
    root, tuesday = copy_of("screened"), DAY + timedelta(days=1)
    days = ("backtest", "--home", root, "--from", str(DAY), "--to", str(DAY))
    before = Cli().ok(*days)
    assert (before["files_equal_to_live"], before["households_shared"]) == (2, before["households_equal"])
    assert before["household_dates"] == before["households_shared"]
    (case,) = (case for case in CASES if case.name == "child of 14: refused by the other parent")
    of_one = [row for row in consents(case) if row["resident_id"] == case.resident(1)]
    deliver(root, "consents", tuesday, [row | {"withdrawn_on": str(tuesday)} for row in of_one])
    run_day(root, tuesday)
    after = Cli().ok(*days)
    assert after["files_equal_to_live"] == 0
    assert 0 < int(str(after["households_shared"])) < int(str(before["households_shared"]))
    assert after["households_shared"] == after["households_equal"]


def test_lists_of_long_ago_keep_no_scores_and_no_copies(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, friday = copy_of("screened"), DAY + timedelta(days=4)
    run_day(root, DAY + timedelta(days=1))
    Cli().ok("backtest", "--home", root, "--from", str(DAY), "--to", str(DAY))
    Cli().ok("print", "--home", root, "--list", str(DAY), "--team", "first", "--as", "試験")
    derived, copies = (layout.BACKTESTS, layout.scores(DAY), layout.features(DAY)), layout.PRINTED

    def held(scores_days: int, printed_days: int) -> list[bool]:
        terms = {"scores_days": scores_days, "printed_days": printed_days}
        monkeypatch.setattr(Settings, "numbers", lambda *_: terms)
        home = opened(root)
        with home.store.writing():
            let_go(home, friday)
        return [bool(opened(root).store.under(path)) for path in (*derived, copies)]

    assert held(4, 4) == [True, True, True, True]
    assert held(3, 4) == [True, False, False, True], "the back-test was made a day later"
    assert held(2, 3) == [False, False, False, False]
    store = opened(root).store
    assert store.has(layout.visit_list(DAY))
    assert store.has(layout.scores(DAY + timedelta(days=1))), "the newest day"
    assert verify(opened(root)) == []
