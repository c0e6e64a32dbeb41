"""The household over time: a key that follows the people, not the number on the form (DESIGN §3, DOMAIN §3.5).

A household continues while most of its surviving adults stay together. Ties go to the group that keeps the 世帯番号, then to the
one with the smallest resident_id. A key is given once and never reassigned. Built in the order in which things became known,
so that what was known on a day does not change with what is learnt later.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb
import pyarrow as pa

from identity.states import HERE

ADULT_YEARS = 18
DAY = timedelta(days=1)

MEMBERSHIP_SCHEMA = pa.schema(
    [("resident_id", pa.string()), ("household_id", pa.string())]
    + [(name, pa.date32()) for name in ("from", "until", "known_from", "known_until")]
)


@dataclass(frozen=True)
class Stay:
    """What is believed of a resident from a known day on: where they belong, since when (valid time), adult from when."""

    number: str | None
    since: date
    adult_on: date | None
    gone: str


@dataclass
class _Membership:
    """A person's current place in a household, and the index of its open row."""

    household: str
    since: date
    row: int


@dataclass
class Spine:
    """The state of the spine while days are read in order."""

    stays: dict[str, Stay] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, _Membership] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    number_of: dict[str, str] = field(default_factory=dict)
    rows: list[list[object]] = field(default_factory=list)

    def take_day(self, day: date, changes: Iterable[tuple[str, Stay]]) -> None:
        """Everything that became known on `day`, at once."""
        touched: set[str] = set()
        changed: set[str] = set()
        for resident, stay in changes:
            before = self.stays.get(resident)
            if before and before.number:
                self.groups[before.number].discard(resident)
                touched.add(before.number)
            self.stays[resident] = stay
            changed.add(resident)
            if stay.number:
                self.groups[stay.number].add(resident)
                touched.add(stay.number)
        if touched:
            self._regroup(day, sorted(touched), changed)

    def _regroup(self, day: date, numbers: list[str], changed: set[str]) -> None:
        candidates = {
            h for n in numbers for p in self.groups[n] if p in self.places for h in [self.places[p].household]
        }
        candidates |= {self.places[p].household for p in changed if p in self.places}
        taken = dict(self._continued(day, numbers, candidates))
        for number in numbers:
            group = self.groups[number]
            if not group:
                continue
            household = taken.get(number) or self._new(number, group)
            self.number_of[household] = number
            for resident in sorted(group):
                self._place(day, resident, household)
        for resident in sorted(changed):
            if self.stays[resident].number is None and resident in self.places:
                self._leave(day, resident, self.stays[resident].since)

    def _continued(self, day: date, numbers: list[str], candidates: set[str]) -> Iterator[tuple[str, str]]:
        """Which group goes on as which household: most surviving adults, then the number, then the smallest id."""
        ranked = []
        for household in candidates:
            staying = {p for p in self.members[household] if self.stays[p].gone != "死亡"}
            adults = {p for p in staying if self._adult(p, day)} or staying
            for number in numbers:
                together = len(adults & self.groups[number])
                if 2 * together >= len(adults) and together:
                    kept = self.number_of.get(household) == number
                    ranked.append(
                        (-together / len(adults), -together, not kept, min(self.groups[number]), household, number)
                    )
        used_households: set[str] = set()
        used_numbers: set[str] = set()
        for *_, household, number in sorted(ranked):
            if household not in used_households and number not in used_numbers:
                used_households.add(household)
                used_numbers.add(number)
                yield number, household

    def _adult(self, resident: str, day: date) -> bool:
        adult_on = self.stays[resident].adult_on
        return adult_on is None or adult_on <= day

    def _new(self, number: str, group: set[str]) -> str:
        """A new key: made of number and founders; numbered on if it was ever given before."""
        name = f"{number}|{min(group)}"
        place = 1
        while f"{name}|{place}" in self.members:
            place += 1
        return f"{name}|{place}"

    def _place(self, day: date, resident: str, household: str) -> None:
        current = self.places.get(resident)
        if current and current.household == household:
            return
        since = self.stays[resident].since
        if current:
            since = self._leave(day, resident, since)
        self.places[resident] = _Membership(household, since, len(self.rows))
        self.members[household].add(resident)
        self.rows.append([resident, household, since, None, day, None])

    def _leave(self, day: date, resident: str, since: date) -> date:
        """Close the open row as of `day`: believed until now, it ended the day before `since`. Returns since, not before it began."""
        current = self.places.pop(resident)
        self.members[current.household].discard(resident)
        since = max(since, current.since)
        row = self.rows[current.row]
        if row[4] == day:
            row[0] = None  # opened and closed by what became known on one day: never believed
        else:
            row[5] = day
        if since > current.since:
            self.rows.append([resident, current.household, current.since, since - DAY, day, None])
        return since


_CHANGES = """
with turns as (
  select resident_id, "from" as day, household_id, status, event_on, resident_since, birth_date, town_code, lot, building, "until"
  from states),
ended as (
  select resident_id, "until" + 1 as day from states t where "until" is not null
  and not exists (select 1 from states n where n.resident_id = t.resident_id and n."from" = t."until" + 1))
select day, resident_id, case when status in (select unnest($here)) then household_id end as number,
  least(coalesce(event_on, resident_since, day), day) as since, (birth_date + to_years($adult))::date as adult_on,
  case when status in (select unnest($here)) then '' else status end as gone
from turns
union all select day, resident_id, null, day, null, '消除' from ended
order by day, resident_id
"""


def spine(states: pa.Table) -> pa.Table:
    """Membership of every resident in households over valid and transaction time.

    In: states (identity.states). Out: resident_id, household_id (the spine's own key, not 世帯番号), from, until (valid
    days, inclusive), known_from, known_until; sorted. An event known late closes the old row the day before it happened.
    """
    con = duckdb.connect()
    con.register("states", states)
    changes = con.execute(_CHANGES, {"here": list(HERE), "adult": ADULT_YEARS}).fetchall()
    built = Spine()
    start = 0
    while start < len(changes):
        day, end = changes[start][0], start
        while end < len(changes) and changes[end][0] == day:
            end += 1
        built.take_day(
            day, ((r, Stay(number, since, adult, gone)) for _, r, number, since, adult, gone in changes[start:end])
        )
        start = end
    rows = [row for row in built.rows if row[0] is not None]
    columns = (
        [pa.array(column, kind) for column, kind in zip(zip(*rows, strict=True), MEMBERSHIP_SCHEMA.types, strict=True)]
        if rows
        else None
    )
    table = pa.Table.from_arrays(columns, schema=MEMBERSHIP_SCHEMA) if columns else MEMBERSHIP_SCHEMA.empty_table()
    return table.sort_by([("resident_id", "ascending"), ("known_from", "ascending"), ("from", "ascending")])
