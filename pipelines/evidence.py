"""What the ethics report is made from: metrics of the training, coverage, contract results, explanations of a day."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from features.definition import render_reason
from features.definitions import FEATURES
from models.card import Figure
from models.explanation import reason_shares, reasons
from models.inputs import TrainingInputs, learnt_rows
from models.learners import boosting
from models.matrix import Matrix
from models.panel import City
from models.results import TrainingResult
from models.scoring import check_sum, score
from models.shap_check import disagreement
from models.stability import certain, stability
from pipelines.closing import ages
from pipelines.home import Home
from pipelines.persons import FOREVER, People
from pipelines.reasons import dated_facts
from pipelines.scope import Scope, scope
from pipelines.screening import hashes, run_day
from pipelines.whose import owners
from reports.ethics_context import too_new_ja
from reports.ethics_spread import step_counts
from reports.ethics_words import policy_ja

EXPLAINED_LISTED = 30
EXPLAINED_OTHERS = 10
SHAP_ROWS = 200
# A contribution this near 0 is 0 but for the last bits.
NOTHING = 1e-9


def ethics_evidence(home: Home, result: TrainingResult, given: TrainingInputs, as_of: date) -> dict[str, Any]:
    """Everything `reports.ethics.ethics_report` reads. The explained day is the newest with features."""
    people = People(home)
    day = max(given.features)
    today = run_day(home, as_of)
    of = scope(people, day, today)
    return {
        "metrics": result.metrics,
        "model": result.model,
        "features": FEATURES,
        "municipality": home.settings.municipality,
        "as_of": as_of,
        "explained_day": day,
        "demonstration": home.settings.demonstration,
        "coverage": coverage(people, of, read_by(given.sources, of.visible), today),
        "contracts": contract_results(home, as_of),
        "register": yaml.safe_load((home.settings.config / "legal_bases.yaml").read_text())["bases"],
        "shap": shap_agreement(result, given, day),
        **_explained(home, result, given, of),
    }


def read_by(sources: Mapping[str, Sequence[str]], visible: pa.Table) -> pa.Table:
    """The rows of `visible` (household_key, source) whose source the model reads. `sources`: those of each feature."""
    read = sorted({source for of in sources.values() for source in of})
    return visible.filter(pc.is_in(visible["source"], value_set=pa.array(read, pa.string())))


def coverage(people: People, of: Scope, visible: pa.Table, as_of: date) -> list[dict[str, Any]]:
    """Households by ward, and how many of their `visible` sources there are: counts, to be suppressed by the report."""
    return people.ask(
        f"""with here as (
          select m.household_id, s.ward, m.resident_id from membership m join states s on s.resident_id = m.resident_id
            and s."from" <= $day and $day <= coalesce(s."until", {FOREVER})
          where m.known_from <= $day and $day < coalesce(m.known_until, {FOREVER})
            and m."from" <= $day and $day <= coalesce(m."until", {FOREVER})),
        frame as (
          select household_id, min(ward) as ward from here group by all
          having not bool_or(resident_id in (select resident_id from protection
            where "from" <= $day and $day <= coalesce("until", {FOREVER})
            or "from" <= $run and $run <= coalesce("until", {FOREVER})))),
        seen_of as (
          select any_value(f.ward) as ward, k.household_key, count(s.source) as n
          from frame f join household_keys k using (household_id) left join seen s using (household_key)
          group by k.household_key)
        select ward, count(*) as households,
          count(*) filter (household_key in (select household_key from scoped)) as in_scope,
          count(*) filter (n = 0) as sources_0, count(*) filter (n = 1) as sources_1,
          count(*) filter (n >= 2) as sources_2_plus
        from seen_of group by ward order by ward""",
        {"day": of.day, "run": as_of},
        seen=visible,
        scoped=of.households.select(["household_key"]),
    ).to_pylist()


def contract_results(home: Home, day: date) -> list[dict[str, Any]]:
    """Per source: files and rows taken in and refused by `day`, and the age of what is accepted. Of protection no rows
    are told: how many people are protected is nobody's figure.
    """
    entries = [entry for entry in home.ledger().entries if entry.known_from <= day]
    age = ages(home, day)
    results = []
    for name in home.catalog.names:
        mine = [e for e in entries if e.source == name]
        verdicts = Counter(e.verdict for e in mine)
        counted = home.role(name) != "protection"
        results.append(
            {
                "source": name,
                "title": home.catalog.contracts[name][-1].title,
                "files": len(mine),
                "refused_files": verdicts["refused"],
                "rows": sum(e.rows_in for e in mine) if counted else None,
                "refused_rows": sum(e.refused for e in mine) if counted else None,
                "age_days": age[name],
            }
        )
    return results


def shap_agreement(result: TrainingResult, given: TrainingInputs, day: date) -> dict[str, float] | None:
    """shap against the table of the boosting candidate, fitted again: the largest difference over a sample of `day`.

    None when no boosting was learnt (too few labels). Raises ShapDisagrees above 1e-5: then nothing is published.
    """
    if "boosting" not in result.candidates:
        return None
    learnt = learnt_rows(given, City.of(given.features, given.area))
    judged = learnt.take(learnt.judged)
    trees = boosting.BoostingSettings(trees=given.settings.boosting_trees, seed=given.settings.seed)
    fitted = boosting.estimate(judged.x, judged.label.astype(np.int64), judged.weight, given.specs, trees)
    names = given.recipe.names
    explained = Matrix.from_table(given.features[day].slice(0, SHAP_ROWS), names)
    background = judged.x.take(np.arange(min(SHAP_ROWS, judged.x.rows)))
    error = disagreement(result.candidates["boosting"], fitted, explained, background, given.specs)
    return {"max_error": error, "rows": explained.rows}


def _explained(home: Home, result: TrainingResult, given: TrainingInputs, of: Scope) -> dict[str, Any]:
    """Additivity, shares of households that keep reasons, and a sample of listed and unlisted households."""
    features = given.features[of.day]
    scored = score(result.model, features, hashes())
    columns = {name: np.asarray(scored.contributions[name]) for name in scored.contributions.column_names[2:]}
    error = check_sum(result.model.base, columns, scored.margin)
    facts = dated_facts(home, of, list(FEATURES))
    matrix = Matrix.from_table(features, result.model.names)
    refits = result.refits
    stable = (
        stability(result.model, refits.__getitem__, matrix, result.background, len(refits))
        if refits
        else certain(result.model, matrix)
    )
    found = reasons(result.model, FEATURES, scored.contributions, facts, stable)
    order = np.argsort(-scored.margin, kind="stable")
    listed = order[: given.slots]
    shown = listed[:EXPLAINED_LISTED]
    rest = order[given.slots :: max(1, (len(order) - given.slots) // EXPLAINED_OTHERS)][:EXPLAINED_OTHERS]
    top = pc.take(features["household_key"], pa.array(listed)).combine_chunks()
    return {
        "additivity": {"max_error": float(error), "rows": features.num_rows},
        "explained": {
            "shares": reason_shares(found.filter(pc.is_in(found["household_key"], top)), top).to_pylist(),
            "global": [],
            "steps": step_counts(result.model, features),
            "local": [
                _local(scored.contributions, scored.margin, facts, number, int(row), number <= len(shown))
                for number, row in enumerate([*shown, *rest], start=1)
            ],
        },
    }


def _local(terms: pa.Table, margin: np.ndarray, facts: pa.Table, number: int, row: int, listed: bool) -> dict[str, Any]:
    values = terms.slice(row, 1).to_pylist()[0]
    key = values.pop("household_key")
    base = values.pop("base")
    own = facts.filter(pc.equal(facts["household_key"], key)).to_pylist()
    return {
        "key_short": f"例{number}",
        "household_key": key,
        "listed": listed,
        "margin": float(margin[row]),
        "base": base,
        "contributions": values,
        "facts": facts_said(own, values),
    }


def facts_said(facts: list[dict[str, Any]], contributions: dict[str, float]) -> list[str]:
    """One household's dated facts in words, each once, with whose they are where they are of several, those behind the
    largest contributions first; those of features that contribute nothing there (pairs counted with both their
    features) are left out.

    In: rows of features.behind.EVIDENCE; term or pair «a×b» → contribution.
    """
    size: dict[str, float] = defaultdict(float)
    for name, value in contributions.items():
        for feature in name.split("×"):
            size[feature] += abs(value)
    mine = sorted((f for f in facts if size[f["feature"]] > NOTHING), key=lambda f: (-size[f["feature"]], f["feature"]))
    whose = owners(facts)
    said = (whose[f["person_key"]] + render_reason(FEATURES[f["feature"]], f, "reviewer") for f in mine)
    return list(dict.fromkeys(said))


def card_limits(metrics: dict[str, Any]) -> list[str]:
    """What the card says of this training only: that it recommends no list, and the sources too new to be read."""
    found = (
        []
        if metrics["recommended"]
        else ["検証の結果からは、このモデルを名簿に使うことは推奨しません(理由は倫理報告書)。"]
    )
    return [*found, *(f"{line}。" for line in too_new_ja(metrics))]


def _period(metrics: dict[str, Any]) -> str:
    days = metrics["split"]["replay"] or metrics["split"]["test"]
    return f"{days[0]} – {days[-1]}" if days else ""


def card_figures(metrics: dict[str, Any]) -> tuple[list[Figure], list[str]]:
    """Headline figures of the card with n and interval, and the names of those that cannot be told."""
    figures: list[Figure] = []
    cannot: list[str] = []
    line = metrics["replay"].get("lines", {}).get("all", {})
    gains = line.get("gain_of_chosen_over", {})
    for against, gain in gains.items():
        name = f"限定平均リードの差(日) 対 {policy_ja(against)}"
        if gain.get("value") is None:
            cannot.append(name)
            continue
        english = f"gain in restricted mean lead (days) over {against}"
        figures.append(
            Figure(name, english, gain["value"], gain["low"], gain["high"], gain["n"], "危機", _period(metrics))
        )
    for day, year in metrics.get("by_date", {}).items():
        area = year["policies"][metrics["chosen"]]["auc"]
        if area.get("value") is None:
            cannot.append(f"AUC({day})")
        else:
            figures.append(Figure("AUC", "AUC", area["value"], area["low"], area["high"], area["n"], "世帯", day))
    if not figures and not cannot:
        cannot.append("限定平均リード(検証の期間が足りません)")
    return figures, cannot
