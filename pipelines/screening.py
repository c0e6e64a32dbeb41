"""From the hub to a day's features, scores and contributions; the same code for the live day and for a back-test.

What a household may be looked at for is decided in `scope`; what its numbers are, in `features` and `models`.
"""

from collections.abc import Callable, Collection
from datetime import date
from functools import cache
from typing import NamedTuple

import duckdb
import pyarrow as pa

from features.compiler import feature_table
from features.definitions import FEATURES
from features.inputs import Rows
from models.matrix import MatrixRefused
from models.scoring import Scored, SumCheckFailed, score
from models.scoring_spark import score_on
from models.table import Model
from pipelines import layout
from pipelines.errors import GateClosed, WrongUse
from pipelines.home import Home
from pipelines.hub import keeps, routine_before
from pipelines.persons import People
from pipelines.scope import Scope, live_scope
from pipelines.signing import standing_model
from pipelines.store import Draft

SLICE = 300_000
RUN_DAY = "run day"
"""The input of features that says as of which day they were permitted."""


class Hub(NamedTuple):
    """The published hub: the files of each of its tables."""

    episodes: Rows
    membership: Rows
    residence: Rows

    @staticmethod
    def files(home: Home, sources: Collection[str] | None = None) -> "Hub":
        """What features and evidence of the day read: nothing is loaded before they ask. Of `sources`, if not all."""
        told = home.store.under(layout.EPISODES)
        if sources is not None:
            told = [path for path in told if path.split("/")[2] in sources]
        return Hub(
            *([home.store.file(path) for path in paths] for paths in (told, [layout.MEMBERSHIP], [layout.RESIDENCE]))
        )

    @staticmethod
    def since(home: Home, day: date) -> "Hub":
        """The tables as features of past days from `day` on need them: with everyday facts of those months, which are
        kept on disk only as long as the features of the newest day look back.
        """
        parts = [home.store.read_table(path) for path in home.store.under(layout.EPISODES)]
        parts.append(routine_before(home, day))
        tables = (home.store.read_table(path) for path in (layout.MEMBERSHIP, layout.RESIDENCE))
        return Hub(pa.concat_tables(parts), *tables)

    @staticmethod
    def read_for(home: Home, day: date, sources: Collection[str] | None = None) -> "Hub":
        """`files` where they hold all that features of `day` need, else `since`."""
        return Hub.files(home, sources) if keeps(home, day) else Hub.since(home, day)


def hub_paths(home: Home) -> list[str]:
    """What is read of the hub, for manifests."""
    return [*home.store.under(layout.EPISODES), layout.MEMBERSHIP, layout.RESIDENCE]


def hashes() -> dict[str, str]:
    """Definition hash of every declared feature."""
    return {name: feature.hash for name, feature in FEATURES.items()}


def slices(households: pa.Table) -> list[pa.Table]:
    """Households a few hundred thousand at a time: the facts that their reasons may rest on are held in memory."""
    return [households.slice(at, SLICE) for at in range(0, max(households.num_rows, 1), SLICE)]


def features_of(home: Home, of: Scope, hub: Hub) -> pa.Table:
    """Feature table of a scope's households, from the published hub."""
    with home.engines.counting() as connection:
        return feature_table(*hub, of.permission, of.visible, of.households, of.day, connection=connection)


def publish_features(
    home: Home, day: date, run_day: date, under: str = "working", hub: Callable[[], Hub] | None = None
) -> None:
    """Publish features/<day>/features.parquet under `under`; from a hub that was read for several days, if given."""
    path = layout.features(day, under)

    def fill(draft: Draft) -> None:
        of = live_scope(home, People(home), day, run_day)
        if not of.households.num_rows:
            what = f"no household is in scope on {day}"
            raise GateClosed("scope", what, "check that consents were accepted and config/legal_bases.yaml is live")
        read = hub() if hub else Hub.read_for(home, day)
        draft.table(path, features_of(home, of, read), ["household_key"])

    inputs = {p: home.store.digest(p) for p in (*hub_paths(home), *People.paths())} | {RUN_DAY: str(run_day)}
    home.store.publish(_step("features", under), day, fill, inputs=inputs, config=home.config)


def publish_scores(home: Home, day: date, run_day: date, under: str = "working") -> str:
    """Publish scores/<day>/{scores,contributions}.parquet by the model that stands signed on `day`; returns its hash.

    Raises GateClosed when no model stands, and when the sum check or a feature hash fails.
    """
    digest, model = standing_model(home, run_day)
    feature_path = layout.features(day, under)

    def fill(draft: Draft) -> None:
        of = live_scope(home, People(home), day, run_day)
        try:
            scored = _scored(home, model, home.store.read_table(feature_path))
        except (SumCheckFailed, MatrixRefused) as error:
            raise GateClosed("点数 (scores)", str(error), "nothing was published; train and sign again") from None
        draft.table(layout.scores(day, under), _scores(scored, of, digest), ["household_key"])
        draft.table(layout.contributions(day, under), scored.contributions, ["household_key"])

    inputs = {feature_path: home.store.digest(feature_path), layout.model(digest, "model.json"): digest}
    home.store.publish(_step("scores", under), day, fill, inputs=inputs, config=home.config, model=digest)
    return digest


def backtest(home: Home, first: date, last: date) -> list[date]:
    """Recompute `first` to `last` under working/backtests/<day>/, as permitted today. Returns the days.

    Raises WrongUse for a day that has not come yet, and when there is no day between them.
    """
    if first > last:
        message = f"--from {first} is after --to {last}: give the earlier day first"
        raise WrongUse(message)
    today = last_day(home)
    if last > today:
        message = f"{last} has not come yet: the newest day that anything is known of is {today}"
        raise WrongUse(message)
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    hub = cache(lambda: Hub.read_for(home, first))
    for day in days:
        publish_features(home, day, today, layout.backtest_root(day), hub)
        publish_scores(home, day, today, layout.backtest_root(day))
    return days


def equal_to_live(home: Home, days: list[date]) -> dict[str, int]:
    """How recomputed days compare with the scores that are kept of them by the same model: files by digest, households
    row by row. Of two models no number need be equal.
    """
    kept = [day for day in days if home.store.has(layout.scores(day))]
    roots = {day: layout.backtest_root(day) for day in kept}
    live = [day for day in kept if _models(home, layout.scores(day)) == _models(home, layout.scores(day, roots[day]))]
    files, shared, equal = 0, 0, 0
    for day in live:
        pairs = [(of(day), of(day, roots[day])) for of in (layout.scores, layout.contributions)]
        files += sum(home.store.digest(one) == home.store.digest(other) for one, other in pairs)
        with duckdb.connect() as con:
            for name, path in zip(("s", "s2", "c", "c2"), (path for pair in pairs for path in pair), strict=True):
                con.read_parquet(str(home.store.file(path)), hive_partitioning=False).create_view(name)
            (both,) = con.sql("select count(*) from s semi join s2 using (household_key)").fetchall()
            (same,) = con.sql(
                """select count(*) from (from s intersect from s2) a
                semi join (from c intersect from c2) b using (household_key)"""
            ).fetchall()
        shared, equal = shared + both[0], equal + same[0]
    figures = {"days_with_live_scores": len(live), "days_scored_live_by_another_model": len(kept) - len(live)}
    return figures | {"files_equal_to_live": files, "households_shared": shared, "households_equal": equal}


def _models(home: Home, path: str) -> set[str]:
    return set(home.store.read_table(path)["model_hash"].to_pylist())


def last_day(home: Home) -> date:
    """The newest day of which anything is known, or that was run: the run day of everything that is not a daily run.
    What had to be forgotten on a day without deliveries is not looked at again as permitted before.
    """
    known = [entry.known_from for entry in home.ledger().entries]
    if not known:
        raise GateClosed("ledger", "nothing was taken in yet", "run kizuki intake")
    return max([*known, *home.store.days_of("people")])


def run_day(home: Home, day: date) -> date:
    """The day of the run for `day`: permission and protection are checked then too. Past days are run as of the last
    known.
    """
    return max(day, last_day(home))


def _step(name: str, under: str) -> str:
    return name if under == "working" else f"backtest-{name}"


def _scored(home: Home, model: Model, features: pa.Table) -> Scored:
    session = home.engines.spark()
    return score(model, features, hashes()) if session is None else score_on(session, model, features, hashes())


def _scores(scored: Scored, of: Scope, digest: str) -> pa.Table:
    n = scored.contributions.num_rows
    probability = pa.nulls(n, pa.float64()) if scored.probability is None else pa.array(scored.probability)
    columns = {
        "household_key": scored.contributions["household_key"],
        "margin": pa.array(scored.margin),
        "probability": probability,
    }
    con = duckdb.connect()
    con.register("scored", pa.table(columns))
    con.register("households", of.households)
    con.register("visible", of.visible)
    return con.execute(
        """select s.household_key, s.margin, s.probability, $digest as model_hash,
          coalesce(v.visible_sources, '') as visible_sources, h.consenting_adults, h.adults
        from scored s join households h using (household_key)
        left join (select household_key, string_agg(source, '|' order by source) as visible_sources
          from visible group by all) v using (household_key)
        order by household_key""",
        {"digest": digest},
    ).to_arrow_table()
