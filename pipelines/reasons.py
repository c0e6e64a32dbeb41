"""The reasons behind a week's list: worked out for the households that the list reaches, not for a whole city.

A list goes down each team's households in the order of their margin until its places are filled, so nobody's reasons
matter below the last one ranked. They are worked out from the top, and further down as long as the list that comes of
them reaches a household whose reasons are not known yet: so it is the list that everybody's reasons would give.
"""

from collections.abc import Callable
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from features.compiler import VACANCY, evidence, vacancy_suspected
from features.definitions import FEATURES
from features.wanted import behind_of
from models.explanation import reasons_of_all
from models.matrix import Ints, Matrix
from models.stability import Stability, certain, stability
from models.table import Model, from_json
from outreach.visit_list import WeekPlan
from pipelines import layout
from pipelines.duck import connect
from pipelines.home import Home
from pipelines.scope import Scope
from pipelines.screening import Hub, slices

AT_FIRST = 10
"""How many households for each visit of a week are looked at, by ward, before a list says whether it needs more."""

_AT_FIRST = """
with home as (
  select household_key, min(district) as district, count(distinct coalesce(district, '')) > 1 as apart
  from persons group by household_key),
placed as (
  select household_key, apart, row_number() over (partition by district order by margin desc, household_key) as place
  from scores join home using (household_key))
select household_key from placed where apart or place <= $reach
union select household_key from persons where person_key in (select unnest($first))
union select household_key from past semi join scores using (household_key)
order by household_key"""


def at_first(scores: pa.Table, persons: pa.Table, teams: pa.Table, past: pa.Table, first: pa.Array) -> pa.ChunkedArray:
    """Keys of the households whose reasons are asked for first: of each ward the largest margins; whoever goes first or
    was on a list before, whatever the margin; and those whose adults live in different wards, because whose reasons
    they are then says which team it is.
    """
    with duckdb.connect() as con:
        for name, table in (("scores", scores), ("persons", persons), ("past", past)):
            con.register(name, table.select([c for c in _NEEDED if c in table.column_names]))
        reach = AT_FIRST * max(teams["weekly_visits"].to_pylist(), default=0)
        return con.execute(_AT_FIRST, {"reach": reach, "first": first.to_pylist()}).to_arrow_table()["household_key"]


_NEEDED = ("household_key", "person_key", "district", "margin")


def plan_from_the_top(
    asked: pa.ChunkedArray, reasons: Callable[[pa.ChunkedArray], pa.Table], plan: Callable[[pa.Table], WeekPlan]
) -> WeekPlan:
    """The plan that everybody's reasons would give. `reasons(keys)`: those of some households; `plan(reasons)`: the
    plan when these are all that there are.
    """
    found = [reasons(asked)]
    while True:
        made = plan(pa.concat_tables(found))
        more = made.weighed.filter(pc.invert(pc.is_in(made.weighed, value_set=asked.combine_chunks())))
        if not len(more):
            return made
        found.append(reasons(pa.chunked_array([more])))
        asked = pa.chunked_array([*asked.chunks, more], pa.string())


def reasons_of(home: Home, of: Scope, digest: str, model: Model, keys: pa.ChunkedArray) -> pa.Table:
    """All reasons that may be given of some households (models.explanation.REASONS), on the scope's day."""
    some = of.only(keys.combine_chunks())
    contributions, features = (
        _rows(home, path, some.households) for path in (layout.contributions(of.day), layout.features(of.day))
    )
    facts = dated_facts(home, some, [term.feature for term in model.terms if term.direction == 1])
    stable = _stability(home, digest, model, features)
    return reasons_of_all(model, FEATURES, contributions, facts, stable, limit=len(model.names))


def dated_facts(home: Home, of: Scope, only: list[str]) -> pa.Table:
    """The dated facts behind some features of a scope's households (features.behind.EVIDENCE)."""
    wanted = {name: FEATURES[name] for name in only}
    hub = Hub.read_for(home, of.day, {source for feature in wanted.values() for source in feature.sources})
    with home.engines.duckdb() as con:
        parts = [evidence(*hub, of.permission, of.visible, some, of.day, wanted, con) for some in slices(of.households)]
    return pa.concat_tables(parts)


_WITHIN_REACH = """
with e as (
  select person_key, dwelling_key from episodes
  where kind in (select unnest($kinds)) and (ended_on is null or ended_on >= $since))
select household_key from membership where person_key in (select person_key from e)
union select household_key from residence where dwelling_key in (select dwelling_key from e) order by 1"""


def perhaps(home: Home, day: date, feature: str) -> pa.Array:
    """Keys of all households of which the feature's reasons can have facts on `day`, and of others: what is true of a
    few need not be asked of a whole city.
    """
    part, sources = behind_of(FEATURES[feature])
    told = [path for source in sources for path in home.store.under(layout.episodes_folder(source))]
    if not told:
        return pa.array([], pa.string())
    with connect(home) as con:
        for name, paths in (("episodes", told), ("membership", [layout.MEMBERSHIP]), ("residence", [layout.RESIDENCE])):
            home.store.relation(con, paths).create_view(name)
        asked = {"kinds": list(part.kinds), "since": day - timedelta(days=part.where.reach_days)}
        return con.execute(_WITHIN_REACH, asked).to_arrow_table()["household_key"].combine_chunks()


def vacant(home: Home, of: Scope) -> pa.Array:
    """Keys of the households whose dwelling may be empty (features.compiler.vacancy_suspected)."""
    hub = Hub.read_for(home, of.day, set(VACANCY[1]))
    with home.engines.duckdb() as con:
        return vacancy_suspected(*hub, of.permission, of.visible, of.households, of.day, con)


_BY_PERSON = """
with may_hear as (
  select g.child_key, g.guardian_key, n.feature
  from (from guarding where child_key in (select person_key from chosen)) g join needs n using (source)
  group by g.child_key, g.guardian_key, n.feature having count(*) = any_value(n.sources)),
told as (
  select r.* replace (coalesce(g.guardian_key, r.person_key) as person_key)
  from chosen r left join may_hear g on g.child_key = r.person_key and g.feature = r.feature),
own as (
  select p.household_key, p.person_key, r.feature || '@' || strftime(r.latest_on, '%Y-%m') as reason,
    row_number() over (partition by p.household_key, p.person_key order by r.rank, r.person_key nulls first) as place
  from persons p join told r on r.household_key = p.household_key
    and (r.person_key is null or r.person_key = p.person_key))
select p.* exclude (resident_id), p.household_key in (select unnest($vacant)) as vacancy_suspected,
  p.person_key in (select unnest($first)) as "first",
  max(o.reason) filter (place = 1) as reason_1, max(o.reason) filter (place = 2) as reason_2,
  max(o.reason) filter (place = 3) as reason_3
from persons p left join own o using (household_key, person_key) group by all order by household_key, person_key"""


def by_person(persons: pa.Table, chosen: pa.Table, guarding: pa.Table, vacant: pa.Array, first: pa.Array) -> pa.Table:
    """Each person's reasons: from their own rows, the dwelling's, or a child's, of the sources that they consented to
    for it (PRACTICE).
    """
    needs = [
        {"feature": name, "source": source, "sources": len(feature.sources)}
        for name, feature in FEATURES.items()
        for source in feature.sources
    ]
    con = duckdb.connect()
    con.register("needs", pa.Table.from_pylist(needs))
    con.register("persons", persons)
    con.register("chosen", chosen)
    con.register("guarding", guarding)
    return con.execute(_BY_PERSON, {"vacant": vacant.to_pylist(), "first": first.to_pylist()}).to_arrow_table()


def _stability(home: Home, digest: str, model: Model, features: pa.Table) -> Callable[[Ints], Stability]:
    """How the refits stored with the model explain the households of some rows; a scorecard has and needs none."""
    path = layout.model(digest, "refits.json")
    refits = [from_json(text) for text in home.store.read_json(path)] if home.store.has(path) else []

    def of(rows: Ints) -> Stability:
        matrix = Matrix.from_table(features.take(pa.array(rows)), model.names)
        return stability(model, refits.__getitem__, matrix, None, len(refits)) if refits else certain(model, matrix)

    return of


def _rows(home: Home, path: str, households: pa.Table) -> pa.Table:
    """The rows of some households of a published table, in the order of their key."""
    with connect(home) as con:
        con.register("wanted", households.select(["household_key"]))
        home.store.relation(con, [path]).create_view("whole")
        return con.sql("from whole semi join wanted using (household_key) order by household_key").to_arrow_table()
