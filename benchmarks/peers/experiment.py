"""The experiment as triage is told of it: a configuration from the declared features, one split, one model."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from benchmarks.peers.aggregates import aggregate, by_sources
from features.definition import Feature

SCHEMA: Final = "city"  # not the user's name: triage would put its tables there
SEED: Final = 20261126
TOP: Final = 100  # households at the head of the list, for precision
MODEL: Final = "triage.component.catwalk.estimators.classifiers.ScaledLogisticRegression"
LABEL: Final = "arrears"
# A month ahead: the label's window of the last training date ends where the test date begins.
HORIZON: Final = "1month"

_COHORT: Final = f"select entity_id from {SCHEMA}.cohort where as_of_date = '{{as_of_date}}'::date"
_LABELS: Final = f"""
select c.entity_id, (count(o.entity_id) > 0)::int as outcome
from {SCHEMA}.cohort c left join {SCHEMA}.outcomes o on o.entity_id = c.entity_id
  and o.outcome_date >= '{{as_of_date}}'::date
  and o.outcome_date < '{{as_of_date}}'::date + interval '{{label_timespan}}'
where c.as_of_date = '{{as_of_date}}'::date group by c.entity_id
"""


def facts_table(sources: Sequence[str]) -> str:
    """Name of the table with the facts that features of these sources look at."""
    return f"facts_{_prefix(sources)}"


def _prefix(sources: Sequence[str]) -> str:
    # PostgreSQL cuts names after 63 characters.
    return "_".join(sources)


def column_of(feature: Feature) -> str:
    """What triage calls the feature's column."""
    found = aggregate(feature)
    assert found is not None
    return f"{_prefix(sorted(feature.sources))}_entity_id_all_{feature.name}_{found.metric}"


def month_after(first: date) -> date:
    """The first day of the month after a first day."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def configuration(features: Mapping[str, Feature], as_of: Sequence[date]) -> dict[str, Any]:
    """A triage experiment (config v8) over monthly as-of dates: learn from all but the last, test on the last."""
    end = month_after(as_of[-1]).isoformat()
    return {
        "config_version": "v8",
        "random_seed": SEED,
        "temporal_config": {
            "feature_start_time": "1990-01-01",
            "feature_end_time": end,
            "label_start_time": as_of[0].isoformat(),
            "label_end_time": end,
            "model_update_frequency": "100month",  # one split
            "training_as_of_date_frequencies": ["1month"],
            "test_as_of_date_frequencies": ["1month"],
            "max_training_histories": [f"{len(as_of)}month"],
            "test_durations": ["0day"],
            "label_timespans": [HORIZON],
        },
        "cohort_config": {"name": "in_scope", "query": _COHORT},
        "label_config": {"name": LABEL, "query": _LABELS},
        "feature_aggregations": [_aggregation(sources, of) for sources, of in by_sources(features).items()],
        "grid_config": {MODEL: {"C": [1.0], "penalty": ["l2"]}},
        "scoring": {
            "testing_metric_groups": [
                {"metrics": ["precision@", "recall@"], "thresholds": {"top_n": [TOP]}},
                {"metrics": ["roc_auc"]},
            ],
            "training_metric_groups": [{"metrics": ["roc_auc"]}],
        },
        "prediction": {"rank_tiebreaker": "worst"},
    }


def _aggregation(sources: Sequence[str], features: Sequence[Feature]) -> dict[str, Any]:
    found = {feature.name: aggregate(feature) for feature in features}
    return {
        "prefix": _prefix(sources),
        "from_obj": f"{SCHEMA}.{facts_table(sources)}",
        "knowledge_date_column": "known_on",
        # Nothing known counts 0 in both; no extra column says so.
        "aggregates_imputation": {"all": {"type": "zero_noflag"}},
        "aggregates": [
            {"quantity": {name: of.quantity}, "metrics": [of.metric]} for name, of in found.items() if of is not None
        ],
        "intervals": [
            "all"
        ],  # the windows are in the quantities: they are about when a fact began, not when it was known
    }
