"""Made-up rows in the columns of Baltimore's lists become deliveries that judge clean and tell nothing early."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.real.baltimore import BATCH, PAGE, A
from benchmarks.real.baltimore_bills import COLUMNS, Listings, deliveries
from benchmarks.real.baltimore_home import moves, write_home
from benchmarks.real.home import write_config
from data_contracts.catalog import load_catalog
from data_contracts.judging import FileContext, judge
from data_contracts.reading import read_delivery
from data_contracts.staging import stage
from features.compiler import feature_tables
from features.hub import DayScope
from pipelines import steps
from pipelines.home import open_home
from pipelines.persons import People
from pipelines.scope import scope
from pipelines.screening import Hub

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("without_great_expectations")]

YEARS = range(2010, 2014)
AS_OF = date(2012, 3, 10)


def row(
    account: str, year: int, *, home: bool = True, left: str = "", sold: str = "", lien: float = 500.0
) -> list[str]:
    """One listing as published; `left`: the batch stamp, `sold`: bidder or city."""
    stamp = f"{left} 12:00:00" if left else ""
    return [str(year), account, f"{lien:.2f}", "50000.00", str(int(home)), str(int(bool(left))), stamp, sold]


def published(*rows: list[str]) -> pd.DataFrame:
    """Rows as `pandas.read_csv(dtype=str)` gives them."""
    return pd.DataFrame(list(rows), columns=list(COLUMNS)).replace("", np.nan)


def sample() -> pd.DataFrame:
    """Forty accounts over four years: some leave, some are sold, some after the day of the sale, some are no homes."""
    dice = np.random.default_rng(11)
    rows = []
    for number in range(40):
        for year in YEARS:
            if dice.random() < 0.4:
                continue
            what = dice.integers(0, 5)
            left = {0: f"{year}-04-09", 1: f"{year}-05-16", 4: f"{year}-05-20"}.get(int(what), "")
            sold = {2: "bidder", 3: "city", 4: "city"}.get(int(what), "")
            rows.append(
                row(f"{number:05d}A001", year, home=bool(dice.random() < 0.7), left=left, sold=sold,
                    lien=float(dice.integers(33, 900_000)) / 100)
            )  # fmt: skip
    return published(*rows)


def bills_of(*rows: list[str]) -> dict[date, pd.DataFrame]:
    return deliveries(Listings.of(published(*rows)))


def test_the_list_tells_nothing_later_and_outcomes_come_on_their_own_day() -> None:
    found = bills_of(
        row("A", 2012, left="2012-04-09"),
        row("B", 2012, sold="bidder"),
        row("C", 2012, left="2012-05-16"),
        row("D", 2012, left="2012-06-02", sold="city"),
        row("E", 2012),
    )
    assert list(found) == [date(2012, 3, 10), date(2012, 4, 9), date(2012, 5, 15), date(2012, 5, 16), date(2012, 6, 2)]
    liens = found[AS_OF][found[AS_OF]["instalment"] == "随時"]
    assert len(liens) == 5
    assert (liens[["seized_on", "deferred_on", "close_reason", "paid_on"]] == "").all().all()
    told = {
        day: rows[["notice_no", "seized_on", "deferred_on", "close_reason"]].to_numpy().tolist()
        for day, rows in list(found.items())[1:]
    }
    assert told == {
        date(2012, 4, 9): [["00000001", "", "2012-04-09", "猶予"]],
        date(2012, 5, 15): [["00000002", "2012-05-15", "", "承継"]],
        date(2012, 5, 16): [["00000003", "", "2012-05-16", "猶予"]],
        date(2012, 6, 2): [["00000004", "2012-05-15", "", "承継"]],
    }


def test_cents_are_yen_and_the_assessed_value_is_a_years_tax_that_was_closed_when_due() -> None:
    (listed,) = bills_of(row("A", 2012, lien=121.75)).values()
    by = listed.set_index("instalment")
    assert by.loc["随時", ["charged_year", "due_on", "reminder_on", "billed_yen"]].tolist() == [
        *("2012", "2012-03-01", "2012-03-02", "12175"),
    ]
    assert by.loc["全期", ["charged_year", "due_on", "deferred_on", "billed_yen"]].tolist() == [
        *("2011", "2011-09-30", "2011-09-30", "112400"),
    ]


def test_listed_again_is_a_seizure_on_the_lien_it_left_with_and_a_sale_is_none() -> None:
    data = published(
        row("A", 2012, left="2012-04-09"), row("A", 2013), row("B", 2012, sold="city"), row("B", 2013), row("C", 2013)
    )
    found = deliveries(Listings.of(data), again=True)
    later = found[date(2013, 3, 10)]
    seized = later[later["seized_on"] != ""]
    assert seized[["notice_no", "charged_year", "seized_on", "deferred_on"]].to_numpy().tolist() == [
        ["00000001", "2012", "2013-03-01", "2012-04-09"],
    ]
    assert (found[date(2012, 5, 15)]["seized_on"] == "").all()
    present = moves(Listings.of(data), again=True)[date(2012, 7, 1)]
    assert present[["宛名番号", "住民状態"]].to_numpy().tolist() == [["000300000000001", "現存"]]


def test_who_left_after_the_sale_is_known_and_can_be_counted_as_sold() -> None:
    listings = Listings.of(
        published(row("A", 2012, left="2012-05-15"), row("B", 2012, left="2012-05-16"), row("C", 2012, sold="city"))
    )
    assert listings.late.tolist() == [False, True, False]
    assert listings.with_late_as_sold().sold.tolist() == [False, True, True]


def test_the_register_holds_that_years_owner_occupied_listings_and_nobody_else() -> None:
    data = sample()
    listings = Listings.of(data)
    here: set[str] = set()
    last: dict[str, int] = {}
    for day, rows in moves(listings).items():
        for person, number, status in rows[["宛名番号", "履歴番号", "住民状態"]].itertuples(index=False, name=None):
            assert int(number) == last.get(person, 0) + 1
            last[person] = int(number)
            (here.add if status == "現存" else here.discard)(person)
        expected = (data["sale_year"] == str(day.year)) & (data["Homestead"] == "1")
        assert len(here) == (expected.sum() if day.day == 10 else 0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("baltimore")
    write_config(path / "config", A, PAGE, BATCH)
    return path


def test_every_delivery_reads_and_judges_clean(folder: Path) -> None:
    write_home(Listings.of(sample()), folder / "read")
    catalog = load_catalog(folder / "config" / "sources")
    for path in sorted((folder / "read" / "inbox").glob("*/*/*.csv")):
        day = date.fromisoformat(path.parent.name)
        source = catalog.source(path.parts[-3], day)
        delivered = read_delivery(path, source)
        confirmed = 0 if source.name == "protected_persons" else None
        kind = "full" if "full" in path.name else "delta"
        judged = judge(stage([(1, delivered)], source), source, {1: FileContext(kind, None, confirmed, day)})
        assert judged.refused_files == {}, path.name
        assert judged.broken.num_rows == 0, path.name
        assert judged.accepted.num_rows == delivered.num_rows, path.name


def test_what_comes_later_changes_no_figure_of_that_year(folder: Path) -> None:
    """Everything after the as-of date delivered, or not yet written at all: the same households, the same bits."""
    data = sample()
    known = data[data["sale_year"].astype(int) <= AS_OF.year].copy()
    this_year = known["sale_year"] == str(AS_OF.year)
    known.loc[this_year, ["Removed", "Removed Time Stamp", "sold_to"]] = ["0", np.nan, np.nan]
    tables = []
    for name, rows, to in (("all", data, date(2013, 6, 30)), ("then", known, AS_OF)):
        # The running numbers are those of the whole file, as an office's are.
        listings = Listings.of(data if name == "all" else pd.concat([rows, data]).drop_duplicates(list(COLUMNS[:2])))
        keep = np.arange(len(listings.year)) < len(rows)
        write_home(listings.take(keep), folder / name)
        home = open_home(folder / name, folder / "config")
        steps.intake(home, to)
        people = People(home)
        of = scope(people, AS_OF, to)
        hub = Hub.read_for(home, AS_OF)
        days = {AS_OF: DayScope(of.permission, of.visible, of.households)}
        tables.append(dict(feature_tables(*hub, days))[AS_OF])
    assert tables[0].num_rows == (this_year & (known["Homestead"] == "1")).sum()
    assert tables[0].equals(tables[1])
    assert sum(tables[0]["tax_seized_1825d"].to_pylist()) > 0
    assert sum(tables[0]["tax_overdue_ended_1825d"].to_pylist()) > 0
