"""The analyst's page on deliveries: what came when, how it has changed, what is overdue, which days were not run.

Counts only. Of protection not even the rows are told: how many people are protected is nobody's figure.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from data_contracts.drift import Drift, sentence
from data_contracts.profiles import LEAST_ROWS, Profile, coarse, share_in_words
from models.intervals import MADE_UP
from outreach.week import monday_of
from pipelines import layout
from pipelines.closing import is_working_day, last_working_day
from pipelines.drifting import History
from pipelines.gate import LINKS
from pipelines.home import Home
from pipelines.ledger import Entry
from pipelines.store import Draft
from reports.deliveries_page import deliveries_html

MONTHS = 15
"""Months that the page looks back: a year, and the same season before."""
_RECENT = timedelta(days=92)
_LEAST_MONTHS, _POINTS = 3, 5.0
"""Fewer persons found is pointed out beside so many months, and beyond so many percentage points."""


def overdue(home: Home, day: date) -> dict[str, list[str]]:
    """By source, what its contract says should have come by `day` and did not, in Japanese. On a closed day nothing
    comes and nothing becomes late: what was late on the last working day still is.
    """
    on = last_working_day(day)
    return {name: lines for name in home.catalog.names if (lines := late_on(home, name, on))}


def late_on(home: Home, name: str, day: date) -> list[str]:
    """What of one source is late on a working day, in Japanese."""
    accepted = [e for e in home.ledger().of(name) if e.verdict in ("accepted", "repeat") and e.known_from <= day]
    lines = []
    for kind, cadence in home.catalog.source(name, day).contract.cadence.items():
        days = [e.folder_day for e in accepted if kind in ("any", e.kind)]
        if days and (day - max(days)).days > cadence.overdue:
            what = "全件が" if kind == "full" else ""
            age = (day - max(days)).days
            lines.append(f"{what}{age}日届いていません(取り決め: {cadence.sentence}。{cadence.overdue}日まで)")
    return lines


def days_not_run(home: Home, day: date) -> list[date]:
    """Working days of the four weeks before `day`, since the first that was closed, of which nothing was run: told for
    as long, so that whoever looks on Monday learns of a gap that ended on Friday.
    """
    closed = [closed for closed in home.store.days_of("close") if closed < day]
    if not closed:
        return []
    run = {*closed, *home.store.days_of("urgent")}
    since = max(min(closed), day - timedelta(days=28))
    between = map(date.fromordinal, range(since.toordinal(), day.toordinal()))
    return [d for d in between if d not in run and is_working_day(d)]


def weeks_without_list(home: Home, day: date) -> list[date]:
    """Mondays of the weeks that passed without a run: their lists were not made, and are not made afterwards."""
    mondays = {monday_of(d) for d in days_not_run(home, day)} - {monday_of(day)}
    return sorted(monday for monday in mondays if not home.store.has(layout.visit_list(monday)))


def publish_deliveries(home: Home, day: date) -> None:
    """Publish the page as of `day`; it takes the place of the earlier pages of its week."""
    path = layout.deliveries_page(day)
    earlier = [layout.deliveries_page(monday_of(day) + timedelta(days=n)) for n in range(day.weekday())]
    missed = days_not_run(home, day)
    paths = [layout.LEDGER, *(layout.profiles(name) for name in home.catalog.names)]
    inputs = {p: home.store.digest(p) for p in paths} | {"days not run": ",".join(map(str, missed))}

    def fill(draft: Draft) -> None:
        draft.bytes(path, deliveries_html(report(home, day)).encode())
        for old in earlier:
            if home.store.has(old):
                draft.remove(old)

    home.store.publish("deliveries-page", day, fill, inputs=inputs, config=home.config)


def report(home: Home, day: date) -> dict[str, Any]:
    """Everything the page shows."""
    late = overdue(home, day)
    return {
        "day": str(day),
        "municipality": home.settings.municipality,
        "made_up": MADE_UP if home.settings.demonstration else "",
        "open_before": "" if is_working_day(day) else str(last_working_day(day)),
        "not_run": [str(d) for d in days_not_run(home, day)],
        "weeks_without_list": [str(d) for d in weeks_without_list(home, day)],
        "sources": [_source(home, name, day, late.get(name, [])) for name in home.catalog.names],
    }


def _source(home: Home, name: str, day: date, late: list[str]) -> dict[str, Any]:
    contract = home.catalog.source(name, day).contract
    entries = [e for e in home.ledger().of(name) if e.known_from <= day]
    accepted = [e for e in entries if e.verdict in ("accepted", "repeat")]
    history = History(home, name)
    counted = contract.role != "protection"
    links = found_by_month(history.profiles, day)
    return {
        "name": name,
        "title": contract.title,
        "last": str(accepted[-1].folder_day) if accepted else "",
        "age": (day - accepted[-1].folder_day).days if accepted else None,
        "cadence": _promised([one.sentence for one in contract.cadence.values()]),
        "overdue": late,
        "counted": counted,
        "months": _months(entries, day, counted),
        "shares": _shares(history.profiles, home, name, day),
        "links": links,
        "fewer_found": fewer_found(links),
        "warnings": _warnings(history, entries, home, name, day),
    }


def _promised(sentences: list[str]) -> list[str]:
    """What an office promised; what a longer sentence says already is not said twice."""
    return [one for one in sentences if not any(one != other and one in other for other in sentences)]


def _last_months(day: date) -> list[str]:
    first = day.year * 12 + day.month - MONTHS
    return [f"{n // 12}-{n % 12 + 1:02d}" for n in range(first, first + MONTHS)]


def _months(entries: Iterable[Entry], day: date, counted: bool) -> list[dict[str, Any]]:
    """Files, late ones, refused ones and rows by month of the folder day; rows under ten are not told."""
    months: dict[str, dict[str, Any]] = {
        month: {"month": month, "files": 0, "late": 0, "refused_files": 0, "rows": 0, "refused_rows": 0}
        for month in _last_months(day)
    }
    for entry in entries:
        month = months.get(f"{entry.folder_day:%Y-%m}")
        if month is None:
            continue
        month["files"] += 1
        month["late"] += entry.known_from > entry.folder_day
        month["refused_files"] += entry.verdict == "refused"
        if counted:
            month["rows"] += entry.rows_in
            month["refused_rows"] += entry.refused
    return list(months.values())


def _shares(past: list[Profile], home: Home, name: str, day: date) -> list[dict[str, Any]]:
    """Shares by month, of all large enough deliveries of one kind together; those that never change are left out."""
    contract = home.catalog.source(name, day).contract
    found = []
    for kind, word in (("full", "全件"), ("delta", "差分")):
        for of in ("empty", "words"):
            sums: dict[str, dict[str, list[int]]] = {}
            for p in past:
                month = f"{p.folder_day:%Y-%m}"
                if p.kind == kind and p.looked_at and p.folder_day <= day:
                    for about, count in getattr(p, of).items():
                        total = sums.setdefault(about, {}).setdefault(month, [0, 0])
                        total[0] += count
                        total[1] += p.looked_at
            for about, by_month in sums.items():
                series = [_share(by_month.get(month)) for month in _last_months(day)]
                seen = [value for value in series if value is not None]
                column, _, said = about.partition("=")
                if seen and max(seen) - min(seen) >= 1 and column in contract.names:
                    header = contract.column(column).header
                    label = f"「{header}」が空" if of == "empty" else share_in_words(header, said)
                    found.append(
                        {
                            "kind": word,
                            "label": label,
                            "series": series,
                            "last": seen[-1],
                            "low": min(seen),
                            "high": max(seen),
                        }
                    )
    return found


def found_by_month(past: Iterable[Profile], day: date) -> list[dict[str, Any]]:
    """What came of looking for the persons of rows without a number: shares by month of all its deliveries together.
    A month in which fewer than LEAST_ROWS rows were looked for is left open; cells of a few rows are told as none.
    """
    months: dict[str, Counter[str]] = {}
    for profile in past:
        if profile.folder_day <= day and profile.links:
            months.setdefault(f"{profile.folder_day:%Y-%m}", Counter()).update(profile.links)
    enough = {month: found for month, found in months.items() if found.total() >= LEAST_ROWS}
    shown = []
    for outcome, label in LINKS.items():
        by_month = {month: [coarse(found[outcome], found.total()), found.total()] for month, found in enough.items()}
        series = [_share(by_month.get(month)) for month in _last_months(day)]
        seen = [value for value in series if value is not None]
        if seen:
            shown.append({"label": label, "series": series, "last": seen[-1], "low": min(seen), "high": max(seen)})
    return shown


def fewer_found(links: list[dict[str, Any]]) -> list[str]:
    """In Japanese, that the newest month found clearly fewer persons than each of those before it."""
    series = links[0]["series"] if links else []
    *before, now = [value for value in series if value is not None] or [None]
    lately = any(value is not None for value in series[-_LEAST_MONTHS:])  # an old fall is no news
    if not lately or len(before) < _LEAST_MONTHS or now >= min(before) - _POINTS:
        return []
    return [f"人が一人に決まった行が{now}%に減りました(これまでの月は{min(before)}~{max(before)}%)"]


def _share(total: list[int] | None) -> float | None:
    return round(100 * total[0] / total[1], 1) if total else None


def _warnings(history: History, entries: list[Entry], home: Home, name: str, day: date) -> list[dict[str, str]]:
    kinds = {e.order: e for e in entries}
    found = []
    for order, drifts in sorted(history.warnings.items(), reverse=True):
        entry = kinds.get(order)
        if entry is not None and entry.folder_day >= day - _RECENT:
            contract = home.catalog.source(name, entry.folder_day).contract
            found += [_told(one, entry, sentence(one, contract, entry.kind)) for one in drifts]
    return found


def _told(one: Drift, entry: Entry, detail: str) -> dict[str, str]:
    return {"day": str(entry.folder_day), "kind": entry.kind, "rule": one.rule, "detail": detail}
