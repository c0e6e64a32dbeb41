"""Household by household through the days: the rules by which a household goes on, in the order of knowing.

This is the whole rule. `identity.spine` works out in one query the many households in which nothing but arrivals,
deaths and departures of the few happens, and brings the others here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stay:
    """What is believed of a resident from a known day on: 世帯番号 (None = not here), since when (valid time)."""

    number: str | None
    since: date
    adult_on: date | None
    dead: bool

    def adult(self, day: date) -> bool:
        """Of age on the day; who has no known birth date counts as an adult."""
        return self.adult_on is None or self.adult_on <= day


@dataclass
class Row:
    """One membership row; `until` and `known_until` None = open."""

    resident: str
    household: str
    since: date
    until: date | None
    known_from: date
    known_until: date | None = None


@dataclass
class Spine:
    """The state of the spine while days are read in order; `rows` is the outcome."""

    rows: list[Row] = field(default_factory=list)
    _stays: dict[str, Stay] = field(default_factory=dict)
    _groups: dict[str, set[str]] = field(default_factory=dict)
    _home: dict[str, str] = field(default_factory=dict)
    _members: dict[str, set[str]] = field(default_factory=dict)
    _number: dict[str, str] = field(default_factory=dict)
    _asleep: dict[str, str] = field(default_factory=dict)
    _believed: dict[str, list[Row]] = field(default_factory=dict)

    def take_day(self, day: date, changes: Iterable[tuple[str, Stay]]) -> None:
        """Take in everything that became known on `day`, at once. Only households whose people changed are touched."""
        moved, touched = self._note(changes)
        chosen = self._choose(day, {number for number in touched if self._groups[number]})
        before = {self._home[p]: set(self._members[self._home[p]]) for p in moved if p in self._home}
        for resident, since in sorted(moved.items()):
            if self._stays[resident].number is None and resident in self._home:
                self._leave(day, resident, since)
        for number, household in sorted(chosen.items()):
            for resident in sorted(self._groups[number]):
                if self._home.get(resident) != household:
                    self._place(day, resident, household, moved.get(resident, touched[number]))
        for household, people in before.items():
            if not self._members[household]:
                self._members[household] = people  # may come back
                self._asleep[self._number[household]] = household

    def _note(self, changes: Iterable[tuple[str, Stay]]) -> tuple[dict[str, date], dict[str, date]]:
        """Who came under another number or left, and which numbers that touched, each with the day it happened."""
        moved: dict[str, date] = {}
        touched: dict[str, date] = {}
        for resident, stay in changes:
            before = self._stays.get(resident)
            was = before.number if before else None
            self._stays[resident] = stay
            if was == stay.number:
                continue
            moved[resident] = stay.since
            if was is not None:
                self._groups[was].discard(resident)
                touched[was] = max(touched.get(was, stay.since), stay.since)
            if stay.number is not None:
                self._groups.setdefault(stay.number, set()).add(resident)
                touched[stay.number] = max(touched.get(stay.number, stay.since), stay.since)
        return moved, touched

    def _choose(self, day: date, numbers: set[str]) -> dict[str, str]:
        """The household as which the people under each number go on."""
        candidates = {self._home[p] for n in numbers for p in self._groups[n] if p in self._home}
        chosen: dict[str, str] = {}
        going_on: set[str] = set()
        for *_, number, household in sorted(self._claims(day, candidates, numbers)):
            if number not in chosen and household not in going_on:
                chosen[number] = household
                going_on.add(household)
        for number in numbers - chosen.keys():
            chosen[number] = self._woken(day, number) or self._new(number)
        for number, household in chosen.items():
            self._number[household] = number
        return chosen

    def _claims(self, day: date, candidates: set[str], numbers: set[str]) -> Iterator[tuple[int, bool, str, str, str]]:
        """Each household's claims to the numbers where at least half of its surviving adults now are, best first."""
        for household in candidates:
            core = self._core(household, day)
            places: dict[str, set[str]] = {}
            for resident in core:
                number = self._stays[resident].number
                if number in numbers and number is not None:
                    places.setdefault(number, set()).add(resident)
            for number, together in places.items():
                if 2 * len(together) >= len(core):
                    kept = self._number[household] == number
                    yield -len(together), not kept, min(together), number, household

    def _core(self, household: str, day: date) -> set[str]:
        """The surviving adults of a household as it was until now; its surviving children when no adult survives."""
        alive = {p for p in self._members[household] if not self._stays[p].dead}
        return {p for p in alive if self._stays[p].adult(day)} or alive

    def _woken(self, day: date, number: str) -> str | None:
        """A household whose people had all gone from under this number, when most of its adults are back under it."""
        household = self._asleep.get(number)
        if household is None:
            return None
        core = self._core(household, day)
        back = {p for p in core & self._groups[number] if p not in self._home}
        if not core or 2 * len(back) < len(core):
            return None
        del self._asleep[number]
        self._members[household] = set()
        return household

    def _new(self, number: str) -> str:
        """A new key, made of the number and its first person; numbered on if it was ever given before."""
        founder = min(self._groups[number])
        place = 1
        while f"{number}|{founder}|{place}" in self._members:
            place += 1
        household = f"{number}|{founder}|{place}"
        self._members[household] = set()
        return household

    def _place(self, day: date, resident: str, household: str, since: date) -> None:
        if resident in self._home:
            self._leave(day, resident, since)
        else:
            self._cut(day, resident, since)
        self._home[resident] = household
        self._members[household].add(resident)
        self._believe(Row(resident, household, since, None, day))

    def _leave(self, day: date, resident: str, since: date) -> None:
        self._members[self._home.pop(resident)].discard(resident)
        self._cut(day, resident, since)

    def _cut(self, day: date, resident: str, since: date) -> None:
        """From `day` on it is known that whatever was believed of the person's places ended before `since`."""
        for row in self._believed.pop(resident, []):
            if row.until is not None and row.until < since:
                self._believed.setdefault(resident, []).append(row)
                continue
            row.known_until = day
            if row.since < since:
                self._believe(Row(resident, row.household, row.since, since - DAY, day))

    def _believe(self, row: Row) -> None:
        self.rows.append(row)
        self._believed.setdefault(row.resident, []).append(row)
