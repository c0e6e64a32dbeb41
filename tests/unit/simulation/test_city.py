"""What is so beneath the files: rates after their sources, hidden causes, both potential outcomes, separate streams."""

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from simulation.assessment import assess
from simulation.calendar import NONE, Months, OfficeCalendar, day_number
from simulation.city import NoWorkingDay, Plan, build
from simulation.collection import Collection, collect
from simulation.habits import Habits
from simulation.life import live
from simulation.places import make_dwellings, make_towns
from simulation.protection import measures
from simulation.rates import Rates
from simulation.streams import stream
from simulation.texts import STYLES, dates
from simulation.water import customers, steps
from simulation.world import World, log_table


@pytest.fixture(scope="module")
def world() -> World:
    rates = Rates()
    months = Months.covering(dt.date(2023, 4, 1), dt.date(2026, 3, 31), 24)
    places = make_dwellings(5, 4000, rates["flats"], (rates["owned_houses"], rates["owned_flats"]))
    return live(5, rates, months, make_towns(4000), places, 4000)


@pytest.fixture(scope="module")
def office(world: World) -> OfficeCalendar:
    return OfficeCalendar.between(world.months.start - 400, int(world.months.firsts[-1]) + 800)


@pytest.fixture(scope="module")
def collection(world: World, office: OfficeCalendar) -> Collection:
    return collect(world, assess(world, office))


def test_every_rate_has_a_day_and_a_source() -> None:
    from simulation.rates import _declared

    for name, entries in _declared().items():
        assert all(isinstance(entry["from"], dt.date) and entry["source"] for entry in entries), name


def test_a_dated_rate_changes_on_its_day() -> None:
    rates = Rates()
    before = rates.at("water_stop_of_warned", dt.date(2025, 6, 30))
    assert rates.at("water_stop_of_warned", dt.date(2025, 7, 1)) == pytest.approx(2 * before)


def test_the_city_keeps_its_size(world: World) -> None:
    assert 0.97 * 4000 <= world.households.alive.sum() <= 1.03 * 4000
    assert 1.9 <= world.present().sum() / world.households.alive.sum() <= 2.25


def test_history_numbers_follow_what_was_told(world: World) -> None:
    log = log_table(world)
    same = log["person"][1:] == log["person"][:-1]
    assert (log["told_on"][1:] >= log["told_on"][:-1])[same].all()
    assert (log["nth"][1:] == log["nth"][:-1] + 1)[same].all()


def test_nobody_acts_after_death(world: World) -> None:
    log = log_table(world)
    dead = log["status"] == 2
    last = np.r_[log["person"][1:] != log["person"][:-1], True]
    assert last[dead].all()


def test_late_bills_are_as_frequent_as_their_sources_say(collection: Collection) -> None:
    bills, course = collection.bills, collection.course
    direct = (bills.withheld == 0) & (bills.levy == 3) & (course.adjusted == NONE)
    months = collection.world.months
    settled = direct & (bills.due > months.firsts[24]) & (bills.due < months.firsts[-8])
    reminded = (course.reminder > NONE)[settled].mean()
    assert 0.07 <= reminded <= 0.20
    unpaid = (course.paid == NONE)[settled].mean()
    assert unpaid <= 0.10


def test_hardship_shows_in_bills_and_in_crises(world: World, collection: Collection) -> None:
    money = np.mean(world.history.matrix("money", 0.0)[24:], axis=0)
    lived = world.history.matrix("dwelling", -1)[24:].max(axis=0) >= 0
    poor = money < np.quantile(money[lived], 0.15)
    reminders = np.bincount(collection.bills.home[collection.course.reminder > NONE], minlength=len(money))
    late = reminders > 0
    assert reminders[poor & lived].mean() > 3 * reminders[~poor & lived].mean()
    applied = np.zeros(len(money), dtype=bool)
    for home, _, _, kind in world.crises:
        applied[home[home >= 0]] |= kind == 0
    assert applied[poor & lived].mean() > 2 * applied[~poor & lived].mean()
    assert (applied & ~late).any()  # crises without signal
    assert (late & ~poor & lived).any()  # signals without crisis


def test_a_change_of_policy_raises_stops_from_its_day(world: World, office: OfficeCalendar) -> None:
    done, stops = steps(world, customers(world), office)
    change = day_number(dt.date(2025, 7, 1))
    before = ((stops.on >= change - 270) & (stops.on < change)).sum()
    after = ((stops.on >= change) & (stops.on < change + 270)).sum()
    assert after > 1.4 * before
    assert len(done.on) > len(stops.on)


def test_no_second_stop_while_the_water_is_off(world: World, office: OfficeCalendar) -> None:
    _, stops = steps(world, customers(world), office)
    order = np.lexsort((stops.on, stops.customer))
    who, on, back = stops.customer[order], stops.on[order], stops.usage[order]
    same = who[1:] == who[:-1]
    assert (on[1:] > back[:-1])[same].all()


def test_protection_has_every_case(world: World) -> None:
    found = measures(world, "protected_persons", 0.02, 3)
    assert set(found.state.tolist()) == {0, 1, 2, 3}
    assert (found.ends >= 1_000_000).any()
    assert (found.released > NONE).any()
    assert (found.entered < found.starts).any()  # known before it starts


def test_streams_are_their_own() -> None:
    first = stream(3, "life", "death", 4).random(5)
    assert (first == stream(3, "life", "death", 4).random(5)).all()
    assert not (first == stream(3, "life", "birth", 4).random(5)).any()
    assert not (first == stream(4, "life", "death", 4).random(5)).any()


def test_house_formats_of_dates() -> None:
    days = np.array([day_number(dt.date(2026, 4, 1)), day_number(dt.date(2019, 5, 1)), NONE, 1_000_000], dtype=np.int32)
    assert dates(days, "era_packed", none="00000000").to_pylist() == ["R080401", "R010501", "00000000", "99999999"]
    assert dates(days, "era_long").to_pylist() == ["令和8年4月1日", "令和元年5月1日", "", "99999999"]
    assert STYLES["era_dotted"](dt.date(1985, 1, 2)) == "S60.1.2"


def test_kana_variants_are_planted_and_counted() -> None:
    import pyarrow as pa

    habits = Habits(1, Rates())
    kana = pa.array(["ミヅノ　キョウコ"] * 4000)
    out = habits.kana(kana, np.arange(4000), "test")
    assert habits.planted["kana_variants"] == pytest.approx(2.2 * 0.07 * 4000, rel=0.2)
    assert "ミズノ　キヨウコ" in out.to_pylist()
    assert "ﾐﾂﾞﾉ ｷｮｳｺ" in out.to_pylist()


def test_both_potential_outcomes_are_held_and_equal_without_an_effect(tmp_path: Path) -> None:
    plan = Plan(tmp_path / "a", 900, dt.date(2024, 4, 1), dt.date(2025, 3, 31), 2, tmp_path / "ta")
    build(plan)
    none = pq.read_table(tmp_path / "ta" / "crises.parquet")
    assert none["if_visited"].to_pylist() == none["if_not_visited"].to_pylist()
    build(Plan(tmp_path / "b", 900, plan.first, plan.last, 2, tmp_path / "tb", (0.7, 0.3)))
    some = pq.read_table(tmp_path / "tb" / "crises.parquet")
    assert some["day"].equals(none["day"])  # the untouched city is the same
    acts = some.filter(pc.not_equal(some["kind"], "public_assistance_application"))
    assert 0 < pc.sum(pc.cast(acts["if_visited"], "int64")).as_py() < acts.num_rows


def test_a_period_without_a_working_day_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoWorkingDay):
        build(Plan(tmp_path / "h", 60, dt.date(2024, 1, 1), dt.date(2024, 1, 3), 1))
