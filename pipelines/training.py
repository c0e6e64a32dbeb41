"""`kizuki train`: snapshots of past days as known then, labels as known today, candidates, validation, card and report.

The model is published with its card, metrics, validation rows and refits, and its ethics report; it waits for two
signatures.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from features.compiler import feature_tables
from features.definitions import FEATURES
from features.hub import DayScope
from identity.permissions import names
from models.background import with_background
from models.candidates import TrainingSettings, specs_of
from models.card import card
from models.cohort import follow_up
from models.crisis import components_of
from models.inputs import TrainingInputs
from models.labels import Known, crisis_events, labels, pipeline_steps
from models.learners.scorecard import Card
from models.results import TrainingResult
from models.splits import Split, plan, ready_on, single_cohort, with_history, without_new, yearly
from models.table import ModelRefused, canonical_json, model_hash
from models.training import train
from outreach.teams import capacity
from pipelines import layout
from pipelines.accepted import versions
from pipelines.errors import GateClosed, WrongUse
from pipelines.evidence import card_figures, card_limits, ethics_evidence
from pipelines.home import Home
from pipelines.manifest import sha256
from pipelines.persons import People
from pipelines.scope import Scope, scope
from pipelines.screening import Hub, hub_paths, run_day
from pipelines.store import Draft
from reports.ethics import cases_page, ethics_report

TOUCHED = pa.schema([("household_key", pa.string()), ("from", pa.date32()), ("until", pa.date32())])


def publish_training(home: Home, as_of: date, validation: str) -> str:
    """Train as of a day and publish the chosen model with everything said of it. Returns its hash."""
    inputs = {path: home.store.digest(path) for path in (*hub_paths(home), *People.paths())} | {
        "validation": validation
    }
    made: dict[str, str] = {}

    def fill(draft: Draft) -> None:
        split, chosen = _split(home, as_of, validation), load_card(home, as_of)
        given = gather(home, split, chosen, as_of)
        result = train(given)
        digest = made["digest"] = model_hash(result.model)
        _write_model(home, draft, digest, result)
        evidence = ethics_evidence(home, result, given, as_of)
        page = cases_page(evidence).encode()
        local = evidence["explained"].pop("local")
        evidence["explained"]["apart"] = {"cases": len(local), "sha256": sha256(page)}
        keys = pa.table({"household_key": pa.array([one["household_key"] for one in local], pa.string())})
        draft.bytes(layout.cases(digest), page)
        draft.table(layout.case_keys(digest), keys, ["household_key"])
        html, figures = ethics_report(evidence)
        draft.bytes(layout.ethics(digest, "report.html"), html.encode())
        draft.json(layout.ethics(digest, "ethics.json"), figures)

    manifest = home.store.publish("training", as_of, fill, inputs=inputs, config=home.config)
    if manifest is None:
        last = home.store.last("training", as_of)
        assert last is not None
        return next(path.split("/")[1] for path in last.outputs if path.endswith("/model.json"))
    return made["digest"]


def _write_model(home: Home, draft: Draft, digest: str, result: TrainingResult) -> None:
    figures, cannot_tell = card_figures(result.metrics)
    text = card(
        result.model,
        FEATURES,
        figures,
        cannot_tell,
        demonstration=home.settings.demonstration,
        signable=result.metrics["split"]["signable"],
        limits=card_limits(result.metrics),
    )
    draft.bytes(layout.model(digest, "model.json"), canonical_json(result.model).encode())
    draft.bytes(layout.model(digest, "card.md"), text.encode())
    draft.json(layout.model(digest, "metrics.json"), result.metrics)
    draft.table(layout.model(digest, "validation.parquet"), result.validation, ["as_of", "household_key"])
    if result.refits:
        measured = [canonical_json(with_background(refit, result.background)) for refit in result.refits]
        draft.json(layout.model(digest, "refits.json"), measured)


def _split(home: Home, as_of: date, validation: str) -> Split:
    """The split's days, and the sources that are too new to be learned from. Raises GateClosed when there is no day
    yet: where too little is known of any source to learn from it, all begin with the newest.
    """
    settings = TrainingSettings.of(home.settings.numbers("training", as_of))
    horizon, lag = settings.horizon_days, settings.lag_days
    if validation == "single_cohort":
        known = {entry.known_from for entry in home.ledger().entries}
        mature = [day for day in known if day + timedelta(days=horizon + lag) <= as_of]
        if not mature:
            what = f"nothing was known {horizon + lag} days before {as_of}, as what came of it must be"
            raise GateClosed("training", what, "train as of a later day")
        return without_new(single_cohort(max(mature), as_of, horizon, lag), People(home).first_days(), max(mature))
    since = People(home).first_days()
    if validation == "yearly":
        laid = with_history(since, lambda first: yearly(first, as_of, horizon, lag, settings.yearly))
        remedy = "train when years of deliveries are there"
    else:
        laid = with_history(since, lambda first: plan(first, as_of, horizon, lag))
        remedy = f"train as of {ready_on(max(since.values()), lag)} or later"
    if not laid.feature_days:
        newest = max(since.values())
        what = f"every source that was ever delivered has been so only since {newest}: no day has a history before it"
        raise GateClosed("training", what, f"{remedy}; a model that is signed goes on")
    return laid


def gather(home: Home, split: Split, chosen: Card, as_of: date) -> TrainingInputs:
    """Feature tables and labels of the split's days, permissions to train on and to count, and the declared numbers."""
    people = People(home)
    hub = Hub.since(home, min(split.feature_days))
    today = run_day(home, as_of)
    scopes = {day: scope(people, day, today) for day in split.feature_days}
    days = {day: DayScope(of.permission, of.visible, of.households) for day, of in scopes.items()}
    tables = dict(feature_tables(*hub, days))
    known = _known(home, people, hub, split, as_of)
    whole = split.feature_days if split.kind == "single_cohort" else ()
    learning = {*split.learnt, *split.calibration, max(split.feature_days)}
    later = (*split.selection, *split.test, *split.replay)
    numbers = home.settings.numbers("training", as_of)
    settings = TrainingSettings.of({**numbers, "slots": _slots(home, numbers["slots"])})
    unknown = sorted({*settings.rules} - set(FEATURES))
    if unknown:
        message = f"config/training.yaml, rules: {', '.join(unknown)} is no declared feature (see docs/features.md)"
        raise WrongUse(message)
    new = {name for name, feature in FEATURES.items() if split.too_new.keys() & {*feature.sources}}
    used = {name: feature for name, feature in FEATURES.items() if name not in new}
    return TrainingInputs(
        split=split,
        features=tables,
        labels={
            day: labels(scopes[day].households["household_key"], known, day, split.horizon_days)
            for day in split.label_days
        },
        known=known,
        groups=_groups(scopes),
        area=_area(scopes),
        trainable=_permitted(people, learning, "model_training", scopes, today),
        evaluable=_permitted(people, {*later, *whole}, "model_evaluation", scopes, today),
        specs=specs_of(list(used.values())),
        sources={name: feature.sources for name, feature in used.items()},
        card=chosen.without(new),
        slots=settings.slots,
        settings=replace(settings, rules=tuple(rule for rule in settings.rules if rule in used)),
        config_digest=home.config,
        made_up=home.settings.demonstration,
    )


def load_card(home: Home, day: date) -> Card:
    """The scorecard's points that hold on `day`. Raises WrongUse when it is no card of the declared features."""
    try:
        card = Card.of(home.settings.numbers("scorecard", day))
        card.check(specs_of(list(FEATURES.values())))
    except ModelRefused as error:
        raise WrongUse(str(error)) from None
    return card


def _known(home: Home, people: People, hub: Hub, split: Split, as_of: date) -> Known:
    components = components_of([source for source in people.first_days() if source not in split.too_new])
    touched = _touched(home)
    return Known(
        day=as_of,
        lag_days=split.lag_days,
        events=crisis_events(*hub, as_of, touched, components),
        steps=pipeline_steps(*hub, as_of, components),
        follow_up=_followed(people, hub, as_of, "early_outreach"),
        touched=touched,
        components=components,
    )


def _followed(people: People, hub: Hub, as_of: date, purpose: str) -> pa.Table:
    """Stretches on which a household's source was in sight, for a purpose, of persons permitted today."""
    keyed = people.ask(
        f"""select person_key, unnest(string_split(sources, '|')) as source, $purpose as purpose, "from", "until"
        from permission join person_keys using (resident_id) where {names("purposes", "$purpose")}""",
        {"purpose": purpose},
    )
    assert isinstance(hub.membership, pa.Table)
    membership = hub.membership.filter(pc.is_null(hub.membership["known_until"]))
    return follow_up(keyed, membership, purpose, as_of)


def _touched(home: Home) -> pa.Table:
    """Our visits and referrals, from visit outcomes."""
    names = home.with_role("outcomes")
    log = versions(home, names[0]) if names else None
    if log is None:
        return TOUCHED.empty_table()
    current = log.filter(pc.is_null(log["known_until"]))
    return pa.table([current["household_key"], current["visited_on"], current["visited_on"]], schema=TOUCHED)


def _permitted(
    people: People, days: set[date], purpose: str, scopes: Mapping[date, Scope], today: date
) -> dict[date, pa.Array]:
    """Households of each day all of whose facts may be used for `purpose`, then and today.

    A household whose score rests on a member without this permission is left out: its row holds that member's facts.
    """
    permitted: dict[date, pa.Array] = {}
    for day in sorted(days):
        wanted = scope(people, day, today, purpose)
        permitted[day] = _fully(scopes[day], wanted)
    return permitted


def _fully(scored: Scope, allowed: Scope) -> pa.Array:
    rows = scored.permission.select(["person_key", "source"]).group_by(["person_key", "source"]).aggregate([])
    have = allowed.permission.select(["person_key", "source"]).group_by(["person_key", "source"]).aggregate([])
    missing = rows.join(have, ["person_key", "source"], join_type="left anti")
    homes = scored.members.join(missing, "person_key", join_type="left semi")["household_key"]
    keys = scored.households["household_key"]
    return keys.filter(pc.invert(pc.is_in(keys, homes.combine_chunks()))).combine_chunks()


def _area(scopes: Mapping[date, Scope]) -> pa.Table:
    """household_key, ward: the last one known."""
    return _latest(scopes, ["ward"])


def _groups(scopes: Mapping[date, Scope]) -> pa.Table:
    """Axes of the subgroup tables. Never features."""
    return _latest(scopes, ["age_band", "household_type", "sex", "nationality"])


def _latest(scopes: Mapping[date, Scope], columns: list[str]) -> pa.Table:
    rows: dict[str, dict[str, Any]] = {}
    for day in sorted(scopes):
        for row in scopes[day].households.select(["household_key", *columns]).to_pylist():
            rows[row["household_key"]] = row
    schema = pa.schema([(name, pa.string()) for name in ("household_key", *columns)])
    return pa.Table.from_pylist([rows[key] for key in sorted(rows)], schema=schema)


def _slots(home: Home, otherwise: int) -> int:
    """Visits a week of all teams, as delivered; the configured number when no team file ever came."""
    log = versions(home, home.with_role("teams")[0])
    if log is None:
        return otherwise
    current = log.filter(pc.is_null(log["known_until"]))
    return sum(capacity(current).weekly_visits.values())
