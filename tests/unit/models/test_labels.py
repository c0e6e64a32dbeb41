"""Which households had a crisis, and which could be judged (METHODS §1)."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from data_contracts.catalog import load_catalog
from models.cohort import Flow, censoring_weights, follow_up, household_keys_on, usable
from models.crisis import COMPONENTS, Component, components_of
from models.labels import Known, NotMature, crisis_events, labels, pipeline_steps

T = date(2026, 4, 1)
D = date(2025, 7, 1)
START = date(2024, 1, 1)
SPAN = [("from", pa.date32()), ("until", pa.date32()), ("known_from", pa.date32()), ("known_until", pa.date32())]
EPISODES = pa.schema(
    [(c, pa.string()) for c in ("episode_id", "source", "kind", "person_key", "dwelling_key")]
    + [("began_on", pa.date32()), ("ended_on", pa.date32()), ("quantity", pa.int64()), ("date_precision", pa.string())]
    + SPAN[2:]
)


def episode(kind: str, began: date, ended: date | None = None, who: str = "p1", **more: Any) -> dict[str, Any]:
    water = kind.startswith("water")
    return {
        "episode_id": f"{kind}{began}{who}",
        "source": kind.split("_")[0],
        "kind": kind,
        "person_key": None if water else who,
        "dwelling_key": who.replace("p", "d") if water else None,
        "began_on": began,
        "ended_on": ended,
        "quantity": None,
        "date_precision": "day",
        "known_from": began,
        "known_until": None,
        **more,
    }


def held(key: str, rows: list[tuple[str, str, date, date | None]]) -> pa.Table:
    schema = pa.schema([(key, pa.string()), ("household_key", pa.string()), *SPAN])
    return pa.Table.from_pylist(
        [
            {key: who, "household_key": home, "from": a, "until": b, "known_from": a, "known_until": None}
            for who, home, a, b in rows
        ],
        schema=schema,
    )


def tables(rows: list[dict[str, Any]], moved: date | None = None) -> tuple[pa.Table, pa.Table, pa.Table]:
    homes = [("1", "h1", START, moved), ("2", "h2", START, None)]
    membership = held("person_key", [(f"p{i}", h, a, b) for i, h, a, b in homes])
    residence = held("dwelling_key", [(f"d{i}", h, a, b) for i, h, a, b in homes])
    return pa.Table.from_pylist(rows, schema=EPISODES), membership, residence


SOURCES = ("tax", "insurance", "water", "housing", "welfare")


def known(
    rows: list[dict[str, Any]],
    until: date | None = None,
    touched: list[dict[str, Any]] | None = None,
    sources: tuple[str, ...] = SOURCES,
) -> Known:
    episodes, membership, residence = tables(rows)
    visits = pa.Table.from_pylist(touched or [], schema=pa.schema([("household_key", pa.string()), *SPAN[:2]]))
    follow = pa.Table.from_pylist(
        [
            {"household_key": h, "source": s, "from": START, "until": until if h == "h1" else None}
            for h in ("h1", "h2")
            for s in sources
        ],
        schema=pa.schema([("household_key", pa.string()), ("source", pa.string()), *SPAN[:2]]),
    )
    return Known(
        day=T,
        lag_days=30,
        events=crisis_events(episodes, membership, residence, T, visits),
        steps=pipeline_steps(episodes, membership, residence, T),
        follow_up=follow,
        touched=visits,
        components=components_of(SOURCES),
    )


def first(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return labels(pa.array(["h1", "h2"]), known(rows, **more), D, 180).to_pylist()[0]


@pytest.mark.parametrize(
    ("day", "expected"),
    [(D, False), (D + timedelta(1), True), (D + timedelta(180), True), (D + timedelta(181), False)],
)
def test_the_horizon_begins_the_day_after_and_includes_its_last_day(day: date, expected: bool) -> None:
    row = first([episode("tax_seized", day)])
    assert row["tax_seized"] is expected
    assert row["any"] is expected
    assert row["first_on"] == (day if expected else None)


def test_seizure_is_an_act_of_the_city_and_left_out_in_its_own_target() -> None:
    row = first([episode("tax_seized", D + timedelta(30))])
    assert row["any"] is True
    assert row["any_but_city_acts"] is False


@pytest.mark.parametrize(("days", "expected"), [(7, False), (8, True)])
def test_a_water_stop_counts_when_it_lasted_more_than_seven_days(days: int, expected: bool) -> None:
    began = D + timedelta(10)
    row = first([episode("water_stop", began, began + timedelta(days - 1))])
    assert row["water_stop_qualifying"] is expected


def test_a_stop_followed_by_the_end_of_the_contract_was_an_empty_flat() -> None:
    began = D + timedelta(10)
    assert first([episode("water_stop", began)])["water_stop_qualifying"] is True
    closed = [episode("water_stop", began), episode("water_closed", began + timedelta(60))]
    assert first(closed)["water_stop_qualifying"] is False


def test_a_stop_followed_by_moving_out_was_an_empty_flat() -> None:
    began = D + timedelta(10)
    episodes, membership, residence = tables([episode("water_stop", began)], moved=began + timedelta(59))
    nobody = pa.schema([("household_key", pa.string()), *SPAN[:2]]).empty_table()
    assert crisis_events(episodes, membership, residence, T, nobody).num_rows == 0


def test_a_suit_for_eviction_is_a_crisis_of_its_own() -> None:
    row = first([episode("housing_suit", D + timedelta(5), D + timedelta(5))])
    assert (row["housing_suit"], row["any"], row["any_but_city_acts"]) == (True, True, False)


@pytest.mark.parametrize(("days", "expected"), [(-181, True), (-180, False), (0, False), (1, True)])
def test_an_application_that_follows_our_visit_is_an_outcome_of_help(days: int, expected: bool) -> None:
    applied = D + timedelta(100)
    visit = {"household_key": "h1", "from": applied + timedelta(days), "until": applied + timedelta(days)}
    row = first([episode("welfare_assistance_applied", applied, applied)], touched=[visit])
    assert row["welfare_assistance_applied"] is expected
    other = first([episode("welfare_assistance_applied", applied, applied)], touched=[visit | {"household_key": "h2"}])
    assert other["welfare_assistance_applied"] is True


def test_a_component_whose_source_is_not_in_sight_is_not_eligible_and_leaves_the_others_be() -> None:
    for rows in ([], [episode("housing_suit", D + timedelta(5), D + timedelta(5))]):
        row = first(rows, sources=("tax", "insurance", "water", "welfare"))
        assert (row["eligible_housing_suit"], row["housing_suit"]) == (False, None)
        assert (row["eligible_any"], row["any"]) == (False, None)
        assert (row["eligible_tax_seized"], row["tax_seized"]) == (True, False)


def test_an_episode_without_a_date_of_its_own_is_never_a_label() -> None:
    assert first([episode("tax_seized", D + timedelta(5), date_precision="unknown")])["tax_seized"] is False


def test_labels_are_read_as_known_on_the_training_day() -> None:
    late = episode("tax_seized", D + timedelta(5), known_from=T + timedelta(1))
    taken_back = episode("tax_seized", D + timedelta(5), known_until=T)
    assert first([late])["tax_seized"] is False
    assert first([taken_back])["tax_seized"] is False


def test_eligibility_does_not_depend_on_the_value() -> None:
    gone = D - timedelta(1)
    for rows in ([], [episode("tax_seized", D + timedelta(5))]):
        row = first(rows, until=gone)
        assert row["eligible_any"] is False
        assert row["any"] is None


def test_leaving_within_the_horizon_is_censoring_for_positives_and_negatives_alike() -> None:
    for rows in ([], [episode("tax_seized", D + timedelta(5))]):
        table = labels(pa.array(["h1", "h2"]), known(rows, until=D + timedelta(179)), D, 180)
        assert table["censored_any"].to_pylist() == [True, False]
        assert usable(table, "any").tolist() == [False, True]
        assert censoring_weights(table, "any").tolist() == [0.0, 2.0]
        flow = Flow.of(table, "any", D)
        assert (flow.eligible, flow.censored, flow.usable, flow.positives_at_worst) == (2, 1, 1, 1)


@pytest.mark.parametrize(("days", "expected"), [(-365, True), (-364, False), (0, False)])
def test_incident_means_no_such_crisis_in_the_year_before(days: int, expected: bool) -> None:
    row = first([episode("tax_seized", D + timedelta(days), D + timedelta(days))])
    assert row["incident_tax_seized"] is expected
    assert row["incident_water_stop_qualifying"] is True


@pytest.mark.parametrize(
    ("step", "target", "expected"),
    [
        (episode("water_stop_notice", D - timedelta(90)), "water_stop_qualifying", False),
        (episode("water_stop_notice", D - timedelta(91)), "water_stop_qualifying", True),
        (episode("tax_overdue", D - timedelta(10)), "tax_seized", False),
        (episode("tax_overdue", D - timedelta(9)), "tax_seized", True),
        (episode("tax_overdue", D - timedelta(50), D - timedelta(1)), "tax_seized", True),
        (episode("tax_overdue", D - timedelta(50)), "insurance_seized", True),
        (episode("housing_arrears", D - timedelta(60)), "housing_suit", False),
        (episode("housing_arrears", D - timedelta(59)), "housing_suit", True),
        (episode("housing_claim", D - timedelta(365), D - timedelta(365)), "housing_suit", False),
        (episode("welfare_plan", D - timedelta(9)), "welfare_assistance_applied", False),
        (episode("welfare_consulted", D - timedelta(91), D - timedelta(91)), "welfare_assistance_applied", True),
    ],
)
def test_not_in_the_pipeline_means_no_open_step_of_that_kind(step: dict[str, Any], target: str, expected: bool) -> None:
    assert first([step])[f"not_in_pipeline_{target}"] is expected


@pytest.mark.parametrize(("days", "expected"), [(-91, False), (-90, True), (180, True), (181, False)])
def test_touched_means_a_visit_from_ninety_days_before_to_the_end_of_the_horizon(days: int, expected: bool) -> None:
    visit = {"household_key": "h1", "from": D + timedelta(days), "until": D + timedelta(days)}
    assert first([], touched=[visit])["touched"] is expected


def test_an_immature_date_is_refused() -> None:
    with pytest.raises(NotMature):
        labels(pa.array(["h1"]), known([]), T - timedelta(209), 180)
    assert labels(pa.array(["h1"]), known([]), T - timedelta(210), 180).num_rows == 1


def test_components_follow_the_sources_present() -> None:
    names: list[Component] = list(components_of(["water"]))
    assert [c.name for c in names] == ["water_stop_qualifying"]
    assert "emergency" not in [c.name for c in components_of(SOURCES)]
    assert "emergency" in [c.name for c in components_of([*SOURCES, "emergency"])]


def test_every_kind_of_the_components_is_declared_by_a_source() -> None:
    catalog = load_catalog(Path(__file__).parents[3] / "config" / "sources")
    kinds = {e.kind for maps in catalog.mappings.values() for entry in maps for e in entry.entries}
    named = {kind for c in COMPONENTS if c.source != "emergency" for kind in (c.kind, *(s.kind for s in c.steps))}
    assert named <= kinds


def test_follow_up_joins_touching_stretches_of_different_members() -> None:
    permission = pa.Table.from_pylist(
        [
            {"person_key": "p1", "source": "tax", "purpose": "early_outreach", "from": START, "until": D},
            {"person_key": "p2", "source": "tax", "purpose": "early_outreach", "from": D + timedelta(1), "until": None},
            {"person_key": "p3", "source": "tax", "purpose": "contact", "from": START, "until": None},
        ],
        schema=pa.schema([(c, pa.string()) for c in ("person_key", "source", "purpose")] + SPAN[:2]),
    )
    members = held("person_key", [("p1", "h", START, None), ("p2", "h", START, T), ("p3", "g", START, None)])
    stretches = follow_up(permission, members, "early_outreach", T)
    assert stretches.to_pylist() == [{"household_key": "h", "source": "tax", "from": START, "until": T}]
    assert household_keys_on(stretches, T).to_pylist() == ["h"]
    assert household_keys_on(stretches, T + timedelta(1)).to_pylist() == []
