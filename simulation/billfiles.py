"""Tax and insurance bills as they are delivered: a row per instalment, a version whenever the office learnt more."""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from simulation.assessment import EXTRA, LEVIES, PAST, ROLES, WHOLE, Bills
from simulation.calendar import NEVER, NONE, Bools, Days, OfficeCalendar, date_of, day_number, fiscal_year
from simulation.collection import Course
from simulation.habits import Habits
from simulation.people import Ints
from simulation.register import resident_ids
from simulation.texts import Text, choose, constant, dates, numbers, padded, pick
from simulation.writing import Feed, edition

HEADER = (
    "税目,相当年度,通知書番号,期別,賦課年度,繰越区分,宛名番号,納付義務者区分,徴収方法,納期限,調定額,収納額,収入日,督促発布日,"
    "督促返戻日,公示送達日,催告日,分納誓約日,分納不履行日,猶予日,減免決定日,差押日,差押解除日,執行停止,執行停止日,停止取消日,"
    "不納欠損日,消滅事由"
)
DATED = (
    "reminder", "returned", "public_notice", "demand", "plan", "plan_broken", "deferred", "reduced", "seized",
    "released", "suspended", "lifted", "written_off", "adjusted", "inherited", "part",
)  # fmt: skip
SLICE = 500_000
INSTALMENTS = {WHOLE: "全期", EXTRA: "随時", PAST: "過年度"}
REASONS = ("", "完納", "減額更正", "不納欠損", "承継")


@dataclass(frozen=True)
class House:
    """How one office writes its file."""

    source: str
    prefix: str
    levies: tuple[int, ...]
    style: str
    none: str  # what stands for «no date» in the columns that have a sentinel
    encoding: str


TAX = House("tax_bills", "shizei", (0, 1, 2), "era_packed", "00000000", "cp932")
INSURANCE = House("insurance_bills", "hoken", (3, 4, 5), "era_long", "", "cp932")


def _known(bills: Bills, course: Course, office: OfficeCalendar) -> dict[str, Days]:
    """For every piece of news the working day on which it is in a file."""
    known = {name: office.after(getattr(course, name)) for name in DATED}
    known["posted"] = office.after(course.posted)
    known["levied"] = office.after(bills.levied)
    year = bills.charged_year
    june = np.array([day_number(date_of(0).replace(year=int(y) + 1, month=6, day=1)) for y in range(2000, 2100)])
    carried = office.on_or_after(june[year - 2000].astype(np.int32))
    closed = np.full(len(bills), NEVER, dtype=np.int32)
    for name in ("posted", "adjusted", "inherited", "written_off"):
        closed = np.where(known[name] > NONE, np.minimum(closed, known[name]), closed)
    known["carried"] = np.where((closed > carried) & (bills.due < carried), carried, NONE).astype(np.int32)
    known["closed"] = closed
    for name in DATED:  # no news of a bill before it was levied
        known[name] = np.where(known[name] > NONE, np.maximum(known[name], known["levied"]), NONE).astype(np.int32)
    known["posted"] = np.where(known["posted"] > NONE, np.maximum(known["posted"], known["levied"]), NONE).astype(
        np.int32
    )
    return known


def _versions(known: dict[str, Days], first: int, last: int) -> tuple[Ints, Days]:
    """Bill and day of every version that the files can show, in order of day."""
    bills, days = [], []
    for name, day in known.items():
        if name == "closed":
            continue
        rows = np.flatnonzero((day > NONE) & (day <= last))
        bills.append(rows)
        days.append(np.maximum(day[rows], first))
    key = np.unique(np.concatenate(bills).astype(np.int64) << 20 | np.concatenate(days).astype(np.int64))
    bill, day = key >> 20, (key & 0xFFFFF).astype(np.int32)
    order = np.argsort(day, kind="stable")
    return bill[order], day[order]


class _Writer:
    """Columns of one house for a set of versions."""

    def __init__(
        self, house: House, bills: Bills, course: Course, known: dict[str, Days], bill: Ints, day: Days
    ) -> None:
        self.house, self.bills, self.course, self.known = house, bills, course, known
        self.bill, self.day = bill, day

    def seen(self, name: str) -> Bools:
        """Whether the news is in the file by the version's day."""
        when = self.known[name][self.bill]
        return (when > NONE) & (when <= self.day)

    def date(self, name: str, sentinel: bool = False) -> Text:
        """A date column, empty or a sentinel until known."""
        values = np.where(self.seen(name), getattr(self.course, name)[self.bill], NONE).astype(np.int32)
        return dates(values, self.house.style, none=self.house.none if sentinel else "")

    def columns(self, habits: Habits) -> list[Text]:
        """All columns in the order of the header."""
        bills, bill, n = self.bills, self.bill, len(self.bill)
        paid, adjusted = self.seen("posted"), self.seen("adjusted")
        billed = np.where(adjusted, 0, bills.billed[bill])
        billed = np.where(self.seen("reduced") & ~adjusted, np.maximum(billed // 200 * 100, 100), billed)
        part = np.where(self.seen("part"), bills.billed[bill] // 400 * 100, 0)
        paid_yen = np.where(paid, billed, np.minimum(part, billed))
        number = bills.instalment[bill]
        words = [f"{k:02d}" for k in range(WHOLE)] + [INSTALMENTS[k] for k in (WHOLE, EXTRA, PAST)]
        halted = self.seen("suspended") & ~self.seen("lifted")
        paid_on = np.where(paid, self.course.paid[bill], self.course.part[bill])
        paid_on = np.where(paid_yen > 0, paid_on, NONE).astype(np.int32)
        return [
            pick(LEVIES, bills.levy[bill]),
            numbers(bills.charged_year[bill]),
            padded(bills.notice[bill], 11),
            pick(words, number),
            numbers(bills.assessed_year[bill]),
            choose(self.seen("carried"), "1", constant("0", n)),
            resident_ids(bills.payer[bill]),
            pick(ROLES, bills.role[bill]),
            choose(bills.withheld[bill] == 1, "特別徴収", constant("普通徴収", n)),
            dates(bills.due[bill], self.house.style),
            habits.amounts(billed, bill, self.house.source + " billed"),
            habits.amounts(paid_yen, bill, self.house.source + " paid"),
            dates(paid_on, self.house.style, none=self.house.none),
            self.date("reminder", sentinel=True),
            self.date("returned"),
            self.date("public_notice"),
            self.date("demand"),
            self.date("plan"),
            self.date("plan_broken"),
            self.date("deferred"),
            self.date("reduced"),
            self.date("seized", sentinel=True),
            self.date("released", sentinel=True),
            pick("0123", np.where(halted, self.course.suspension[bill], 0)),
            self.date("suspended", sentinel=True),
            self.date("lifted"),
            self.date("written_off"),
            self._reason(paid, adjusted),
        ]

    def _reason(self, paid: Bools, adjusted: Bools) -> Text:
        code = np.select([adjusted, self.seen("written_off"), self.seen("inherited"), paid], [2, 3, 4, 1], 0)
        return pick(REASONS, code)


def bill_feed(
    house: House,
    bills: Bills,
    course: Course,
    office: OfficeCalendar,
    habits: Habits,
    span: tuple[int, int],
    fulls: list[int],
) -> Feed:
    """The feed of one office; fulls hold the current and the previous 相当年度."""
    mine = np.flatnonzero(np.isin(bills.levy, house.levies))
    bills = Bills(**{name: getattr(bills, name)[mine] for name in Bills.__dataclass_fields__})
    course = Course(**{name: getattr(course, name)[mine] for name in Course.__dataclass_fields__})
    known = _known(bills, course, office)
    bill, day = _versions(known, *span)
    # In slices, because 28 columns of text of millions of rows at once need more memory than a laptop has.
    slices = [slice(i, i + SLICE) for i in range(0, max(len(bill), 1), SLICE)]
    columns = (_Writer(house, bills, course, known, bill[s], day[s]).columns(habits) for s in slices)
    parts = [edition(HEADER, text, house.encoding) for text in columns]
    whole = replace(parts[0], lines=pa.concat_arrays([part.lines for part in parts]))
    years = bills.charged_year

    def in_scope(on: int) -> Bools:
        year = fiscal_year(date_of(on))
        return (years == year) | (years == year - 1)

    return Feed(house.source, house.prefix, bill, day, [whole], fulls, in_scope)
