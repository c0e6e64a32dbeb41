"""Small made-up evidence for the ethics report, with every key, and ways to look into the page."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

from models.table import Background, Model, Pair, Platt, closed_grid, term
from reports.ethics import ethics_report
from reports.ethics_coverage import SOURCES

TERMS = (
    term("tax_open", 1, (0.5, 1.5, 3.5), (-0.5, 0.2, 0.9, 1.4)),
    term("plans_kept", -1, (0.5,), (0.3, -0.1)),
    term("ratio", 1, (0.25, 0.31, 12.7), (0.0, 0.1, 0.2, 0.3)),
)
PAIR = Pair("tax_open", "ratio", (0.5,), (0.25,), closed_grid(((0.0, 0.1), (0.2, 0.4))), 0.05)


def model() -> Model:
    """Three terms, one pair, calibrated."""
    return Model(
        intercept=-2.0,
        terms=TERMS,
        pairs=(PAIR,),
        features={one.feature: f"hash-{one.feature}" for one in TERMS},
        background=Background(500, "b" * 64),
        calibration=Platt(1.1, 0.2),
        learned={"learner": "ebm"},
        training_digest="d" * 64,
        config_digest="c" * 64,
    )


def figure(value: float = 0.5, n: int = 120, spread: float = 0.1) -> dict[str, Any]:
    """One estimate as training gives it."""
    low, high = value - spread, value + spread
    method = "cluster bootstrap, 1000 draws, by household"
    return {"value": value, "low": low, "high": high, "n": n, "method": method, "made_up": True, "note": "架空データ"}


def untold(n: int | None = 20) -> dict[str, Any]:
    """What stands where too little is known."""
    return {"value": None, "cannot_tell": "該当する世帯が30に満たないため、判断できません", "n": n, "made_up": True}


def _line(told: bool = True) -> dict[str, Any]:
    def one(value: float) -> dict[str, Any]:
        return figure(value) if told else untold()

    found = {
        "events": 120,
        "restricted_mean_lead_days": one(40.0),
        "lead_to_visit_days": one(30.0),
        "detected": one(0.6),
    }
    found |= {f"recall_{days}": one(0.4) for days in (30, 60, 90)}
    names = ("scorecard", "ebm_pairs", "ceiling", "random", "area_only", "best_single_feature")
    return {
        "excluded_events": None,
        "policies": {name: found for name in names},
        "gain_of_chosen_over": {name: one(5.0) for name in names if name != "ebm_pairs"},
    }


def metrics() -> dict[str, Any]:
    """Every key of TrainingResult.metrics."""
    group = {"group": "女", "n": 120, "households": 80, "share_labelled": 0.9, "positives": 30, "recall_ceiling": 0.8}
    rates = ("recall_at_k", "precision_at_k", "selection_rate", "base_rate", "false_omission", "observed_to_expected")
    days = ["2024-01-01", "2024-01-29"]
    flow = {"in_scope": 500, "eligible": 480, "censored": 10, "touched": 0, "usable": 470, "positives": 53}
    crossed = {
        "policies": {"chosen_without_own_source": _line()["policies"]["random"]},
        "gain_of_chosen_over": {"random": figure(4.0)},
    }
    return {
        "made_up": True,
        "validation": "temporal",
        "chosen": "ebm_pairs",
        "recommended": True,
        "not_recommended_because": [],
        "split": {"horizon_days": 180, "train": days, "selection": days, "calibration": days, "test": days,
                  "replay": days, "test_windows": 1, "stability": "時間的な安定性は示されていません", "notes": []},
        "settings": {"slots": 15, "delta_days": 3.0, "target": "any"},
        "target": "any",
        "components": [{"name": "tax_seized", "title": "市税の差押え", "source": "tax", "city_act": True}],
        "cohort_flow": [{"as_of": day, "target": "any", **flow, "positives_at_worst": 63} for day in days],
        "touched_stretches": 0,
        "choice": {"chosen": "ebm_pairs", "recommended": True, "reason": "最良(ebm_pairs)です。", "best": "ebm_pairs",
                   "delta": 3, "tried": ["scorecard", "ebm_pairs"], "against_best": {"scorecard": figure(-2.0)},
                   "against_random": {"scorecard": figure(5.0), "ebm_pairs": figure(7.0)}},
        "baselines": {"single_feature": "tax_open", "learnt_from_training": True},
        "replay": {"slots": 15, "weeks": 52, "events_from": "2024-07-01", "events_until": "2025-01-01",
                   "burn_in": "最初の180日は数えません",
                   "lines": {"all": _line(), "incident": _line(), "not_in_pipeline": _line(), "cross_source": crossed,
                             "any_but_city_acts": _line(), "tax_seized": _line(told=False)},
                   "effort": {"ebm_pairs": {"timely_30_hits_per_visit": figure(0.05, spread=0.01), "churn": 0.7}},
                   "without_source": {"tax": figure(3.0), "water": untold()}},
        "price_of_explainable": {"restricted_mean_lead_days": figure(-1.0)},
        "calibration": {"fitted": True, "label": "情報が見えており、訪問を受けていない世帯の中での割合"},
        "calibration_test": {"observed_to_expected": figure(1.0), "slope": figure(1.0), "intercept": figure(0.0),
                             "ece": figure(0.02, spread=0.01), "ece_if_right": figure(0.01, spread=0.005),
                             "observed_to_expected_by_month": {"2024-01": figure(1.0)}},
        "ranking": {"ebm_pairs": {"precision_at_k": figure(0.4), "recall_at_k": figure(0.2), "slots": 15,
                                  "average_precision": figure(0.3), "auc": figure(0.5, spread=0.00001)}},
        "subgroups": {"sex": {"rows": [group | {rate: figure(0.3) for rate in rates},
                                       {"group": "男", "hidden": "少数のため非表示"}],
                              "all": group | {"group": "全体"} | {rate: figure(0.3) for rate in rates}}},
        "importances": [{"feature": "tax_open", "mean_abs_phi": figure(0.4)},
                        {"feature": "tax_open×ratio", "mean_abs_phi": figure(0.2)}],
        "visibility_auc": {"tax": {"all": figure(0.9, spread=0.05) | {"seen": 440, "unseen": 60},
                                   "without_signals": untold() | {"seen": 300, "unseen": None}}},
        "stability": {"refits": 20, "mean_jaccard_top3": figure(0.8), "share_below_half": figure(0.2),
                      "random_baseline": 0.3},
        "not_done": ["日々の見張り(逐次の中止規則)"],
    }  # fmt: skip


def household(number: int, listed: bool) -> dict[str, Any]:
    """One explained household."""
    phi = {"tax_open": 0.9, "plans_kept": -0.2, "ratio": 0.001, "tax_open×ratio": 0.1}
    facts = ["市税のお支払いが3期分まだのようです・2025年9月から"]
    margin = -2.0 + sum(phi.values())
    return {"key_short": f"{number:08x}", "listed": listed, "margin": margin, "base": -2.0, "contributions": phi,
            "facts": facts if listed else []}  # fmt: skip


def ward(name: str, *counts: int) -> dict[str, Any]:
    """A line of coverage: households, of them in scope, and all of them by visible sources (0, 1, more)."""
    return dict(zip(("ward", "households", "in_scope", *SOURCES), (name, *counts), strict=True))


def evidence() -> dict[str, Any]:
    """Everything the pipeline hands over."""
    units = {"tax_open": "期", "plans_kept": "回", "ratio": "割"}
    titles = {"tax_open": "市税のお支払いが済んでいない期の数", "plans_kept": "守られている分割納付", "ratio": "割合"}
    wards = [("中央区", 220, 130, 90, 60, 70), ("北区", 180, 120, 60, 70, 50), ("南区", 150, 90, 60, 40, 50),
             ("東区", 95, 60, 35, 40, 20), ("西区", 40, 21, 19, 13, 8)]  # fmt: skip
    contract = {"source": "tax_bills", "title": "市税の収納", "files": 36, "refused_files": 1, "rows": 54321}
    entry = {"number": "R-1", "source": "tax|water", "purpose": "*", "kind": "consent", "article": "69条2項1号"}
    return {
        "metrics": metrics(),
        "model": model(),
        "features": {name: SimpleNamespace(title_ja=titles[name], unit=unit) for name, unit in units.items()},
        "municipality": "架空市",
        "as_of": date(2026, 4, 1),
        "explained_day": date(2026, 3, 2),
        "demonstration": True,
        "coverage": [ward(*one) for one in wards],
        "contracts": [contract | {"refused_rows": 7, "age_days": 1}],
        "register": [entry | {"valid_from": date(2020, 1, 1), "valid_to": None, "scores": True}],
        "additivity": {"max_error": 3e-15, "rows": 500},
        "shap": {"max_error": 2e-8, "rows": 500},
        "explained": {
            "shares": [
                {"reasons": k, "households": n, "of": 90, "share": n / 90} for k, n in enumerate((12, 18, 25, 35))
            ],
            "global": [],
            "local": [household(1, True), household(2, False)],
            "steps": {
                "tax_open": [300, 150, 42, 3, 5],
                "plans_kept": [400, 50, 50],
                "ratio": [100, 100, 100, 100, 100],
            },
        },
    }


@lru_cache
def plain_report() -> tuple[str, dict[str, Any]]:
    """The page and the document of `evidence()`, made once. Only to be read."""
    return ethics_report(evidence())


class Page(HTMLParser):
    """Tags with their attributes, and the text of captions and headings."""

    def __init__(self, html: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag."""
        self.tags.append((tag, dict(attrs)))
        if tag in ("h1", "h2", "h3", "h4", "caption", "figcaption", "title"):
            self._open.append(tag)
            self.said.append((tag, ""))

    def handle_endtag(self, tag: str) -> None:
        """Close it."""
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text inside a heading or caption."""
        if self._open:
            self.said[-1] = (self.said[-1][0], self.said[-1][1] + data)

    def texts(self, tag: str) -> list[str]:
        """What the headings or captions of one kind say."""
        return [text.strip() for kind, text in self.said if kind == tag]


def blocks(found: Any) -> Iterator[dict[str, Any]]:
    """Every block anywhere in the JSON."""
    if isinstance(found, dict):
        if "kind" in found:
            yield found
        for part in found.values():
            yield from blocks(part)
    elif isinstance(found, list):
        for part in found:
            yield from blocks(part)


def estimates(found: Any) -> Iterator[dict[str, Any]]:
    """Every estimate anywhere in the JSON."""
    if isinstance(found, dict):
        if "low" in found and "high" in found:
            yield found
        for part in found.values():
            yield from estimates(part)
    elif isinstance(found, list):
        for part in found:
            yield from estimates(part)
