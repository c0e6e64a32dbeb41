"""Promise 6 and DESIGN §5: days that were gone on from day by day are, byte for byte, what one rebuild gives – over
generated histories with late files, corrections, payments, withdrawals, consents given again, protection and its end.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from pipelines import layout, steps
from pipelines.home import Home
from pipelines.verify import verify
from tests.home.cases import CASES, FIRST, Case, Row, consent, measure
from tests.home.copies import copied, differences, held, opened
from tests.home.deliveries import append, deliver, files, folder
from tests.home.planting import bills, consents, rent, school, water
from tests.home.running import days

HISTORY = days(FIRST, date(2025, 7, 4))
"""A month and its turn: what was known before the month is laid apart from what became known since."""
SOURCES = (
    "tax_bills", "insurance_bills", "water_notices", "housing_rent", "school_flags", "consents", "protected_persons",
)  # fmt: skip

pytestmark = pytest.mark.long


class Histories:
    """Made-up deliveries of one day after another: what is drawn depends on the seed alone."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home, self._random, self._made = home, Random(seed), 0
        self._protected: dict[str, str] = {}
        self.late: list[Path] = []

    def happen(self, day: date, last_run: date | None) -> None:
        """Write what the offices send of one day, on top of what the simulated city sends."""
        happenings: list[Callable[[Case, date], None]] = [
            self._bill, self._correction, self._payment, self._meter, self._rent, self._flag, self._withdraw,
            self._consent_again, self._earlier_consent, self._protect, self._unreadable,
        ]  # fmt: skip
        for happening in self._random.choices(happenings, k=self._random.randrange(1, 5)):
            happening(self._random.choice(CASES), day)
        if last_run and self._random.random() < 0.5:
            self._late_file(self._random.choice(CASES), last_run)
        for path in files(self._home, "protected_persons"):
            if path.parent.name == str(day):
                append(path, "protected_persons", [row for who in self._protected for row in self._measures(who, day)])

    def _measures(self, who: str, day: date) -> list[Row]:
        """Protected until a day, then released: whoever was hidden comes back with all their rows."""
        until = self._protected[who]
        if str(day) < until:
            return [measure() | {"resident_id": who}]
        ended = measure(history_no="2", state="3", ends_on=until, released_on=until)
        return [row | {"resident_id": who} for row in (measure(latest="0"), ended)]

    def _send(self, source: str, day: date, rows: list[Row], name: str = "delta_made") -> Path:
        self._made += 1
        return deliver(self._home, source, day, rows, f"{name}_{self._made:03d}.csv")

    def _levy(self) -> str:
        return self._random.choice(("tax_bills", "insurance_bills"))

    def _bill(self, case: Case, day: date) -> None:
        source = self._levy()
        self._send(source, day, list(bills(case, source, self._random.choice((2, 3, 4)))))

    def _correction(self, case: Case, day: date) -> None:
        source, month = self._levy(), self._random.choice((2, 3, 4))
        due = str(date(2025, month, self._random.randrange(1, 29)))
        told = [row | {"billed_yen": "40000", "due_on": due} for row in bills(case, source, month)]
        copy = self._send(source, day, told).read_bytes()
        if self._random.random() < 0.5:
            (folder(self._home, source, day) / f"delta_once_more_{self._made}.csv").write_bytes(copy)

    def _payment(self, case: Case, day: date) -> None:
        source, month = self._levy(), self._random.choice((2, 3, 4))
        told = [row | {"paid_on": str(day)} for row in bills(case, source, month, unpaid=False)]
        self._send(source, day, told)

    def _meter(self, case: Case, day: date) -> None:
        """Now and then in the name of another household than the contract's before."""
        on = str(day - timedelta(days=self._random.randrange(1, 60)))
        contract = {name: next(water(self._neighbour(case)))[name] for name in ("customer_no", "meter_no")}
        step = self._random.choice(("停止", "開栓"))
        self._send("water_notices", day, [row | contract | {"step": step, "step_on": on} for row in water(case)][:1])

    def _rent(self, case: Case, day: date) -> None:
        """Months of a tenancy, now and then in the name of another tenant than before."""
        paid = self._random.choice((("0", "1"), ("23456", "0")))
        told = {"tenancy_no": f"TENANCY{self._neighbour(case).number:04d}0", "resident_id": case.resident(0)}
        told |= dict(zip(("paid_yen", "months_overdue"), paid, strict=True))
        rows = [row | told | {"month": f"2025-0{month}-01"} for month in (3, 4) for row in list(rent(case))[:1]]
        self._send("housing_rent", day, rows)

    def _neighbour(self, case: Case) -> Case:
        """Mostly the case itself; else the one before it."""
        return case if self._random.random() < 0.6 else CASES[CASES.index(case) - 1]

    def _flag(self, case: Case, day: date) -> None:
        on = str(day - timedelta(days=self._random.randrange(1, 60)))
        self._send("school_flags", day, [row | {"opened_on": on} for row in school(case)])

    def _withdraw(self, case: Case, day: date) -> None:
        self._send("consents", day, [row | {"withdrawn_on": str(day)} for row in consents(case)])

    def _consent_again(self, case: Case, day: date) -> None:
        given = str(day - timedelta(days=self._random.randrange(20)))
        again = consent(given_on=given) | {"resident_id": case.resident(0), "consent_id": f"A{self._made:04d}"}
        self._send("consents", day, [again])

    def _earlier_consent(self, case: Case, day: date) -> None:
        given = str(day - timedelta(days=self._random.randrange(200)))
        self._send("consents", day, [row | {"given_on": given} for row in consents(case)])

    def _protect(self, case: Case, day: date) -> None:
        until = day + timedelta(days=self._random.randrange(1, 12))
        self._protected[case.resident(self._random.randrange(len(case.people)))] = str(until)

    def _unreadable(self, case: Case, day: date) -> None:
        source = self._levy()
        rows = list(bills(case, source, 3))
        self._send(source, day, [*rows, *(row | {"billed_yen": "many", "notice_no": "1"} for row in rows)])

    def _late_file(self, case: Case, last_run: date) -> None:
        """A file in the folder of a day that is closed: known from the next day that is not."""
        source = self._levy()
        rows = list(bills(case, source, self._random.choice((2, 3, 4))))
        self.late.append(self._send(source, last_run, rows, "delta_0_late"))


def lived(delivered: Path, to: Path, seed: int) -> tuple[Home, Home]:
    """A home that was brought up to date day by day, and one that takes everything in at once."""
    daily, empty = copied(delivered, to / "daily"), copied(delivered, to / "rebuilt")
    histories, random = Histories(daily, seed), Random(seed)
    last_run = None
    for day in HISTORY:
        histories.happen(day, last_run)
        if day != HISTORY[-1] and (day.weekday() > 4 or random.random() < 0.2):
            continue
        for source in SOURCES:
            keep(daily, empty, source)
        steps.intake(opened(daily), day)
        last_run = day
    known = {entry.file: entry.known_from for entry in opened(daily).ledger().entries}
    for path in histories.late:
        source, name = path.parents[1].name, path.name
        (empty / "inbox" / source / path.parent.name / name).rename(folder(empty, source, known[name]) / name)
    steps.intake(opened(empty), HISTORY[-1])
    return opened(daily), opened(empty)


def keep(daily: Path, empty: Path, source: str) -> None:
    """Copy what waits in one inbox into the other, before taking in erases it."""
    for path in (daily / "inbox" / source).glob("????-??-??/*"):
        target = folder(empty, source, date.fromisoformat(path.parent.name)) / path.name
        target.unlink(missing_ok=True)
        target.hardlink_to(path)


def state(home: Home) -> dict[str, str]:
    """Who is who and all that later steps read, with digests. The log itself counts files in the order in which they
    came, and a late file came later than its folder says: its versions are compared without these numbers elsewhere.
    """
    people = {*layout.people("settled"), *layout.people("recent")}
    return {path: digest for path, digest in held(home).items() if path.startswith("working/") or path in people}


@pytest.mark.parametrize("seed", range(1, 5))
def test_day_by_day_is_byte_for_byte_what_a_rebuild_gives(seed: int, city: Path, tmp_path: Path) -> None:
    daily, rebuilt = lived(city / "delivered" / "home", tmp_path, seed)
    verdicts = {entry.verdict for entry in daily.ledger().entries}
    assert verdicts >= {"accepted", "refused"} or verdicts >= {"accepted", "repeat"}, "too quiet a history"
    one, other = state(daily), state(rebuilt)
    assert len(one) > 20
    assert differences(one, other) == []
    assert [verify(daily), verify(rebuilt)] == [[], []]
