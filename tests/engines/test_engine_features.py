"""DuckDB ≡ Spark ≡ PostgreSQL ≡ the pure-Python reference, every feature, by table digest."""

from collections.abc import Callable
from datetime import timedelta

import pyarrow as pa
import pytest
from ibis.backends import BaseBackend

from features.compiler import evidence, feature_table, feature_tables, vacancy_suspected
from features.hub import DayScope
from features.inputs import PERMISSION
from features.reference import reference_table
from pipelines.digests import table_digest
from tests.property.made_city import DAY, WITH_QUANTITY, City, made_city

pytestmark = pytest.mark.engines


@pytest.mark.parametrize("seed", range(3))
def test_every_feature_is_the_same_by_digest(connection: BaseBackend, seed: int) -> None:
    """On generated histories; the reference shares no arithmetic with what the engines run."""
    city = made_city(seed)
    told = reference_table(*city.arguments(), features=WITH_QUANTITY)
    found = feature_table(*city.arguments(), features=WITH_QUANTITY, connection=connection)
    assert table_digest(found) == table_digest(city.features()) == table_digest(told)
    assert any(value for name in WITH_QUANTITY for value in found[name].to_pylist())


def test_thousands_of_households_and_many_days(connection: BaseBackend) -> None:
    """The hub goes into the engine once; each day's table equals DuckDB's and holds «not visible», 0 and more."""
    city = made_city(11, households=4_000)
    of_day = DayScope(city.permission, city.visible, city.households)
    days = {DAY - timedelta(days=back): of_day for back in (0, 31)}
    hub = (city.episodes, city.membership, city.residence)
    here = dict(feature_tables(*hub, days, WITH_QUANTITY))
    there = dict(feature_tables(*hub, days, WITH_QUANTITY, connection))
    assert {day: table_digest(table) for day, table in there.items()} == {d: table_digest(t) for d, t in here.items()}
    assert len({table_digest(table) for table in here.values()}) == 2
    for name in WITH_QUANTITY:
        values = {None if value is None else value > 0 for value in here[DAY][name].to_pylist()}
        assert values >= {None, False, True}, f"{name}: the generated histories do not reach it"


@pytest.mark.parametrize("asked", [evidence, vacancy_suspected])
def test_what_reasons_rest_on_is_the_same(connection: BaseBackend, asked: Callable[..., pa.Table | pa.Array]) -> None:
    city = made_city(5)
    assert asked(*city.arguments(), connection=connection).equals(asked(*city.arguments()))


def test_null_and_empty_text_stay_apart(connection: BaseBackend) -> None:
    """A key that is an empty text is a key; one that is missing is none."""
    city = made_city(3, households=40)
    nobody = pa.Table.from_pylist([{"person_key": "", "source": "tax", "covers_from": None}], schema=PERMISSION)
    odd = City(**{**vars(city), "permission": pa.concat_tables([city.permission, nobody])})
    found = feature_table(*odd.arguments(), connection=connection)
    assert table_digest(found) == table_digest(feature_table(*city.arguments()))


def test_an_empty_city_has_an_empty_table(connection: BaseBackend) -> None:
    city = made_city(0, households=6)
    empty = City(**{name: table.slice(0, 0) for name, table in vars(city).items()})
    found = feature_table(*empty.arguments(), connection=connection)
    assert table_digest(found) == table_digest(feature_table(*empty.arguments()))


def test_nothing_of_a_run_stays_in_the_engine(connection: BaseBackend) -> None:
    before = set(connection.list_tables())
    feature_table(*made_city(1, households=20).arguments(), connection=connection)
    assert set(connection.list_tables()) == before
