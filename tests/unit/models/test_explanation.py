"""A reason is given only if it raises, rests on a dated fact, and would survive other households."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from learning_data import HASHES, SPECS, made_up, table_of

from features.behind import EVIDENCE
from models import explanation
from models.background import with_background
from models.explanation import reason_shares, reasons, reasons_of_all
from models.learners import logistic
from models.learners.scorecard import Card, build
from models.matrix import Ints, Matrix
from models.scoring import contribution_arrays, score
from models.stability import Stability, bootstrap_rows, certain, random_jaccard, stability
from models.table import Model, ModelRefused, term

DAY = dt.date(2026, 6, 1)
FACT = {"person_key": "p1", "first_on": dt.date(2026, 3, 1), "latest_on": dt.date(2026, 5, 1), "n": 2}


@dataclass(frozen=True)
class Declared:
    """A feature with its domain."""

    domain: str


FEATURES = {"a": Declared("money"), "b": Declared("ties"), "c": Declared("money"), "d": Declared("ties")}


def drawn(
    phi: dict[str, float],
    facts: dict[str, list[dict[str, Any]]],
    counts: dict[str, tuple[int, int]] | None = None,
    directions: dict[str, int] | None = None,
    limit: int = 3,
    refits: int = 100,
) -> list[dict[str, Any]]:
    """Reasons of one household from drawn contributions, facts and (positive, top5) counts."""
    model = Model(
        0.0,
        tuple(term(f, (directions or {}).get(f, 1), (), (0.0,)) for f in phi),
        (),
        dict.fromkeys(phi, "h"),
        None,
        None,
    )
    contributions = pa.table({"household_key": ["H"], "base": [0.0], **{f: [v] for f, v in phi.items()}})
    rows = [{"household_key": "H", "feature": f, **fact} for f, given in facts.items() for fact in given]
    evidence = pa.Table.from_pylist(rows, EVIDENCE)
    table = pa.Table.from_pylist(
        [
            {
                "household_key": "H",
                "feature": f,
                "refits": refits,
                "positive": (counts or {}).get(f, (refits, refits))[0],
                "top5": (counts or {}).get(f, (refits, refits))[1],
            }
            for f in phi
        ]
    )
    stable = Stability(table, table, refits)
    return reasons(model, FEATURES, contributions, evidence, stability=stable, limit=limit).to_pylist()


def test_the_largest_three_grouped_by_domain() -> None:
    """Chosen by size; features of one domain stand together, domains by their largest."""
    phi = {"a": 1.0, "b": 0.9, "c": 0.8, "d": 0.7}
    found = drawn(phi, {f: [FACT] for f in phi})
    assert [(r["rank"], r["feature"], r["domain"]) for r in found] == [
        (1, "a", "money"),
        (2, "c", "money"),
        (3, "b", "ties"),
    ]
    assert found[0] | {"phi": 1.0, "latest_on": dt.date(2026, 5, 1), "n": 2, "person_key": "p1"} == found[0]
    assert len(drawn(phi, {f: [FACT] for f in phi}, limit=9)) == 4


@pytest.mark.parametrize(
    ("phi", "facts", "counts", "directions"),
    [
        ({"a": 0.0}, {"a": [FACT]}, None, None),
        ({"a": -1.0}, {"a": [FACT]}, None, None),
        ({"a": 1.0}, {}, None, None),
        ({"a": 1.0}, {"b": [FACT]}, None, None),
        ({"a": 1.0}, {"a": [{**FACT, "latest_on": None}]}, None, None),
        ({"a": 1.0}, {"a": [{**FACT, "n": 0}]}, None, None),
        ({"a": 1.0}, {"a": [FACT]}, {"a": (94, 100)}, None),
        ({"a": 1.0}, {"a": [FACT]}, {"a": (100, 69)}, None),
        ({"a": 1.0}, {"a": [FACT]}, None, {"a": -1}),
    ],
    ids=["zero", "lowers", "no fact", "another's fact", "undated", "no count", "sign", "top 5", "protective"],
)
def test_what_is_not_a_reason(phi: Any, facts: Any, counts: Any, directions: Any) -> None:
    """Break one condition at a time: no reason is left."""
    assert drawn(phi, facts, counts, directions) == []


def test_the_thresholds_are_met_exactly() -> None:
    """95 and 70 of 100 suffice; with 20 refits 19 and 14."""
    assert len(drawn({"a": 1.0}, {"a": [FACT]}, {"a": (95, 70)})) == 1
    assert len(drawn({"a": 1.0}, {"a": [FACT]}, {"a": (19, 14)}, refits=20)) == 1
    assert drawn({"a": 1.0}, {"a": [FACT]}, {"a": (18, 14)}, refits=20) == []


def test_what_rests_on_nothing_takes_no_place() -> None:
    """Three larger contributions without a fact do not push out the one with a fact."""
    phi = {"a": 1.0, "b": 0.9, "c": 0.8, "d": 0.7}
    assert [(r["rank"], r["feature"]) for r in drawn(phi, {"d": [FACT]})] == [(1, "d")]


def test_facts_of_several_persons_share_a_rank() -> None:
    """So that only the met person's own facts are told; the dwelling's have no person."""
    found = drawn({"a": 1.0}, {"a": [{**FACT, "person_key": "p2"}, {**FACT, "person_key": None}, FACT]})
    assert [(r["rank"], r["person_key"]) for r in found] == [(1, None), (1, "p1"), (1, "p2")]


def test_a_household_that_was_not_tested_for_stability_gets_no_reason() -> None:
    """Unproven is not stable."""
    x, _, _ = made_up(20)
    model = build(x, SPECS, Card(20.0, 100.0, {"bills": ((0.5, 6.0),)}))
    features = {name: Declared("d") for name in model.names}
    scored = score(model, table_of(x), HASHES)
    evidence = pa.Table.from_pylist(
        [{"household_key": k, "feature": "bills", **FACT} for k in sorted(set(x.keys.to_pylist()))]
    )
    some = certain(model, x.take(np.array([0])))
    found = reasons(model, features, scored.contributions, evidence, some)
    assert set(found["household_key"].to_pylist()) <= {x.keys[0].as_py()}


def test_blocks_of_households_give_the_reasons_of_all_at_once(learned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every household's reasons rest on its own rows: where a block ends does not matter."""
    _, model, _, households, _ = learned
    scored = score(model, table_of(households), HASHES)
    evidence = pa.Table.from_pylist(
        [{"household_key": k, "feature": f, **FACT} for k in households.keys.to_pylist() for f in ("bills", "days")]
    )
    named = {name: Declared("d") for name in model.names}
    whole = reasons(model, named, scored.contributions, evidence, certain(model, households))
    monkeypatch.setattr(explanation, "BLOCK", 7)

    asked: list[int] = []

    def stable(rows: Ints) -> Stability:
        asked.extend(rows.tolist())
        return certain(model, households.take(rows))

    assert reasons_of_all(model, named, scored.contributions, evidence, stable).equals(whole)
    assert whole.num_rows > 7
    # Whoever no fact is known of is not looked at: most of a city.
    assert len(asked) == households.rows
    some = evidence.filter(pc.equal(evidence["household_key"], households.keys[0]))
    asked.clear()
    assert reasons_of_all(model, named, scored.contributions, some, stable).num_rows <= 2 and asked == [0]


def test_shares_count_everyone_explained() -> None:
    """Households without any reason are counted too."""
    found = pa.table({"household_key": ["a", "a", "b"], "rank": [1, 2, 1]})
    shares = reason_shares(found, pa.array(["a", "b", "c", "d"])).to_pylist()
    assert [(r["reasons"], r["households"], r["share"]) for r in shares] == [
        (0, 2, 0.5),
        (1, 1, 0.25),
        (2, 1, 0.25),
        (3, 0, 0.0),
    ]
    assert {r["of"] for r in shares} == {4}


@pytest.fixture(scope="module")
def learned() -> Any:
    """A model and 12 household-bootstrap refits."""
    x, y, weight = made_up()
    model = logistic.fit(x, y, weight, SPECS)

    def refit(seed: int) -> Model:
        rows = bootstrap_rows(x.keys, seed)
        return logistic.fit(x.take(rows), y[rows], weight[rows], SPECS)

    households = x.take(np.arange(0, 400, 2))
    return x, model, refit, households, stability(model, refit, households, x, refits=12)


def test_stability_counts_what_refits_say_on_the_same_background(learned: Any) -> None:
    """Counted by hand with another road: each refit's contributions minus the shipped cohort's mean."""
    x, _, refit, households, found = learned
    positive = np.zeros(households.rows, dtype=np.int64)
    for seed in range(12):
        one = next(t for t in refit(seed).terms if t.feature == "bills")
        cells = np.array(
            [one.missing if np.isnan(v) else one.values[np.searchsorted(one.edges, v)] for v in x.column("bills")]
        )
        positive += cells[:400:2] - cells.mean() > 0
    rows = [r for r in found.table.to_pylist() if r["feature"] == "bills"]
    assert [r["positive"] for r in rows] == positive.tolist()
    assert {r["refits"] for r in rows} == {12} and found.refits == 12
    assert all(r["top5"] == 12 for r in rows)  # there are only five features


def test_the_background_of_a_refit_does_not_matter(learned: Any) -> None:
    """A refit that comes measured against another cohort is measured anew against the shipped one."""
    x, model, refit, households, found = learned
    poor = x.take(np.flatnonzero(x.column("bills") >= 2))
    again = stability(model, lambda seed: with_background(refit(seed), poor), households, x, refits=12)
    assert again.table.equals(found.table) and again.jaccard.equals(found.jaccard)
    published = stability(model, lambda seed: with_background(refit(seed), x), households, None, refits=12)
    assert published.table.equals(found.table)
    with pytest.raises(ModelRefused):
        stability(model, lambda seed: with_background(refit(seed), poor), households, None, refits=1)


def test_a_clear_signal_is_stable_and_jaccard_beats_chance(learned: Any) -> None:
    """Households with many bills: positive in all refits. Top 3 overlap far above the random baseline."""
    _, _, _, households, found = learned
    many = set(np.array(households.keys.to_pylist())[households.column("bills") >= 2].tolist())
    assert all(
        r["positive"] == 12 for r in found.table.to_pylist() if r["feature"] == "bills" and r["household_key"] in many
    )
    above = found.jaccard["above_baseline"].to_numpy()
    assert above.mean() > 0.2
    assert found.jaccard["baseline"].to_pylist()[0] == random_jaccard(5)


def test_the_random_baseline_by_enumeration() -> None:
    """All pairs of 3-subsets of 5."""
    from itertools import combinations

    sets = [set(s) for s in combinations(range(5), 3)]
    expected = np.mean([len(a & b) / len(a | b) for a in sets for b in sets])
    assert random_jaccard(5) == pytest.approx(expected)
    assert random_jaccard(2) == 1.0


def test_a_bootstrap_draws_households_with_all_their_rows() -> None:
    """As many households as there are, each with all or none of its rows; by seed."""
    keys = pa.array(["b", "a", "b", "c"])
    for seed in range(20):
        rows = bootstrap_rows(keys, seed)
        counts = np.bincount(rows, minlength=4)
        assert counts[0] == counts[2] and counts[0] + counts[1] + counts[3] == 3
    assert bootstrap_rows(keys, 1).tolist() == bootstrap_rows(keys, 1).tolist()
    assert len({tuple(bootstrap_rows(keys, seed)) for seed in range(20)}) > 3


def test_the_scorecard_is_stable_by_construction() -> None:
    """Its points were given, not learnt: every positive contribution counts as certain."""
    x, _, _ = made_up(100)
    model = build(x, SPECS, Card(20.0, 100.0, {"bills": ((0.5, 6.0),)}))
    found = certain(model, x)
    phi = contribution_arrays(model, x)["bills"]
    rows = [r for r in found.table.to_pylist() if r["feature"] == "bills"]
    assert [r["positive"] for r in rows] == (phi > 0).astype(int).tolist()
    assert set(found.jaccard["jaccard"].to_pylist()) == {1.0}


def test_a_model_without_risk_raising_features_gives_none() -> None:
    """No names, no households: an empty table with the right columns."""
    x, _, _ = made_up(10)
    model = build(x, SPECS, Card(20.0, 100.0, {}))
    features = {name: Declared("d") for name in model.names}
    empty = score(model, table_of(x), HASHES).contributions.slice(0, 0)
    found = reasons(model, features, empty, pa.table({}), certain(model, x))
    assert found.num_rows == 0 and found.column_names[:3] == ["household_key", "rank", "feature"]
    flipped = replace(model, terms=tuple(term(t.feature, -1, (), (0.0,)) for t in model.terms))
    one = score(flipped, table_of(x), HASHES).contributions
    assert reasons(flipped, features, one, pa.table({}), certain(model, x)).num_rows == 0
    assert isinstance(x, Matrix)
