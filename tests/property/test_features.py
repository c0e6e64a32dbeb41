"""Properties of features that hold for every history, not only for drawn ones.

Many generated households are packed into one city, which is checked with one query. The days they are made of
lie on and beside every bound that a feature declares.
"""

import random
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.compiler import evidence
from features.reference import reference_evidence, reference_table
from tests.property.made_city import DAY, SCHEMAS, SOURCES, WITH_QUANTITY, City, Row, cities


def held(examples: int) -> Any:
    """Deterministic and without a deadline: the cores are shared. Seeds are not worth shrinking."""
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=examples, derandomize=True, deadline=None, database=None, phases=phases)


def _bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def test_the_engine_equals_the_reference_for_every_feature() -> None:
    """Bit for bit; and the generated histories reach «not visible», 0 and more than 0 for each of them."""
    met: dict[str, set[str]] = {name: set() for name in WITH_QUANTITY}

    @held(8)
    @given(cities())
    def compare(city: City) -> None:
        found = city.features()
        assert found.to_pylist() == reference_table(*city.arguments(), features=WITH_QUANTITY).to_pylist()
        for name, values in met.items():
            values |= {"null" if v is None else "0" if v == 0 else "more" for v in set(found[name].to_pylist())}

    compare()
    assert {name: values for name, values in met.items() if values < {"null", "0", "more"}} == {}


@held(4)
@given(cities())
def test_the_facts_behind_a_value_equal_the_reference(city: City) -> None:
    found = evidence(*city.arguments(), features=WITH_QUANTITY).to_pylist()
    assert found == reference_evidence(*city.arguments(), features=WITH_QUANTITY)


def _other_future(rows: list[Row], seed: int) -> list[Row]:
    """The same past: what is learnt or begins later is replaced, ends of facts and of belief ahead are moved."""
    dice = random.Random(seed)
    kept = [row for row in rows if row["known_from"] <= DAY and row.get("began_on", DAY) <= DAY]
    for row in kept:
        if row["known_until"] is None or row["known_until"] > DAY:
            row["known_until"] = dice.choice([None, DAY + timedelta(days=dice.randint(1, 99))])
        if row.get("ended_on") is None or row["ended_on"] > DAY:
            later = DAY + timedelta(days=dice.randint(1, 99))
            row.update({"ended_on": dice.choice([None, later])} if "began_on" in row else {})
    learnt = [{**row, "known_from": DAY + timedelta(days=dice.randint(1, 99)), "known_until": None} for row in kept]
    return kept + dice.sample(learnt, k=len(learnt) // 2)


@held(4)
@given(cities(), st.integers(0, 2**16))
def test_no_feature_can_see_the_future(city: City, seed: int) -> None:
    other = {
        name: pa.Table.from_pylist(_other_future(getattr(city, name).to_pylist(), seed), schema=SCHEMAS[name])
        for name in ("episodes", "membership", "residence")
    }
    assert _bytes(replace(city, **other).features()) == _bytes(city.features())


@held(3)
@given(cities(), st.integers(0, 2**16))
def test_the_order_of_rows_makes_no_difference(city: City, seed: int) -> None:
    dice = random.Random(seed)

    def shuffled(table: pa.Table) -> pa.Table:
        return table.take(pa.array(dice.sample(range(len(table)), len(table)), pa.int64()))

    other = City(**{name: shuffled(getattr(city, name)) for name in (*SCHEMAS, "households")})
    assert _bytes(other.features()) == _bytes(city.features())


@held(3)
@given(cities())
def test_removing_a_household_changes_no_other(city: City) -> None:
    gone = "h-0"

    def without(table: pa.Table) -> pa.Table:
        return table.filter(pc.not_equal(table["household_key"], gone))

    names = ("membership", "residence", "visible", "households")
    other = replace(city, **{name: without(getattr(city, name)) for name in names})
    assert _bytes(other.features()) == _bytes(without(city.features()))


@held(3)
@given(cities(), st.sampled_from(SOURCES))
def test_a_member_without_permission_changes_nothing(city: City, source: str) -> None:
    """What the sources say of a member without a basis does not move the household's figures by a bit."""
    refused = [f"p0-{number}" for number in range(0, len(city.households), 2)]
    permitted = city.permission.filter(
        pc.invert(
            pc.and_(
                pc.is_in(city.permission["person_key"], value_set=pa.array(refused)),
                pc.equal(city.permission["source"], source),
            )
        )
    )
    theirs = pc.fill_null(
        pc.and_(
            pc.is_in(city.episodes["person_key"], value_set=pa.array(refused)),
            pc.equal(city.episodes["source"], source),
        ),
        False,
    )
    spoken_of = replace(city, permission=permitted)
    silent = replace(spoken_of, episodes=city.episodes.filter(pc.invert(theirs)))
    assert _bytes(spoken_of.features()) == _bytes(silent.features())


@held(3)
@given(cities(), st.sampled_from(SOURCES))
def test_hiding_a_source_only_takes_away(city: City, source: str) -> None:
    """A feature of that source alone becomes null, of other sources stays; one of several can only say less need."""
    before = city.features()
    hidden = city.visible.filter(pc.not_equal(city.visible["source"], source))
    after = replace(city, visible=hidden).features()
    for name, feature in WITH_QUANTITY.items():
        if source not in feature.sources:
            assert after[name].equals(before[name]), name
        elif feature.sources == (source,):
            assert after[name].null_count == len(after), name
        else:
            assert feature.direction > 0, f"{name}: what shrinks would speak less for the household"
            shrunk = pc.less_equal(after[name], before[name])
            assert pc.all(shrunk).as_py() in (True, None), name
