"""A small made-up city as training gets it: features, crises, permissions. Linked or pure noise."""

from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa

from models.candidates import TrainingSettings
from models.crisis import components_of
from models.inputs import TrainingInputs
from models.labels import EVENTS_SCHEMA, STEPS_SCHEMA, Known, labels
from models.learners.scorecard import Card
from models.matrix import Spec
from models.splits import Split, Wanted, plan, single_cohort

T = date(2026, 4, 1)
FIRST = date(2022, 12, 1)
SOURCES = {
    "tax_open": ("tax",),
    "tax_onset_90d": ("tax",),
    "insurance_open": ("insurance",),
    "water_notices_365d": ("water",),
    "sources_open": ("tax", "insurance"),
    "noise": ("school",),
}
SPECS = tuple(Spec(name, 1, (0.5, 1.5, 3.5), f"hash-{name}") for name in SOURCES)
CARD = Card(20.0, 50.0, {"tax_open": ((0.5, 8.0), (1.5, 14.0)), "water_notices_365d": ((0.5, 16.0),)})
SPAN = [("household_key", pa.string()), ("source", pa.string()), ("from", pa.date32()), ("until", pa.date32())]
QUICK = TrainingSettings(
    boosting_trees=20, ceiling_trees=20, ebm_bags=1, ebm_rounds=60, replay_draws=4, stability_refits=3, seed=1
)


# Enough of every period to run through, not to learn much: for tests that compare two runs.
SHORT = plan(FIRST, T, 180, 30, Wanted(28, 4, 3, 6, 2, 6, 30))


def city(
    households: int = 500, linked: bool = True, seed: int = 0, rate: float = 0.35
) -> tuple[list[str], Known, np.ndarray]:
    """Keys, what is known on T, and the trouble of each household (from which signals come, if linked)."""
    rng = np.random.default_rng(seed)
    keys = [f"h{i:05d}" for i in range(households)]
    trouble = rng.gamma(0.6, 1.5, households)
    days = (T - FIRST).days
    of_crisis = trouble if linked else rng.permutation(trouble)
    count = rng.poisson(np.minimum(of_crisis, 6) * rate * days / 1217)
    rows = [
        {"household_key": keys[i], "component": rng.choice(["water_stop_qualifying", "tax_seized"]),
         "on": FIRST + timedelta(days=int(rng.integers(0, days - 30)))}
        for i in range(households) for _ in range(count[i])
    ]  # fmt: skip
    follow = [
        {"household_key": key, "source": source, "from": FIRST - timedelta(days=30), "until": None}
        for key in keys
        for source in ("tax", "water", "insurance")
    ]
    known = Known(
        day=T,
        lag_days=30,
        events=pa.Table.from_pylist(rows, schema=EVENTS_SCHEMA).sort_by("household_key"),
        steps=STEPS_SCHEMA.empty_table(),
        follow_up=pa.Table.from_pylist(follow, schema=pa.schema(SPAN)),
        touched=pa.schema([SPAN[0], *SPAN[2:]]).empty_table(),
        components=components_of(["tax", "water", "insurance"]),
    )
    return keys, known, trouble


def features(keys: list[str], trouble: np.ndarray, day: date) -> pa.Table:
    """Counts around the trouble; `noise` is visible for half of the households only."""
    rng = np.random.default_rng([7, day.toordinal()])
    columns: dict[str, pa.Array] = {"household_key": pa.array(keys)}
    for name in SOURCES:
        level = np.ones(len(keys)) if name == "noise" else trouble
        hidden = np.arange(len(keys)) % 2 == 0 if name == "noise" else np.zeros(len(keys), dtype=bool)
        columns[name] = pa.array(rng.poisson(level).astype(np.float32), mask=hidden)
    return pa.table(columns)


@cache
def inputs(
    households: int = 500,
    linked: bool = True,
    split: Split | None = None,
    settings: TrainingSettings = QUICK,
    seed: int = 0,
    rate: float = 1.0,
    slots: int = 15,
) -> TrainingInputs:
    """Training inputs for the city over the days of the split (default: what `plan` lays)."""
    keys, known, trouble = city(households, linked, seed, rate)
    chosen = split or plan(FIRST, T, 180, 30)
    if chosen.kind == "single_cohort":
        known = replace(known, lag_days=chosen.lag_days)
    everyone = pa.array(keys)
    return TrainingInputs(
        split=chosen,
        features={day: features(keys, trouble, day) for day in chosen.feature_days},
        labels={day: labels(everyone, known, day, chosen.horizon_days) for day in chosen.label_days},
        known=known,
        groups=pa.table({"household_key": keys, "sex": ["男" if i % 2 else "女" for i in range(households)]}),
        area=pa.table({"household_key": keys, "ward": [f"{i % 8}区" for i in range(households)]}),
        trainable=dict.fromkeys(chosen.feature_days, everyone),
        evaluable=dict.fromkeys(chosen.feature_days, everyone),
        specs=SPECS,
        sources=SOURCES,
        card=CARD,
        slots=slots,
        settings=settings,
        config_digest="config",
        made_up=True,
    )


def one_day() -> Split:
    """A single cohort on a day whose horizon is mature."""
    return single_cohort(date(2025, 6, 1), T, 180, 30)
