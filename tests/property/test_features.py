"""Properties of features that hold for every history, not only for drawn ones.

Many generated households are packed into one city, which is checked with one query. The days they are made of
lie on and beside every bound that a feature declares.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features import inputs
from features.compiler import evidence, feature_table
from features.definition import Feature
from features.definitions import FEATURES
from features.measures import OpenQuantity
from features.reference import reference_evidence, reference_table

DAY = date(2026, 4, 1)
SOURCES = ("insurance", "school", "tax", "water")
SCHEMAS = {
    "episodes": inputs.EPISODES,
    "membership": inputs.MEMBERSHIP,
    "residence": inputs.RESIDENCE,
    "permission": inputs.PERMISSION,
    "visible": inputs.VISIBLE,
}
KINDS = sorted({kind for f in FEATURES.values() for part in f.measure.parts() for kind in part.kinds})
Row = dict[str, Any]

# A measure that no declared feature uses yet is held to its double all the same.
WITH_QUANTITY = {
    **FEATURES,
    "tax_overdue_yen": Feature(
        name="tax_overdue_yen",
        domain="家計・税",
        sources=("tax",),
        measure=OpenQuantity(("tax_overdue",), min_days_open=31),
        unit="円",
        direction=1,
        bins=(0.5,),
        title_ja="額",
        wording_ja="額",
        paper="ご案内",
        wording_en="yen",
        offer=("納付相談",),
    ),
}


@dataclass(frozen=True)
class City:
    """The five tables a day's features are made of, and the households wanted."""

    episodes: pa.Table
    membership: pa.Table
    residence: pa.Table
    permission: pa.Table
    visible: pa.Table
    households: pa.Table

    def arguments(self) -> tuple[Any, ...]:
        return (
            self.episodes,
            self.membership,
            self.residence,
            self.permission,
            self.visible,
            self.households,
            DAY,
        )

    def features(self) -> pa.Table:
        return feature_table(*self.arguments(), features=WITH_QUANTITY)


def _near(*bounds: int) -> list[int]:
    return sorted({days + beside for days in bounds for beside in (-1, 0, 1)})


BEGAN = _near(-2000, -1825, -730, -365, -180, -90, -31, -7, 0)
HOUSEHOLDS = 300
LENGTHS = [None, None, None, 0, 1, 7, 8, 30, 90, 400]
KNOWN = [-900, -400, -100, -30, -30, -1, 0, 1, 30]
UNTIL = [None, None, None, None, -1, 0, 1, 20]
COVERS = [None, None, -366, -365, -90, -8, 0, 5]
FROM = [-900, -365, -90, -8, -1, 0, 1]


def _day(offset: int | None) -> date | None:
    return None if offset is None else DAY + timedelta(days=offset)


def _known(dice: random.Random) -> Row:
    return {"known_from": _day(dice.choice(KNOWN)), "known_until": _day(dice.choice(UNTIL))}


def _stay(dice: random.Random) -> Row:
    return {"from": _day(dice.choice(FROM)), "until": _day(dice.choice(UNTIL)), **_known(dice)}


def _fact(dice: random.Random, owner: Row) -> Row:
    dwelling = owner["person_key"] is None
    kind = dice.choice([k for k in KINDS if k.startswith("water_") == dwelling])
    began, length = dice.choice(BEGAN), dice.choice(LENGTHS)
    return {
        "source": kind.split("_")[0] if dice.random() < 0.85 else dice.choice(SOURCES),
        "kind": kind,
        "began_on": _day(began),
        "ended_on": None if length is None else _day(began + length),
        "quantity": dice.choice([None, 1, 30_000]),
        "date_precision": dice.choice(["day", "day", "batch", "unknown"]),
        **owner,
        **_known(dice),
    }


def _household(dice: random.Random, number: int) -> dict[str, list[Row]]:
    """One household with its members, dwelling, permissions and facts; every fifth shares a neighbour's dwelling."""
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    key, dwelling = f"h-{number}", f"d-{number - 1 if number % 5 == 4 else number}"
    owners: list[Row] = [{"person_key": None, "dwelling_key": dwelling}]
    rows["residence"] = [{"dwelling_key": dwelling, "household_key": key, **_stay(dice)}]
    for member in range(dice.randint(0, 3)):
        person = f"p{member}-{number}"
        owners.append({"person_key": person, "dwelling_key": None})
        rows["membership"] += [{"person_key": person, "household_key": key, **_stay(dice)}] * dice.choice([1, 1, 2])
        rows["permission"] += [
            {"person_key": person, "source": source, "covers_from": _day(dice.choice(COVERS))}
            for source in dice.choices(SOURCES, k=dice.randint(0, 5))
        ]
    rows["visible"] = [{"household_key": key, "source": s} for s in dice.choices(SOURCES, k=dice.randint(0, 5))]
    rows["episodes"] = [_fact(dice, dice.choice(owners)) for _ in range(dice.randint(0, 16))]
    return rows


def _city(seed: int) -> City:
    """300 households; now and then a person also turns up in the next household (moved, or recorded twice)."""
    dice = random.Random(seed)
    rows: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
    for number in range(HOUSEHOLDS):
        for name, facts in _household(dice, number).items():
            rows[name] += facts
    rows["membership"] += [
        {**row, "household_key": f"h-{dice.randrange(HOUSEHOLDS)}", **_stay(dice)}
        for row in dice.sample(rows["membership"], k=HOUSEHOLDS // 6)
    ]
    tables = {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in SCHEMAS.items()}
    return City(**tables, households=pa.table({"household_key": [f"h-{i}" for i in range(HOUSEHOLDS)]}))


def cities() -> st.SearchStrategy[City]:
    """Cities by their seed: what a household holds would be too much for hypothesis to draw piece by piece."""
    return st.integers(0, 2**32 - 1).map(_city)


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
    """A feature of that source alone becomes null, of other sources stays; one of several can only shrink."""
    before = city.features()
    hidden = city.visible.filter(pc.not_equal(city.visible["source"], source))
    after = replace(city, visible=hidden).features()
    for name, feature in WITH_QUANTITY.items():
        if source not in feature.sources:
            assert after[name].equals(before[name]), name
        elif feature.sources == (source,):
            assert after[name].null_count == len(after), name
        else:
            shrunk = pc.less_equal(after[name], before[name])
            assert pc.all(shrunk).as_py() in (True, None), name
