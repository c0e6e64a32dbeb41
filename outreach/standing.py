"""Where a household stands after the lists and visits so far: carried, promised, off the list, or free."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import pyarrow as pa

from outreach.outcomes import CONTACTS, GONE, IN_HOSPITAL, LETTER, MET, NOT_NOW, REFUSED, UNREACHED
from outreach.policy import Policy

HISTORY = pa.schema(
    [
        ("household_key", pa.string()),
        ("person_key", pa.string()),
        ("monday", pa.date32()),
        ("slot", pa.string()),
        ("outcome", pa.string()),
        ("visited_on", pa.date32()),
        ("next_on", pa.date32()),
    ]
)
"""One row per visit, and one per listing that was not visited (outcome and visited_on null).
A visit outside any list has neither monday nor slot."""

BY_LETTER = "手紙"


@dataclass(frozen=True)
class Standing:
    """What the past says about one household for the list of one Monday.

    state: free, carried, promised or out; why: a code of eligibility.WHYS when out; tries: listings since the person
    was last reached; drawn: whether the chain began with a random slot; waits_since orders what is carried.
    """

    household_key: str
    person_key: str | None
    state: str
    why: str | None
    tries: int
    drawn: bool
    waits_since: date


@dataclass
class _Chain:
    """The running state while the rows of a household are read in order of their days."""

    tries: int = 0
    drawn: bool = False
    began: date | None = None
    last: date | None = None
    last_outcome: str | None = None
    person_key: str | None = None
    off_until: date | None = None
    off_why: str | None = None
    promised: date | None = None
    gone: bool = field(default=False)


def standings(history: pa.Table, contact_by: Mapping[str, str | None], policy: Policy, monday: date) -> list[Standing]:
    """Read lists and visits before ``monday`` and say where each household stands, sorted by household.

    history: columns of HISTORY (missing ones count as null); contact_by: person_key → wish (手紙 waits for an answer).
    Raises ValueError for an outcome that is no code of visit_outcomes.
    """
    table = _shaped(history)
    rows = [row for row in table.to_pylist() if _day(row) < monday]
    rows.sort(key=lambda row: (row["household_key"], _day(row), row["visited_on"] is not None, row["outcome"] or ""))
    return [
        _judge(key, _follow(visits, policy), contact_by, policy, monday)
        for key, visits in groupby(rows, key=lambda row: str(row["household_key"]))
    ]


def _shaped(history: pa.Table) -> pa.Table:
    columns = [
        history[column.name].cast(column.type)
        if column.name in history.column_names
        else pa.nulls(history.num_rows, column.type)
        for column in HISTORY
    ]
    table = pa.table(columns, schema=HISTORY)
    unknown = set(table["outcome"].unique().to_pylist()) - {None, *CONTACTS}
    if unknown:
        raise ValueError(f"接触結果 {', '.join(sorted(map(str, unknown)))} は visit_outcomes の区分にありません")
    return table


def _day(row: Mapping[str, Any]) -> date:
    day = row["visited_on"] or row["monday"]
    if day is None:
        raise ValueError("訪問の記録には visited_on か monday が必要です")
    return day


def _follow(rows: Iterable[Mapping[str, Any]], policy: Policy) -> _Chain:
    chain = _Chain()
    for row in rows:
        day = _day(row)
        if chain.last is not None and (day - chain.last).days > policy.unreached_days:
            chain.tries = 0
        if row["outcome"] is None or row["outcome"] in UNREACHED:
            _missed(chain, row, day)
        else:
            _reached(chain, row["outcome"], day, policy)
        if row["visited_on"] is not None:
            chain.promised = None if row["outcome"] == REFUSED else row["next_on"]
        chain.last, chain.last_outcome = day, row["outcome"]
        chain.person_key = row["person_key"] or chain.person_key
    return chain


def _missed(chain: _Chain, row: Mapping[str, Any], day: date) -> None:
    if chain.tries == 0:
        chain.began, chain.drawn = day, row["slot"] == "random"
    chain.tries += 1
    if chain.off_why != "refused":
        chain.off_until = None  # only a promised visit can be missed here: it is tried again, not paused


def _reached(chain: _Chain, outcome: str, day: date, policy: Policy) -> None:
    chain.tries, chain.began, chain.drawn = 0, day, False
    if outcome in GONE:
        chain.gone = True
        return
    chain.gone = False
    days, why = {
        REFUSED: (policy.refusal_days, "refused"),
        NOT_NOW: (policy.not_now_days, "not_now"),
        IN_HOSPITAL: (policy.not_now_days, "not_now"),
        **{met: (policy.met_days, "met") for met in MET},
    }[outcome]
    until = day + timedelta(days=days)
    if chain.off_until is None or chain.off_why != "refused" or until >= chain.off_until:
        chain.off_until, chain.off_why = until, why


def _judge(key: str, chain: _Chain, contact_by: Mapping[str, str | None], policy: Policy, monday: date) -> Standing:
    since = chain.promised or chain.began or monday

    def stand(state: str, why: str | None = None) -> Standing:
        return Standing(key, chain.person_key, state, why, chain.tries, chain.drawn, since)

    refused = chain.off_why == "refused" and chain.off_until is not None and monday < chain.off_until
    if chain.gone or refused:
        return stand("out", "reported_gone" if chain.gone else "refused")
    if chain.promised is not None:
        due = chain.promised <= monday + timedelta(days=6)
        return stand("promised") if due else stand("out", "promised_later")
    if chain.off_until is not None and monday < chain.off_until:
        return stand("out", chain.off_why)
    return _unreached(stand, chain, contact_by, policy, monday)


def _unreached(
    stand: Any, chain: _Chain, contact_by: Mapping[str, str | None], policy: Policy, monday: date
) -> Standing:
    if chain.tries == 0 or chain.last is None:
        return stand("free")
    waited = (monday - chain.last).days
    if waited > policy.unreached_days:
        return stand("free")
    written = chain.last_outcome == LETTER
    if chain.tries >= policy.max_tries:
        return stand("out", "chief" if written and chain.tries > policy.max_tries else "letter")
    by_letter = chain.person_key is not None and contact_by.get(chain.person_key) == BY_LETTER
    if written and by_letter and waited < policy.letter_wait_days:
        return stand("out", "letter_sent")
    return stand("carried")
