"""Published receipts, read back: which rules were broken how often, for checks and pages."""

from collections import Counter
from datetime import date

from pipelines.home import Home


def broken_on(home: Home, source: str, day: date) -> Counter[str]:
    """Rows that broke each rule in what of `source` became known on `day`; files for file rules, warnings for drift."""
    counts: Counter[str] = Counter()
    for path in home.store.under(f"published/receipts/{source}/{day}/"):
        if path.endswith(".json"):
            receipt = home.store.read_json(path)
            counts.update({entry["rule"]: entry["count"] for entry in receipt["refused"] + receipt["noticed"]})
            counts.update(entry["rule"] for entry in receipt["drift"])
            counts.update(failure["rule"] for failure in receipt["file_failures"])
    return counts
