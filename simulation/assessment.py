"""Who is billed what in each fiscal year: taxes and insurance, instalment by instalment."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulation.calendar import Bools, Days, OfficeCalendar, day_number, fiscal_year
from simulation.people import CASUAL, EMPLOYED, HEAD, JOBLESS, PENSION, SELF_EMPLOYED, Floats, Ints, Rows
from simulation.streams import stream
from simulation.world import World

LEVIES = ("住民税", "固定資産税", "軽自動車税", "国民健康保険料", "介護保険", "後期高齢者医療")
RESIDENT, PROPERTY, VEHICLE, NHI, CARE, ELDERLY = range(6)
LATE_RATES = ("late_resident_tax", "late_property_tax", "late_vehicle_tax", "late_nhi", "late_care", "late_elderly")
ROLES = ("本人", "世帯主", "擬制世帯主", "相続人代表", "納税管理人", "連帯納付義務者")
SELF, HOUSEHOLDER, PROXY_HOUSEHOLDER, HEIR = range(4)
WHOLE, EXTRA, PAST = 90, 91, 92  # 全期, 随時, 過年度
# 期別 calendar (DOMAIN §3.2): month and day of each 納期限; months before April belong to the next calendar year.
DUES: dict[int, tuple[tuple[int, int], ...]] = {
    RESIDENT: ((6, 30), (8, 31), (10, 31), (1, 31)),
    PROPERTY: ((4, 30), (7, 31), (12, 25), (2, 28)),
    NHI: tuple((m, d) for m, d in ((7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 25), (1, 31), (2, 28), (3, 31))),
    CARE: tuple(
        (m, d) for m, d in ((7, 31), (8, 31), (9, 30), (10, 31), (11, 30), (12, 25), (1, 31), (2, 28), (3, 31))
    ),
}
DUES[ELDERLY] = DUES[CARE]
LEVIED_ON = {RESIDENT: (6, 10), PROPERTY: (4, 10), VEHICLE: (5, 10), NHI: (7, 12), CARE: (7, 12), ELDERLY: (7, 14)}


@dataclass
class Bills(Rows):
    """One row per instalment."""

    payer: Ints
    home: Ints  # household when it was levied
    levy: Ints
    charged_year: Ints
    assessed_year: Ints
    notice: Ints
    instalment: Ints  # 1…10, or WHOLE, EXTRA, PAST
    due: Days
    billed: Ints
    withheld: Ints  # 1 = 特別徴収
    role: Ints
    levied: Days


def _day(year: int, month: int, day: int) -> int:
    return day_number(dt.date(year if month >= 4 else year + 1, month, day))


@dataclass(frozen=True)
class _Year:
    """People as the assessor sees them on the day of levy."""

    world: World
    year: int
    levy: int
    month: int
    office: OfficeCalendar

    def rng(self, purpose: str) -> np.random.Generator:
        return stream(self.world.seed, "assess", LEVIES[self.levy], self.year, purpose)

    @property
    def home(self) -> Ints:
        return self.world.history.household[self.month].astype(np.int64)

    @property
    def work(self) -> Ints:
        return self.world.history.work[self.month].astype(np.int64)

    def age(self) -> Floats:
        n = len(self.home)
        return (int(self.world.months.firsts[self.month]) - self.world.people.birth[:n]) / 365.25

    def assisted(self) -> Bools:
        return self.world.history.assisted[self.month]

    def means(self, payer: Ints) -> Floats:
        """A factor for amounts: what the household settles at."""
        return np.exp(0.4 * np.clip(self.world.households.base[self.home[payer]], -2, 2))

    def bills(
        self,
        payer: Ints,
        yearly: Floats,
        withheld: Ints,
        role: Ints,
        start: int = 0,
        dues: tuple[tuple[int, int], ...] | None = None,
    ) -> Bills:
        """Instalments from number `start` on; withheld payers get one row for the whole year."""
        dues = dues or DUES[self.levy]
        levied = _day(self.year, *LEVIED_ON[self.levy]) if not start else _day(self.year, dues[start][0], 8)
        direct = np.flatnonzero(withheld == 0)
        each = len(dues) - start
        row = np.concatenate([np.repeat(direct, each), np.flatnonzero(withheld)])
        number = np.concatenate([np.tile(np.arange(start, len(dues)), len(direct)), np.full(int(withheld.sum()), -1)])
        days = np.array([_day(self.year, m, d) for m, d in dues] + [_day(self.year, 3, 31)], dtype=np.int32)
        amount = np.where(number >= 0, yearly[row] / len(dues), yearly[row])
        n = len(row)
        second = 5 if start else 0
        return Bills(
            payer=payer[row],
            home=self.home[payer[row]],
            levy=np.full(n, self.levy),
            charged_year=np.full(n, self.year),
            assessed_year=np.full(n, self.year),
            notice=((self.year % 100) * 100 + self.levy * 10 + second + start % 5) * 10_000_000 + payer[row],
            instalment=np.where(number >= 0, number + 1, WHOLE),
            due=self.office.on_or_after(days[number]),
            billed=(amount // 100 * 100).astype(np.int64) + 100,
            withheld=withheld[row],
            role=role[row],
            levied=np.full(n, levied, dtype=np.int32),
        )


def _resident_tax(at: _Year) -> Bills:
    work, home, age = at.work, at.home, at.age()
    n = len(home)
    draw, exempt = at.rng("how").random(n), at.rng("exempt").random(n)
    here = (home >= 0) & (age > 19)
    earlier = at.world.history.work[max(at.month - 8, 0)]
    worked = np.zeros(n, dtype=bool)
    worked[: len(earlier)] = np.isin(earlier, [EMPLOYED, SELF_EMPLOYED])[:n]
    taxed = (
        np.isin(work, [EMPLOYED, SELF_EMPLOYED, CASUAL])
        | ((work == JOBLESS) & worked)
        | ((work == PENSION) & (draw < 0.3))
    )
    poor = at.world.households.base[home] < -1.0
    taxed &= here & ~at.assisted()[home] & ~(poor & (exempt < 0.7))
    payer = np.flatnonzero(taxed)
    direct = at.world.rates["direct_resident_tax"]
    withheld = ((work == EMPLOYED) & (draw > direct)) | ((work == PENSION) & (draw < 0.2))
    yearly = 110_000 * at.means(payer) * (0.6 + at.rng("income").random(n)[payer])
    return at.bills(payer, yearly, withheld[payer].astype(np.int64), np.full(len(payer), SELF))


def _heads(at: _Year) -> Ints:
    n = len(at.home)
    return np.flatnonzero((at.world.people.role[:n] == HEAD) & (at.home >= 0))


def _property_tax(at: _Year) -> Bills:
    heads = _heads(at)
    place = at.world.history.dwelling[at.month][at.home[heads]]
    heads = heads[at.world.dwellings.owned[place] & (place >= 0)]
    rng = at.rng("value")
    yearly = 80_000 * (0.4 + rng.gamma(2.0, 0.5, len(heads)))
    role = np.where(at.rng("heir").random(len(heads)) < 0.01, HEIR, SELF)
    return at.bills(heads, yearly, np.zeros(len(heads), dtype=np.int64), role)


def _vehicle_tax(at: _Year) -> Bills:
    heads = _heads(at)
    # A household keeps its car: the draw is the household's own, not the year's.
    has = stream(at.world.seed, "vehicles").random(len(at.world.households))[at.home[heads]]
    heads = heads[has < at.world.rates["vehicle_owner"]]
    yearly = np.where(has[has < at.world.rates["vehicle_owner"]] < 0.1, 7_200.0, 10_800.0)
    out = at.bills(heads, yearly, np.zeros(len(heads), dtype=np.int64), np.full(len(heads), SELF), dues=((5, 31),))
    out.instalment[:] = WHOLE
    return out


def _insured(at: _Year) -> tuple[Ints, Ints]:
    """Members of 国民健康保険 in each household, and whether the head is one."""
    n, homes = len(at.home), len(at.world.households)
    work, age, here = at.work, at.age(), at.home >= 0
    member = here & (age < 75) & np.isin(work, [SELF_EMPLOYED, CASUAL, JOBLESS, PENSION])
    count = np.bincount(at.home[member], minlength=homes)
    is_head = np.zeros(homes, dtype=np.int64)
    head = member & (at.world.people.role[:n] == HEAD)
    is_head[at.home[head]] = 1
    return count, is_head


def _nhi(at: _Year, start: int = 0, already: Ints | None = None) -> tuple[Bills, Ints]:
    count, head_in = _insured(at)
    heads = _heads(at)
    home = at.home[heads]
    keep = (count[home] > 0) & ~at.assisted()[home]
    if already is not None:
        keep &= already[home] == 0
    heads, home = heads[keep], home[keep]
    poor = at.world.households.base[home] < -0.8
    yearly = 78_000.0 * count[home] * at.means(heads) * np.where(poor, 0.4, 1.0)  # 軽減
    role = np.where(head_in[home] == 1, HOUSEHOLDER, PROXY_HOUSEHOLDER)
    billed = np.zeros(len(at.world.households), dtype=np.int64)
    billed[home] = 1
    return at.bills(heads, yearly, np.zeros(len(heads), dtype=np.int64), role, start), billed


def _by_age(at: _Year) -> Bills:
    low, yearly, rate = (65, 70_000, "direct_care") if at.levy == CARE else (75, 76_000, "direct_elderly")
    payer = np.flatnonzero((at.home >= 0) & (at.age() >= low))
    payer = payer[~at.assisted()[at.home[payer]]]
    # Low pensions are billed directly; who is, stays so (普通徴収 is pension under 18万円, DOMAIN §3.2).
    trait = stream(at.world.seed, "pension", LEVIES[at.levy]).random(len(at.world.people))[payer]
    trait = trait + 0.08 * np.clip(at.world.households.base[at.home[payer]], -2, 2)
    direct = trait < np.quantile(trait, at.world.rates[rate]) if len(trait) else trait < 0
    amount = yearly * (0.5 + 0.5 * at.means(payer))
    return at.bills(payer, amount, 1 - direct.astype(np.int64), np.full(len(payer), SELF))


def _past_years(at: _Year, main: Bills) -> Bills:
    """過年度: an income found out late; assessed this year for the year before."""
    payers = np.unique(main.payer)
    chosen = payers[at.rng("past").random(len(payers)) < 0.006]
    yearly = 30_000 * at.means(chosen)
    out = at.bills(
        chosen,
        yearly,
        np.zeros(len(chosen), dtype=np.int64),
        np.full(len(chosen), HOUSEHOLDER),
        3,
        ((7, 31),) * 3 + ((10, 31),),
    )
    out.instalment[:] = PAST
    out.charged_year -= 1
    return out


def _switched(at: _Year, main: Bills, later: int) -> Bills:
    """Employees who lost their work before November: the rest is billed directly (特別徴収 → 普通徴収)."""
    work = at.world.history.work[later][: len(at.home)]
    was = np.zeros(len(at.home), dtype=bool)
    was[main.payer[(main.withheld == 1)]] = True
    payer = np.flatnonzero(was & (work == JOBLESS))
    yearly = 110_000 * at.means(payer)
    dues = ((1, 31),)
    out = at.bills(payer, yearly / 3, np.zeros(len(payer), dtype=np.int64), np.full(len(payer), SELF), 0, dues)
    out.notice += 20_000_000_0
    out.instalment[:] = EXTRA
    out.levied[:] = _day(at.year, 12, 10)
    return out


def assess(world: World, office: OfficeCalendar) -> Bills:
    """All instalments levied while the city lived, taxes and insurance together."""
    months = world.months
    last = int(months.firsts[-1])
    first_year = fiscal_year(dt.date(1970, 1, 1) + dt.timedelta(days=int(months.start)))
    parts: list[Bills] = []

    def year_at(year: int, levy: int, month: int, day: int = 1) -> _Year | None:
        on = _day(year, month, day)
        if on < months.start or on >= last:
            return None
        return _Year(world, year, levy, int(months.index(np.array([on]))[0]), office)

    for year in range(first_year, first_year + months.count // 12 + 2):
        for levy, make in ((PROPERTY, _property_tax), (VEHICLE, _vehicle_tax), (CARE, _by_age), (ELDERLY, _by_age)):
            at = year_at(year, levy, *LEVIED_ON[levy])
            if at is not None:
                parts.append(make(at))
        at = year_at(year, RESIDENT, *LEVIED_ON[RESIDENT])
        if at is not None:
            parts.append(_resident_tax(at))
            if year_at(year, RESIDENT, 12, 10) is not None:
                parts.append(_switched(at, parts[-1], int(months.index(np.array([_day(year, 11, 15)]))[0])))
        _nhi_year(year, year_at, parts)
    whole = parts[0]
    for part in parts[1:]:
        whole.add(part)
    return whole


def _nhi_year(year: int, year_at: Callable[..., _Year | None], parts: list[Bills]) -> None:
    at = year_at(year, NHI, *LEVIED_ON[NHI])
    if at is None:
        return
    main, billed = _nhi(at)
    parts += [main, _past_years(at, main)]
    for start in range(2, 8):  # households that enter during the year, from the next instalment on
        at = year_at(year, NHI, DUES[NHI][start][0], 8)
        if at is None:
            return
        more, also = _nhi(at, start, np.r_[billed, np.zeros(len(at.world.households) - len(billed), dtype=np.int64)])
        billed = billed | also
        parts.append(more)
