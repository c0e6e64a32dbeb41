"""The order of the steps: what each command and each Dagster asset calls. Returns figures (counts and paths), never a
person.

What must not go in here: how a step works. Every step opens nothing but the home it is handed, reads only what was
published by the step before, and publishes whole or not at all.
"""

import getpass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv as pv

from data_contracts import office
from data_contracts.catalog import Catalog
from data_contracts.profile import Source
from data_contracts.receipts import row_ranges
from data_contracts.refusal import FileRefused
from models.disclosure import about
from pipelines import layout, listing, printing, screening, signing
from pipelines import training as trainings
from pipelines.clock import today
from pipelines.closing import ages, close_day, has_come, not_far_ahead, protection_gate, unheard
from pipelines.copies import taken_back
from pipelines.deliveries import days_not_run, overdue, publish_deliveries
from pipelines.errors import GateClosed, WrongUse
from pipelines.explaining import explained
from pipelines.feature_page import publish_feature_page
from pipelines.home import Home, read_catalog
from pipelines.hub import episode_counts, publish_hub
from pipelines.intake import erase_taken, sources_in_order, take_in_source
from pipelines.people import publish_people
from pipelines.purge import purge
from pipelines.requests import filter_delivery, household_of, request_list
from pipelines.retention import let_go
from pipelines.settings import CONFIG
from pipelines.slips import publish_slips
from pipelines.verify import require

Figures = dict[str, Any]


# -- the daily run, step by step (Dagster's assets call these) ---------------------------------------------------------


def take_in(home: Home, source: str, to: date) -> Figures:
    """Take in one source's waiting deliveries; after the last source about people, publish who is who."""
    with home.store.writing():
        not_far_ahead(home, to)
        files = take_in_source(home, source, to)
        if source == _last_about_people(home):
            publish_people(home, screening.run_day(home, to))
    newest = home.ledger().last_accepted(source, to)
    told = newest if home.role(source) != "protection" else None  # how many are protected is nobody's figure
    refused = [e for e in home.ledger().of(source, "refused") if e.folder_day == to]
    return {
        "files": files,
        "refused_files": len(refused),
        "refused_rule": refused[-1].rule if refused else "",
        "rows": told.rows_in if told else 0,
        "refused_rows": told.refused if told else 0,
        "age_days": ages(home, to)[source],
    }


def hub(home: Home, day: date) -> Figures:
    """Purge what may no longer be held, erase what was taken in, publish episodes, membership and residence."""
    with home.store.writing():
        not_far_ahead(home, day)
        today = screening.run_day(home, day)
        deleted = purge(home, today)
        erase_taken(home, today)
        publish_hub(home, today)
        publish_deliveries(home, day)
    late, missed = overdue(home, day), days_not_run(home, day)
    gone = {zone: about(rows) for zone, rows in deleted.items()}
    figures = {"episodes": episode_counts(home), "purged_rows": gone, "days_not_run": len(missed)}
    return figures | {"overdue": ", ".join(sorted(late)), "deliveries_page": layout.deliveries_page(day)}


def features(home: Home, day: date) -> Figures:
    """Publish the day's features."""
    with home.store.writing():
        screening.publish_features(home, day, screening.run_day(home, day))
    return {"households": home.store.read_table(layout.features(day)).num_rows}


def scores(home: Home, day: date) -> Figures:
    """Publish the day's scores and contributions by the signed model."""
    with home.store.writing():
        digest = screening.publish_scores(home, day, screening.run_day(home, day))
    return {"households": home.store.read_table(layout.scores(day)).num_rows, "model": digest}


def protection(home: Home, day: date) -> Figures:
    """The one gate that guards lists: raises GateClosed unless the day's protection file is in order."""
    protection_gate(home, day)
    return {"day": str(day)}


def lists(home: Home, day: date) -> Figures:
    """Freeze the week's list on its first day, write slips and urgent sheet, let go of past scores, close the day."""
    with home.store.writing():
        made = listing.publish_list(home, day)
        slips = publish_slips(home, day)
        urgent = listing.publish_urgent(home, day)
        let_go(home, day)
        close_day(home, day)
    monday = day - timedelta(days=day.weekday())
    path = layout.visit_list(monday)
    lines = home.store.read_table(path).num_rows if home.store.has(path) else 0
    figures = {"list": path if lines else "", "lines": lines, "new_list": made, "urgent_lines": urgent, "slips": slips}
    figures |= {"deliveries_page": layout.deliveries_page(day), "overdue": ", ".join(sorted(overdue(home, day)))}
    missed = ", ".join(map(str, days_not_run(home, day)))
    figures |= {
        "days_not_run": missed,
        "copies_to_bring_back": ", ".join(taken_back(home, screening.run_day(home, day))),
    }
    return figures | {"without_effect": "; ".join(unheard(home, day))}


# -- commands ------------------------------------------------------------------------------------------------------


def intake(home: Home, to: date) -> Figures:
    """Everything delivered up to `to`, in bulk; days before `to` are closed."""
    has_come(home, to)
    before = {(entry.source, entry.order) for entry in home.ledger().entries}
    files = {source: take_in(home, source, to)["files"] for source in sources_in_order(home)}
    with home.store.writing():
        today = screening.run_day(home, to)
        purge(home, today)
        publish_hub(home, today)
        close_day(home, to - timedelta(days=1))
    new = [entry for entry in home.ledger().entries if (entry.source, entry.order) not in before]
    refused = [entry for entry in new if entry.verdict == "refused"]
    figures = {"files": files, "refused_files": len(refused), "episodes": episode_counts(home)}
    return figures | {"without_effect": "; ".join(unheard(home, to))}


def train(home: Home, as_of: date, validation: str = "temporal") -> Figures:
    """Candidates, validation, ethics report; the model then waits for two signatures."""
    has_come(home, as_of)
    with home.store.writing():
        not_far_ahead(home, as_of)
        digest = trainings.publish_training(home, as_of, validation)
    return {
        "model": digest,
        "learned_by": signing.read_model(home, digest).learned["learner"],
        "too_new_to_learn_from": home.store.read_json(layout.model(digest, "metrics.json"))["split"]["too_new"],
        "report": str(home.root / layout.ethics(digest, "report.html")),
        "next": "two people read the report and sign (kizuki sign)",
    }


def sign(home: Home, model: str, name: str, key_file: Path, day: date | None, because: str | None = None) -> Figures:
    """Sign a model, or with `because` refuse it; says whether it stands now."""
    digest = signing.find_model(home, model)
    on = day or screening.last_day(home)
    with home.store.writing():
        signing.sign_model(home, digest, name, key_file, on, because)
    return {"model": digest, **_standing(home, digest, on)}


def _standing(home: Home, digest: str, day: date) -> Figures:
    verdict = signing.verdict(home, digest, day)
    return {
        "stands": verdict.ok,
        "missing": [reason.sentence for reason in verdict.reasons],
        "refusals": signing.refusals(home, digest),
    }


def backtest(home: Home, first: date, last: date) -> Figures:
    """Past days again, as known then and as permitted now."""
    with home.store.writing():
        days = screening.backtest(home, first, last)
    scored = [layout.scores(day, layout.backtest_root(day)) for day in days]
    figures = {"days": len(days), "household_dates": sum(home.store.read_table(path).num_rows for path in scored)}
    return figures | screening.equal_to_live(home, days)


def report(home: Home, model: str | None) -> Figures:
    """Where a model's ethics report and the newest page on deliveries are, and whether the model stands."""
    digest = signing.find_model(home, model)
    paths = {
        suffix: str(home.root / layout.ethics(digest, name))
        for suffix, name in (("html", "report.html"), ("cases", "cases.html"), ("json", "ethics.json"))
        if home.store.has(layout.ethics(digest, name))
    }
    pages = home.store.under("published/reports/deliveries/")
    return {
        "model": digest,
        **paths,
        "deliveries_page": str(home.root / pages[-1]) if pages else "",
        **_standing(home, digest, screening.last_day(home)),
    }


def feature_page(home: Home, day: date | None) -> Figures:
    """Write the page of all features, distributions and coverage by as-of date; says where it is."""
    with home.store.writing():
        on = publish_feature_page(home, day)
    return {suffix: str(home.root / layout.features_page(on, suffix)) for suffix in ("html", "json")}


def explain(home: Home, household_key: str, day: date | None) -> Figures:
    """One household's base + contributions = margin, and the dated facts behind it."""
    return explained(home, household_key, day)


def print_copy(home: Home, list_name: date, team: str | None, holder: str, sheet: printing.Sheet = "week") -> Figures:
    """A numbered Excel and PDF copy of a week's list, an urgent sheet, slips or a desk's notes, for a named holder."""
    with home.store.writing():
        return printing.print_copy(home, list_name, team, holder, sheet)


def key(home: Home, resident: str, holder: str) -> Figures:
    """The key of a resident's household; the question is audited."""
    with home.store.writing():
        return {"household_key": household_of(home, resident, holder)}


def request(home: Home, source: str, out: Path) -> Figures:
    """The list of persons with a basis today, for a delivering office."""
    with home.store.writing():
        table = request_list(home, _known(home.catalog, source), getpass.getuser())
    pv.write_csv(table, out)
    return {
        "rows": table.num_rows,
        "file": str(out),
        "use": "only for filtering the delivery; never for collection",
    }


def contract_check(source: str, file: Path, config: Path | None) -> Figures:
    """Check a file against its contract, in the office's room."""
    return office.check(file, _declared_today(source, config))


def contract_filter(source: str, file: Path, request_file: Path, out: Path, config: Path | None) -> Figures:
    """Keep only the rows of listed persons, in the office's room."""
    try:
        done = filter_delivery(file, _declared_today(source, config), request_file, out)
    except FileRefused as refusal:
        raise GateClosed("取り決め (contract)", f"{refusal.detail} [{refusal.rule}]", refusal.remedy) from None
    dropped = {"rows_dropped_for_their_number": len(done.broken), "those_rows": row_ranges(done.broken)}
    return {"rows_in": done.rows_in, "rows_kept": done.kept, **dropped, "file": str(out)}


def _declared_today(source: str, config: Path | None) -> Source:
    """A source as declared for today in Japan: an office checks before it sends, outside any home."""
    catalog = read_catalog((config or CONFIG) / "sources")
    return catalog.source(_known(catalog, source), today())


def verify(home: Home) -> Figures:
    """Re-check everything that can be re-checked."""
    return require(home)


def _known(catalog: Catalog, source: str) -> str:
    if source not in catalog.names:
        message = f"{source} is not a source; there are {', '.join(catalog.names)}"
        raise WrongUse(message)
    return source


def _last_about_people(home: Home) -> str:
    return [name for name in sources_in_order(home) if home.role(name) in layout.PEOPLE_ROLES][-1]
