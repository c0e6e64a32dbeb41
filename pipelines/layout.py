"""Where things stand in a home (DESIGN §5 «The home»): zones and stable paths, said once.

Nothing here reads or writes. What must not go in here: formats, contents, rules.
"""

from datetime import date
from pathlib import Path

ZONES = ("restricted", "working", "published", "models", "audit")

LEDGER = "restricted/ledger/ledger.parquet"
CLOSED = "restricted/ledger/closed.json"
PROTECTION = "restricted/people/protection.parquet"
EPISODES = "working/episodes/"
HELD = "restricted/people/purge/held.parquet"
HUB = "restricted/people/hub/"
KEPT = f"{HUB}kept.parquet"
MEMBERSHIP = "working/membership/membership.parquet"
RESIDENCE = "working/residence/residence.parquet"
BACKTESTS = "working/backtests/"
PRINTED = "restricted/printed/"

PEOPLE_TABLES = ("states", "membership", "residence", "permission", "person_keys", "household_keys", "dwelling_keys")
PEOPLE_ROLES = ("frame", "consents", "protection")


def log_folder(source: str, role: str) -> str:
    """Folder of a source's change log: what is about persons as such, and slips, is sealed in `people`."""
    zone = "people" if role in (*PEOPLE_ROLES, "slips") else "accepted"
    return f"restricted/{zone}/{source}"


def profiles(source: str) -> str:
    """What a source's accepted deliveries looked like, in counts: what drift is measured by."""
    return f"restricted/ledger/profiles/{source}.parquet"


def deliveries_page(day: date) -> str:
    """The analyst's page on all deliveries, as of a day."""
    return f"published/reports/deliveries/{day}/deliveries.html"


def safeguards(source: str) -> str:
    """Sealed: the rows of a source that serve as a safeguard, as last delivered."""
    return f"restricted/people/safeguards/{source}.parquet"


def slips(day: date) -> str:
    """Sealed: which slips are on the 主任's sheet of a day, and whom they go to."""
    return f"restricted/people/slips/{day}/slips.parquet"


def desks(day: date, what: str) -> str:
    """Sealed: what goes to workers in charge and responsible desks on a day; what is week, urgent or slips."""
    return f"restricted/people/desks/{day}/{what}.parquet"


def left_out(monday: date) -> str:
    """Who was left out of a week's list, and why, as far as the analyst may know."""
    return f"published/lists/{monday}/left_out.parquet"


def people_table(layer: str, name: str) -> str:
    """A sealed table about people, in the layer `settled` (before the month) or `recent` (since; pipelines.people)."""
    return f"restricted/people/{layer}/{name}.parquet"


def people(layer: str) -> list[str]:
    """All tables of a layer; `recent` also says whom it is about."""
    names = (*PEOPLE_TABLES, "touched") if layer == "recent" else PEOPLE_TABLES
    return [people_table(layer, name) for name in names]


def episodes_folder(basis: str) -> str:
    """Where the episodes of one source lie."""
    return f"{EPISODES}{basis}/"


def episodes(basis: str, part: str) -> str:
    """A file of episodes: `standing-<year>`, or everyday facts by the month they ended in (pipelines.episodes)."""
    return f"{episodes_folder(basis)}{part}.parquet"


def units(basis: str) -> str:
    """Sealed: what is known of each contract or tenancy of a source, as one number (pipelines.telling)."""
    return f"{HUB}units-{basis}.parquet"


def quarantine(source: str, day: date, order: int) -> str:
    """Refused rows of persons with a basis, kept for 30 days."""
    return f"restricted/quarantine/{source}/{day}/{order:03d}.parquet"


def receipt(source: str, day: date, order: int, suffix: str) -> str:
    """The receipt that goes back to the office; named by the day it became known and the source's running number."""
    return f"published/receipts/{source}/{day}/{order:03d}.{suffix}"


def features(day: date, under: str = "working") -> str:
    """Feature table of one day."""
    return f"{under}/features/{day}/features.parquet"


def scores(day: date, under: str = "working") -> str:
    """Score table of one day."""
    return f"{under}/scores/{day}/scores.parquet"


def contributions(day: date, under: str = "working") -> str:
    """Contribution table of one day."""
    return f"{under}/scores/{day}/contributions.parquet"


def backtest_root(day: date) -> str:
    """A back-test writes the same names under a root of its own."""
    return f"{BACKTESTS}{day}"


def visit_list(monday: date) -> str:
    """The week's frozen list."""
    return f"published/lists/{monday}/visit_list.parquet"


def urgent(day: date) -> str:
    """The day's urgent sheet."""
    return f"published/lists/{day}/urgent.parquet"


def ethics(model_hash: str, suffix: str) -> str:
    """The ethics report that belongs to a model."""
    return f"published/reports/ethics/{model_hash}/{suffix}"


def features_page(day: date, suffix: str) -> str:
    """The analyst's page of all features, by as-of date."""
    return f"published/reports/features/{day}/features.{suffix}"


def cases(model_hash: str) -> str:
    """The single households explained beside an ethics report: its page can be taken away, the signed report stays."""
    return ethics(model_hash, "cases.html")


def case_keys(model_hash: str) -> str:
    """Which households stand on that page."""
    return f"working/cases/{model_hash}/cases.parquet"


def printed(list_day: date, number: str, sheet: str, suffix: str) -> str:
    """A numbered copy with names and addresses."""
    return f"{PRINTED}{list_day}/{number}-{sheet}.{suffix}"


def model(model_hash: str, name: str) -> str:
    """A file of a model's folder."""
    return f"models/{model_hash}/{name}"


def approval(model_hash: str, who: str) -> str:
    """What a reviewer signed, beside the model and not inside its folder."""
    return f"models/approvals/{model_hash}/{who}.json"


def inside(root: Path, stable: str) -> Path:
    """The path of a stable name in the home at `root`."""
    return root / stable


def day_of(stable: str) -> date:
    """The day that a stable path names by one of its folders."""
    return next(date.fromisoformat(part) for part in stable.split("/") if part[:2] == "20" and part.count("-") == 2)
