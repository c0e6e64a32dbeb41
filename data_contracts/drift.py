"""Drift: how a delivery differs from the last accepted ones of its kind, by the numbers its contract declares.

A delivery is compared with the last deliveries and with those of the same season one and two years before: with the
range they had, widened by what the contract allows and by chance. A season that was never seen says nothing, so a
contract whose source has seasons is silent in its first year; but what a full says of one year is compared with what
the last full said of that year from the second full on. Drift warns; it never refuses a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from typing import Any

from data_contracts.contract import Contract, DriftRule
from data_contracts.profiles import ZERO, Profile, share_in_words

_SEASON = timedelta(days=21)
_YEAR = timedelta(days=365)
_LEAST_ROWS = 100
"""Ranges are not looked at below this many rows: a handful more or less is no news."""
_CHANCE = 4.0
"""Standard errors by which a share may leave the range by chance: thousands of shares are looked at in a year."""


@dataclass(frozen=True)
class Drift:
    """One warning: the rule, what it is about (a column, «column=word», what a full is complete within, or empty for
    rows), and the figures.

    `now`, `low`, `high` are rows, or shares in tenths of a percent; `compared` is the number of deliveries.
    """

    rule: str
    about: str
    now: int
    low: int
    high: int
    compared: int


def sentence(one: Drift, contract: Contract, kind: str) -> str:
    """The figures of a warning in Japanese: «空欄の割合…», counts and shares only."""
    rule = next(rule for rule in contract.drift if rule.id == one.rule)
    if rule.of == "rows":
        n = rule.together.get(kind, 1)
        what = "行数" if n == 1 else f"直近{n}回を合わせた行数"
        return f"{what}が{one.now:,}です(これまで{one.compared}回は{one.low:,}~{one.high:,})"
    if rule.of == "within":
        within = "・".join(contract.column(name).header for name in contract.full_scope)
        return f"{within}「{one.about}」の行数が{one.now:,}です(前の全件では{one.high:,})"
    name, _, word = one.about.partition("=")
    header = contract.column(name).header
    what = f"「{header}」が空" if rule.of == "empty" else share_in_words(header, word)
    rows = "行" if word == ZERO else "の行"
    shares = f"{one.low / 10:.1f}~{one.high / 10:.1f}%"
    told = f"{what}{rows}の割合が{one.now / 10:.1f}%です(これまで{one.compared}回は{shares})"
    return f"{told}。番号の頭の 0 が消えていないか確かめてください" if word == ZERO and one.now < one.low else told


def drifts(new: Profile, earlier: Sequence[Profile], contract: Contract) -> list[Drift]:
    """Warnings about `new` beside the accepted deliveries before it, in their order. Same in bulk and daily."""
    same = [past for past in earlier if past.kind == new.kind]
    found: list[Drift] = []
    for rule in contract.drift:
        if rule.seasons and (not same or same[0].folder_day > new.folder_day - _YEAR - _SEASON):
            continue  # this season was not seen yet
        if rule.of == "rows":
            found += _rows(rule, new, same)
        elif rule.of == "within":
            found += _within(rule, new, same)
        else:
            found += _shares(rule, new, same)
    return found


def _rows(rule: DriftRule, new: Profile, same: Sequence[Profile]) -> Iterable[Drift]:
    """Rows of the last deliveries together, so that a weekday with little to say is none of the office's faults."""
    n = rule.together.get(new.kind, 1)
    together = [*same, new]
    sums = [
        (together[at].folder_day, sum(p.rows for p in together[at - n + 1 : at + 1]))
        for at in range(n - 1, len(together))
    ]
    if not sums:
        return
    now = sums[-1][1]
    past = [total for day, total in _compared(rule, new.folder_day, sums[:-1])]
    if len(past) < rule.least:
        return
    low, high = min(past), max(past)
    if (now * rule.times < low and low >= _LEAST_ROWS) or now > rule.times * max(high, _LEAST_ROWS):
        yield Drift(rule.id, "", now, low, high, len(past))


def _within(rule: DriftRule, new: Profile, same: Sequence[Profile]) -> Iterable[Drift]:
    """A full that lacks much of what the last full said of the same year: what it lacks counts as gone."""
    if new.kind != "full":
        return
    last = {scope: rows for past in same for scope, rows in past.within.items()}
    for scope, now in new.within.items():
        before = last.get(scope, 0)
        if before >= _LEAST_ROWS and now < (1 - rule.points / 100) * before:
            yield Drift(rule.id, scope, now, before, before, 1)


def _shares(rule: DriftRule, new: Profile, same: Sequence[Profile]) -> Iterable[Drift]:
    if not new.looked_at:
        return
    past = [p for _, p in _compared(rule, new.folder_day, [(p.folder_day, p) for p in same if p.looked_at])]
    if len(past) < rule.least:
        return
    counts: Mapping[str, int] = getattr(new, rule.of)
    for about, count in counts.items():
        shares = [getattr(p, rule.of)[about] / p.looked_at for p in past if about in getattr(p, rule.of)]
        if len(shares) < rule.least:
            continue
        now, low, high = count / new.looked_at, min(shares), max(shares)
        allowed = rule.points / 100
        if now < low - allowed - _chance(low, new) or now > high + allowed + _chance(high, new):
            yield Drift(rule.id, about, round(now * 1000), round(low * 1000), round(high * 1000), len(shares))


def _chance(share: float, new: Profile) -> float:
    return _CHANCE * sqrt(max(share * (1 - share), 0.02) / new.looked_at)


def _compared(rule: DriftRule, day: date, past: Sequence[tuple[date, Any]]) -> list[tuple[date, Any]]:
    """The last ones, and those of the same season one and two years before."""
    last = past[-rule.last :]
    if not rule.seasons:
        return list(last)
    wanted = (day - _YEAR, day - 2 * _YEAR)
    return [one for one in past[: -rule.last] if any(abs(one[0] - then) <= _SEASON for then in wanted)] + list(last)
