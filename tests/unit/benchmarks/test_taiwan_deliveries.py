"""Made-up rows in the columns of Taiwan's data become deliveries that judge clean, and the arrears of the README."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.real.home import write_config
from benchmarks.real.taiwan_bills import AMBIGUOUS, Accounts, changes, day_of, known_at_end_of
from benchmarks.real.taiwan_home import AS_OF, household_ids, write_home
from data_contracts.catalog import Catalog, load_catalog
from data_contracts.judging import FileContext, judge
from data_contracts.reading import read_delivery
from data_contracts.staging import stage

NEWEST_FIRST = [f"PAY_{i}" for i in range(1, 7)]


def people(*codes: tuple[int, ...]) -> pd.DataFrame:
    """Persons by their codes, April first as in life (the published columns hold September first)."""
    n = len(codes)
    table = pd.DataFrame(
        {"ID": np.arange(1, n + 1), "LIMIT_BAL": 1000, "SEX": 2, "EDUCATION": 1, "MARRIAGE": 1, "AGE": 30}
    )
    for i, name in enumerate(NEWEST_FIRST):
        table[name] = [person[5 - i] for person in codes]
        table[f"BILL_AMT{i + 1}"] = 1000 * (6 - i)
        table[f"PAY_AMT{i + 1}"] = 100 * (6 - i)
    return table.assign(**{"default.payment.next.month": 0})


def sample() -> pd.DataFrame:
    """Every code, runs, jumps, credits, full payments, and two defaults."""
    dice = np.random.default_rng(7)
    table = people(*(tuple(dice.choice([-2, -1, 0, 0, 1, 2, 3, 8], 6).tolist()) for _ in range(200)))
    for i in range(1, 7):
        table[f"BILL_AMT{i}"] = dice.integers(-500, 90_000, 200)
        table[f"PAY_AMT{i}"] = dice.choice([0, 100, 5_000, 200_000], 200)
    table["default.payment.next.month"] = (dice.random(200) < 0.2).astype(int)
    return table


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("benchmark") / "home"
    write_home(sample(), folder)
    return folder


@pytest.fixture(scope="module")
def catalog(home: Path) -> Catalog:
    write_config(home.parent / "config", {"horizon_days": 30, "lag_days": 1}, "docs/benchmarks/taiwan.md")
    return load_catalog(home.parent / "config" / "sources")


def test_every_delivery_reads_and_judges_clean(home: Path, catalog: Catalog) -> None:
    files = sorted((home / "inbox").glob("*/*/*.csv"))
    assert {path.parts[-3] for path in files} == {
        *("residents", "consents", "teams", "protected_persons", "insurance_bills"),
    }
    for path in files:
        day = date.fromisoformat(path.parent.name)
        source = catalog.source(path.parts[-3], day)
        delivered = read_delivery(path, source)
        confirmed = 0 if source.name == "protected_persons" else None
        judged = judge(stage([(1, delivered)], source), source, {1: FileContext("full", None, confirmed, day)})
        assert judged.refused_files == {}, path.name
        assert judged.broken.num_rows == 0, path.name
        assert judged.accepted.num_rows == delivered.num_rows, path.name


def test_nothing_of_october_is_delivered_before_november(home: Path) -> None:
    data = sample()
    by_day = {
        path.parent.name: pd.read_csv(path, dtype=str) for path in (home / "inbox/insurance_bills").glob("*/*.csv")
    }
    assert sorted(by_day) == [f"2005-{month:02d}-01" for month in range(5, 12)]
    for day, rows in by_day.items():
        if day <= AS_OF.isoformat():
            assert rows["差押日"].isna().all()
            assert rows["収入日"].dropna().max() < day
    seized = by_day["2005-11-01"]
    assert len(seized) == data["default.payment.next.month"].sum()
    assert set(seized["差押日"]) == {"2005-10-31"}
    assert len(household_ids(data)) == len(set(household_ids(data)))


def open_on(bills: pd.DataFrame, day: date) -> list[str]:
    """Days since which the instalments overdue on `day` are, oldest first (ended_on = closing − 1)."""
    late = bills[bills["reminder_on"] != ""]
    held = late[
        (late["reminder_on"] <= day.isoformat())
        & ((late["deferred_on"] == "") | (late["deferred_on"] > day.isoformat()))
    ]
    return sorted(held["reminder_on"])


@pytest.mark.parametrize("code", range(1, 9))
def test_arrears_began_as_many_months_before_the_months_end_as_the_code_says(code: int) -> None:
    bills = known_at_end_of(Accounts.of(people((0, 0, 0, 0, 0, code))), 5)
    since = open_on(bills, date(2005, 9, 30))
    assert since[0] == day_of(6 - code, 1).isoformat()
    assert len(since) == code


def test_a_run_is_one_stretch_and_a_code_of_nought_or_less_closes_it() -> None:
    bills = known_at_end_of(Accounts.of(people((0, 1, 2, 2, 0, 1))), 5)
    days = [date(2005, 4, 1) + timedelta(days=i) for i in range(183)]
    late = [day for day in days if open_on(bills, day)]
    stretches = [day for day in late if day - timedelta(days=1) not in late]
    assert stretches == [date(2005, 5, 1), date(2005, 9, 1)]
    assert date(2005, 8, 24) in late
    assert date(2005, 8, 25) not in late
    assert [len(open_on(bills, day_of(t, 31))) for t in range(6)] == [0, 1, 2, 2, 0, 1]


@pytest.mark.parametrize(
    ("codes", "flags"), [((0, 0, 0, 0, 0, 2), 2), ((0, 0, 0, 0, -2, 1), 1), ((0, 0, 0, 0, 1, 2), 0)]
)
def test_codes_that_are_no_counters_are_kept_and_flagged(codes: tuple[int, ...], flags: int) -> None:
    bills = known_at_end_of(Accounts.of(people(codes)), 5)
    assert (bills["carried"] == AMBIGUOUS).sum() == flags
    assert len(open_on(bills, date(2005, 9, 30))) == codes[-1]


def test_no_use_paid_in_full_and_the_minimum_are_no_arrears() -> None:
    """An unpaid balance alone is carried on, never late; the newest statement is known and not due."""
    bills = known_at_end_of(Accounts.of(people((0, -1, -2, 0, 0, 0))), 5)
    assert set(bills["reminder_on"]) == {""}
    newest = bills[bills["due_on"] > AS_OF.isoformat()]
    assert newest[["billed_yen", "paid_yen", "paid_on", "close_reason"]].to_numpy().tolist() == [["6000", "0", "", ""]]


def test_a_credit_is_nothing_to_pay_and_no_bad_row() -> None:
    table = people((0, 0, 0, 0, 0, 0)).assign(BILL_AMT2=-700)
    bills = known_at_end_of(Accounts.of(table), 5)
    assert bills[bills["due_on"] == "2005-09-30"]["billed_yen"].tolist() == ["0"]


def test_a_month_delivers_only_what_is_new_or_changed() -> None:
    accounts = Accounts.of(people((0, 0, 0, 0, 0, 0), (1, 2, 3, 4, 5, 6)))
    held: dict[tuple[str, ...], tuple[str, ...]] = {}
    for day, rows in list(changes(accounts).items())[:6]:
        for row in rows.itertuples(index=False, name=None):
            assert held.get(row[:6]) != row, day
            held[row[:6]] = row
    key = ["notice_no", "charged_year", "instalment"]
    last = {(r[2], r[1], r[3]) for r in held.values()}
    assert last == set(known_at_end_of(accounts, 5)[key].itertuples(index=False, name=None))
