"""The household over time: a key that follows the people, not the number on the form (DESIGN §3, DOMAIN §3.5).

A household continues while most of its surviving adults stay together (half is enough). Ties go to the larger group,
then to the one that keeps the 世帯番号, then to the one with the smallest resident_id. A key is given once and never
reassigned, not even to the same people when all of them were gone in between. Built in the order in which things became
known, so that what was known on a day does not change with what is learnt later.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
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
Row = list[str | date | None]


@dataclass(frozen=True)
class Stay:
    """What is believed of a resident from a day on: 世帯番号 (none: not here), since when, adult from when."""

    number: str | None
    since: date
    adult_on: date | None
    died: bool


@dataclass
class _Place:
    """A person's current household, since when (valid time), and their open row."""

    household: str
    since: date
    row: Row


@dataclass
class Spine:
    """The state of the spine while days are read in order."""

    stays: dict[str, Stay] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, _Place] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    number_of: dict[str, str] = field(default_factory=dict)
    ended: dict[str, date] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def take_day(self, day: date, changes: Iterable[tuple[str, Stay]]) -> None:
        """Everything that became known on `day`, at once."""
        moved: set[str] = set()
        happened: dict[str, date] = {}
        for resident, stay in changes:
            before = self.stays.get(resident)
            self.stays[resident] = stay
            if before and before.number == stay.number:
                continue
            moved.add(resident)
            if before and before.number:
                self.groups[before.number].discard(resident)
            if stay.number:
                self.groups[stay.number].add(resident)
            for number in (before.number if before else None, stay.number):
                if number:
                    happened[number] = max(stay.since, happened.get(number, stay.since))
        if moved:
            self._regroup(day, moved, happened)

    def _regroup(self, day: date, moved: set[str], happened: dict[str, date]) -> None:
        """Give every touched number its household; `happened`: the event that touched it (valid time)."""
        near = moved.union(*(self.groups[number] for number in happened))
        candidates = {self.places[p].household for p in near if p in self.places}
        taken = {number: household for household, number in self._continued(day, candidates, happened)}
        for number in sorted(happened):
            group = self.groups[number]
            if not group:
                del self.groups[number]
                continue
            household = taken.get(number) or self._new(number, group)
            self.number_of[household] = number
            for resident in sorted(group):
                self._place(day, resident, household, None if resident in moved else happened[number])
        for resident in sorted(moved):
            if self.stays[resident].number is None and resident in self.places:
                self._leave(day, resident, self.stays[resident].since)

    def _continued(self, day: date, candidates: set[str], touched: Container[str]) -> Iterator[tuple[str, str]]:
        """Which household goes on as which number."""
        ranked = []
        for household in candidates:
            surviving = [p for p in self.members[household] if not self.stays[p].died]
            adults = [p for p in surviving if self._adult(p, day)] or surviving
            together: dict[str, int] = defaultdict(int)
            for person in adults:
                number = self.stays[person].number
                if number and number in touched:
                    together[number] += 1
            for number, count in together.items():
                if 2 * count >= len(adults):
                    kept = self.number_of[household] == number
                    first = min(self.groups[number])
                    ranked.append((-count / len(adults), -count, not kept, first, household, number))
        households: set[str] = set()
        numbers: set[str] = set()
        for *_, household, number in sorted(ranked):
            if household not in households and number not in numbers:
                households.add(household)
                numbers.add(number)
                yield household, number

    def _adult(self, resident: str, day: date) -> bool:
        adult_on = self.stays[resident].adult_on
        return adult_on is None or adult_on <= day

    def _new(self, number: str, group: set[str]) -> str:
        """A new key: made of number and first member; numbered on if it was ever given before."""
        name = f"{number}|{min(group)}"
        place = 1
        while f"{name}|{place}" in self.members:
            place += 1
        return f"{name}|{place}"

    def _place(self, day: date, resident: str, household: str, since: date | None) -> None:
        """Put a resident into a household: since their own event, or since that of others (`since`)."""
        current = self.places.get(resident)
        if current and current.household == household:
            return
        since = since or self.stays[resident].since
        if current:
            since = self._leave(day, resident, since)
        elif resident in self.ended:
            since = max(since, self.ended[resident] + DAY)
        row: Row = [resident, household, since, None, day, None]
        self.places[resident] = _Place(household, since, row)
        self.members[household].add(resident)
        self.rows.append(row)

    def _leave(self, day: date, resident: str, since: date) -> date:
        """Close the open row as of `day`: from then on it is believed to have ended the day before `since`.

        Returns since, or the day on which the stay had begun when that is later.
        """
        current = self.places.pop(resident)
        self.members[current.household].discard(resident)
        current.row[5] = day
        since = max(since, current.since)
        if since > current.since:
            self.ended[resident] = since - DAY
            self.rows.append([resident, current.household, current.since, since - DAY, day, None])
        return since


_CHANGES = """
with ended as (
  select resident_id, "until" + 1 as day from states t where "until" is not null
  and not exists (select 1 from states n where n.resident_id = t.resident_id and n."from" = t."until" + 1))
select "from" as day, resident_id, case when status in (select unnest($here)) then household_id end as number,
  least(coalesce(event_on, resident_since, "from"), "from") as since, (birth_date + to_years($adult))::date as adult_on,
  coalesce(status = '死亡', false) as died
from states
union all select day, resident_id, null, day, null, false from ended
order by day, resident_id
"""


def spine(states: pa.Table) -> pa.Table:
    """Membership of every resident in households over valid and transaction time.

    In: states (identity.states). Out: resident_id, household_id (the spine's own key, not 世帯番号), from, until (valid
    days, inclusive), known_from, known_until; sorted. On any known day nobody is in two households on one valid day. An
    event known late closes the old row the day before it happened; who is regrouped by the events of others, by theirs.
    """
    with duckdb.connect() as con:
        con.register("states", states)
        changes = con.execute(_CHANGES, {"here": list(HERE), "adult": ADULT_YEARS}).fetchall()
    built = Spine()
    start = 0
    while start < len(changes):
        day, end = changes[start][0], start
        while end < len(changes) and changes[end][0] == day:
            end += 1
        built.take_day(day, ((resident, Stay(*stay)) for _, resident, *stay in changes[start:end]))
        start = end
    columns = zip(*built.rows, strict=True) if built.rows else [()] * len(MEMBERSHIP_SCHEMA)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, MEMBERSHIP_SCHEMA.types, strict=True)]
    table = pa.Table.from_arrays(arrays, schema=MEMBERSHIP_SCHEMA)
    return table.sort_by([("resident_id", "ascending"), ("known_from", "ascending"), ("from", "ascending")])
