"""What becomes of a bill: paid, late, reminded, in instalments, seized, suspended, written off."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulation.assessment import LATE_RATES, Bills
from simulation.calendar import NEVER, NONE, Bools, Days
from simulation.people import DEAD, PRESENT, Floats, Ints
from simulation.streams import stream
from simulation.world import World

MANY, OLD = 3, 180  # open bills before a plan is offered; days of arrears before seizure or suspension
REMINDER_AFTER = 20  # 督促 within 20 days after the due date (地方税法329条ほか)


@dataclass
class Course:
    """One row per bill. A day that never came is NONE; `posted` and the like say when the office's system knew."""

    paid: Days
    posted: Days
    reminder: Days
    returned: Days
    public_notice: Days
    demand: Days
    plan: Days
    plan_broken: Days
    part: Days
    deferred: Days
    reduced: Days
    seized: Days
    released: Days
    suspended: Days
    suspension: Ints  # 0, 1 無財産, 2 生活窮迫, 3 所在不明
    lifted: Days
    written_off: Days
    adjusted: Days  # 減額更正 to nothing, after the payer left or died
    inherited: Days  # 承継

    @classmethod
    def blank(cls, n: int) -> "Course":
        """Nothing has happened yet."""
        names = [name for name in cls.__dataclass_fields__ if name != "suspension"]
        return cls(suspension=np.zeros(n, dtype=np.int64), **{name: np.full(n, NONE, dtype=np.int32) for name in names})


@dataclass
class Collection:
    """The state of collecting while the months go by."""

    world: World
    bills: Bills
    course: Course
    liquid: NDArray[np.float32]  # months × households: what is at hand
    bar: Floats  # a bill is paid in a month whose liquidity is above its bar
    gone: Days  # day on which each person died or left, NEVER if not
    last_plan: Days
    seizures: list[tuple[Ints, Ints, Days]] = field(default_factory=list)
    suspensions: list[tuple[Ints, Ints, Days]] = field(default_factory=list)

    def rng(self, *purpose: str | int) -> np.random.Generator:
        """The stream for one purpose."""
        return stream(self.world.seed, "collect", *purpose)

    def days(self, month: int, purpose: str, n: int) -> Days:
        """A random day of a month."""
        firsts = self.world.months.firsts
        return self.rng(purpose, "day", month).integers(firsts[month], firsts[month + 1], n).astype(np.int32)


def departure_days(world: World) -> Days:
    """The day on which each person died or left the city; NEVER for those who are there."""
    gone = np.full(len(world.people), NEVER, dtype=np.int32)
    for person, event_on, status in zip(world.log["person"], world.log["event_on"], world.log["status"], strict=True):
        left = status != PRESENT
        gone[person[left]] = event_on[left]
    return gone


def liquidity(world: World) -> NDArray[np.float32]:
    """Months × households: money with the ups and downs of a month."""
    money = world.history.matrix("money", 0.0)
    ups = stream(world.seed, "liquidity").standard_normal(money.shape[::-1], dtype=np.float32).T
    return (money + np.float32(0.25) * ups).astype(np.float32)


def _begin(world: World, bills: Bills) -> Collection:
    liquid = liquidity(world)
    n = len(bills)
    noise = stream(world.seed, "bills").standard_normal(n) * 0.25
    month = world.months.index(bills.due)
    at_due = liquid[month, bills.home] + noise
    bar = np.zeros(n)
    direct = bills.withheld == 0
    # The bar is where the share of late instalments in the first year lived equals the rate of the source.
    early = bills.due < world.months.firsts[min(14, world.months.count)]
    for levy, name in enumerate(LATE_RATES):
        sample = at_due[direct & early & (bills.levy == levy)]
        if not len(sample):
            sample = at_due[direct & (bills.levy == levy)]
        bar[bills.levy == levy] = np.quantile(sample, world.rates[name]) if len(sample) else 0.0
    gone = departure_days(world)
    return Collection(
        world, bills, Course.blank(n), liquid, bar - noise, gone, np.full(len(world.people), NONE, dtype=np.int32)
    )


def _at_due(run: Collection) -> Bools:
    """Pay by the due date, or forget it for some weeks; returns who is still open."""
    bills, course, world = run.bills, run.course, run.world
    n = len(bills)
    rng = run.rng("due")
    draw, early, forget = rng.random(n), rng.integers(0, 20, n), rng.random(n)
    month = world.months.index(bills.due)
    ready = (run.liquid[month, bills.home] > run.bar) | (bills.withheld == 1)
    slips = ready & (bills.withheld == 0) & (forget < np.where(world.households.forgetful[bills.home], 0.5, 0.006))
    paid = np.where(draw < 0.45, bills.due, bills.due - early)  # 口座振替 on the day itself
    paid = np.where(slips, bills.due + 4 + (draw * 50).astype(np.int32), paid)
    course.paid[ready] = np.maximum(paid, bills.levied + 2)[ready]
    left = run.gone[bills.payer] < bills.due - 30
    course.adjusted[left & (bills.withheld == 0)] = (np.maximum(run.gone[bills.payer], bills.levied) + 25)[
        left & (bills.withheld == 0)
    ]
    course.paid[course.adjusted > NONE] = NONE
    return ~ready & (course.adjusted == NONE)


def _pay(run: Collection, month: int, open_: Ints) -> Ints:
    """Open bills that are paid this month; the rest is returned."""
    bills = run.bills
    lived = run.world.history.household[month]
    now = np.where(bills.payer[open_] < len(lived), lived[np.minimum(bills.payer[open_], len(lived) - 1)], -1)
    home = np.where(now >= 0, now, bills.home[open_])
    waited = int(run.world.months.firsts[month]) - bills.due[open_]
    push = np.where(waited > 20, 0.06, 0.0) + np.where(waited > 90, 0.06, 0.0)
    lag_away = np.where(now < 0, 0.6, 0.0)
    pays = (run.liquid[month, home] + push - lag_away > run.bar[open_]) & (waited > -32)
    day = run.days(month, "pays", len(open_))
    pays &= day > bills.due[open_]
    run.course.paid[open_[pays]] = day[pays]
    return open_[~pays]


def _per_payer(run: Collection, open_: Ints) -> tuple[Ints, Days]:
    """Number of open bills, and the oldest due day, of every person."""
    n = len(run.world.people)
    count = np.bincount(run.bills.payer[open_], minlength=n)
    oldest = np.full(n, NEVER, dtype=np.int32)
    np.minimum.at(oldest, run.bills.payer[open_], run.bills.due[open_])
    return count, oldest


def _plans(run: Collection, month: int, open_: Ints, count: Ints, oldest: Days) -> Ints:
    start = int(run.world.months.firsts[month])
    people = run.world.people
    draw = run.rng("plan", month).random(len(people))
    chance = run.world.rates["plan"] * np.exp(0.5 * people.seeking)
    able = (count >= MANY) & (oldest < start - 90) & (run.last_plan < start - 365) & (run.gone > start)
    able &= draw < chance
    rows = open_[able[run.bills.payer[open_]] & (run.course.plan[open_] == NONE)]  # a bill is promised once
    if not len(rows):
        return open_
    who = np.flatnonzero(able)
    day_of = np.zeros(len(people), dtype=np.int32)
    day_of[who] = run.days(month, "plan", len(who))
    breaks = run.rng("plan breaks", month).random(len(people)) < run.world.rates["plan_broken"]
    run.last_plan[who] = day_of[who]
    course, payer = run.course, run.bills.payer[rows]
    rows, payer = rows[run.bills.due[rows] < day_of[payer]], payer[run.bills.due[rows] < day_of[payer]]
    course.plan[rows] = day_of[payer]
    course.part[rows] = day_of[payer] + 15
    broken = breaks[payer]
    course.plan_broken[rows[broken]] = (day_of[payer] + 60 + 7 * (payer % 13))[broken]
    rank = _rank_within(payer)
    kept = rows[~broken]
    course.paid[kept] = (day_of[payer] + 30 * (1 + rank % 10))[~broken]
    return np.setdiff1d(open_, kept, assume_unique=True)


def _rank_within(group: Ints) -> Ints:
    """0, 1, 2, … within runs of equal values, in order of appearance."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]] if len(group) else np.zeros(0, dtype=bool)
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - np.flatnonzero(starts)[np.cumsum(starts) - 1]
    return rank


def _enforce(run: Collection, month: int, open_: Ints, oldest: Days) -> Ints:
    """差押 (mostly in January) and 執行停止 (mostly in March), for all old open bills of a payer at once."""
    world, bills, course = run.world, run.bills, run.course
    start, calendar = int(world.months.firsts[month]), world.months.calendar_month(month)
    money = np.zeros(len(world.people))
    lived = world.history.household[month]
    here = np.flatnonzero(lived >= 0)
    money[here] = world.history.money[month][lived[here]]
    old = (oldest < start - OLD) & (run.rng("enforce", month).random(len(oldest)) < 0.999)
    seize = world.rates["seizure_year"] / 12 * (4.0 if calendar == 1 else 0.73) * np.where(money > -1.8, 1.2, 0.4)
    halt = (
        world.rates["suspension_year"]
        / 12
        * (7.0 if calendar == 3 else 0.45)
        * np.exp(np.clip(-0.8 * (money + 1.2), -2, 2))
    )
    draw = run.rng("acts", month).random(len(oldest))
    for act, mask in (("seize", old & (draw < seize)), ("halt", old & (draw > 1 - halt) & (draw >= seize))):
        who = np.flatnonzero(mask)
        day_of = np.zeros(len(oldest), dtype=np.int32)
        day_of[who] = run.days(month, act, len(who))
        rows = open_[mask[bills.payer[open_]] & (bills.due[open_] < start - 60)]
        if act == "seize":
            rows = rows[course.seized[rows] == NONE]
            _seize(run, rows, day_of)
            happened = run.seizures
        else:
            course.suspended[rows] = day_of[bills.payer[rows]]
            kind = np.where(money < -1.3, 2, 1)
            kind = np.where(run.gone < start, 3, kind)
            course.suspension[rows] = kind[bills.payer[rows]]
            happened = run.suspensions
            who = who[kind[who] < 3]
        who = np.intersect1d(who, bills.payer[rows])
        happened.append((lived[np.minimum(who, len(lived) - 1)].astype(np.int64), who, day_of[who]))
        open_ = open_[(course.suspended[open_] == NONE) & (course.paid[open_] == NONE)]
    return open_


def _seize(run: Collection, rows: Ints, day_of: Days) -> None:
    course, payer = run.course, run.bills.payer[rows]
    course.seized[rows] = day_of[payer]
    clears = payer % 5 < 3
    course.paid[rows[clears]] = (day_of[payer] + 20 + payer % 40)[clears]
    course.released[rows[clears]] = course.paid[rows[clears]] + 7
    slow = payer % 5 == 3
    course.released[rows[slow]] = (day_of[payer] + 150 + payer % 90)[slow]


def collect(world: World, bills: Bills) -> Collection:
    """The whole course of every bill; a month's step is an array over the bills still open."""
    run = _begin(world, bills)
    waiting = np.flatnonzero(_at_due(run))
    waiting = waiting[np.argsort(bills.due[waiting], kind="stable")]
    position, open_ = 0, np.zeros(0, dtype=np.int64)
    for month in range(world.months.count):
        upto = int(np.searchsorted(bills.due[waiting], world.months.firsts[month + 1]))
        open_ = np.concatenate([open_, waiting[position:upto]])
        position = upto
        open_ = _pay(run, month, open_)
        count, oldest = _per_payer(run, open_)
        open_ = _plans(run, month, open_, count, oldest)
        open_ = _enforce(run, month, open_, oldest)
    _letters(run)
    return run


def _letters(run: Collection) -> None:
    """督促, returned mail, 公示送達, 催告, 猶予, 減免, 承継, 不納欠損, from what the office knew at the time."""
    bills, course, world = run.bills, run.course, run.world
    n = len(bills)
    rng = run.rng("letters")
    draw, other = rng.random(n), rng.random(n)
    lag = 3 + (18.9 * rng.random(n) ** 3).astype(np.int32)  # 消込: mostly 3-10 days, up to three weeks
    course.posted = np.where(course.paid > NONE, course.paid + lag, NONE).astype(np.int32)
    open_until = np.where(course.posted > NONE, course.posted, NEVER)
    open_until = np.where(course.adjusted > NONE, np.minimum(open_until, course.adjusted), open_until)
    due = bills.due
    reminded = (open_until > due + REMINDER_AFTER) & (bills.withheld == 0)
    course.reminder[reminded] = (due + REMINDER_AFTER)[reminded]
    ties = world.households.ties[bills.home]
    comes_back = world.rates["reminder_returned"] * np.exp(np.clip(-0.9 * ties, -2, 2)) + 0.3 * (
        run.gone[bills.payer] < due
    )
    back = reminded & (draw < comes_back)
    course.returned[back] = (course.reminder + 6 + (other * 12).astype(np.int32))[back]
    public = back & (other < 0.4)
    course.public_notice[public] = (course.returned + 21)[public]
    demand = _next_batch(world, due + 55)
    asked = reminded & (open_until > demand)
    course.demand[asked] = demand[asked]
    late = reminded & (course.plan == NONE)
    course.deferred[late & (other > 0.985)] = (due + 30)[late & (other > 0.985)]
    course.reduced[late & (draw > 0.99)] = (due + 35)[late & (draw > 0.99)]
    dead = (
        (world.people.status[bills.payer] == DEAD)
        & (open_until > run.gone[bills.payer] + 90)
        & (run.gone[bills.payer] > due)
    )
    heirs = dead & (draw < 0.5) & (course.suspended == NONE)
    course.inherited[heirs] = (run.gone[bills.payer] + 90)[heirs]
    end = course.suspended + 1096  # three years after 執行停止 (地方税法15条の7)
    course.written_off[course.suspended > NONE] = end[course.suspended > NONE]
    lifted = (course.suspended > NONE) & (draw < 0.04)
    course.lifted[lifted] = (course.suspended + 200)[lifted]
    course.written_off[lifted] = NONE


def _next_batch(world: World, day: Days) -> Days:
    """催告 goes out to everybody four times a year."""
    firsts = world.months.firsts
    months = [m for m in range(world.months.count) if world.months.calendar_month(m) in (3, 6, 10, 12)]
    batches = np.array([int(firsts[m]) + 9 for m in months] + [int(NEVER)], dtype=np.int32)
    return batches[np.searchsorted(batches, day)]
