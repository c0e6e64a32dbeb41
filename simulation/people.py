"""People and households: their columns, and the households that live in the city at the start or move in later."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simulation.calendar import Bools, Days
from simulation.names import N_GIVEN, N_SURNAMES
from simulation.rates import Rates

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
RELATIONS = (
    "世帯主", "妻", "夫", "子", "父", "母", "兄", "弟", "姉", "妹", "子の子", "子の妻", "同居人", "夫(未届)", "縁故者",
)  # fmt: skip
HEAD, WIFE, HUSBAND, CHILD, FATHER, MOTHER, BROTHER, YOUNGER_BROTHER, SISTER, YOUNGER_SISTER = range(10)
GRANDCHILD, CHILDS_WIFE, LODGER, PARTNER, RELATIVE = range(10, 15)
PRESENT, LEFT, DEAD = 0, 1, 2
PUPIL, EMPLOYED, SELF_EMPLOYED, JOBLESS, PENSION, CASUAL, HOMEMAKER = range(7)
TYPES = (
    "single", "single_elder", "couple", "couple_elder", "couple_children", "couple_adult_child", "elders_adult_child",
    "elder_adult_child", "lone_parent", "lone_adult_child", "three_generation", "other",
)  # fmt: skip
HEAD_AGES = (
    (20, 64), (66, 92), (24, 64), (66, 88), (29, 52), (48, 64),
    (68, 88), (70, 92), (27, 50), (48, 64), (34, 55), (25, 75),
)  # fmt: skip
POVERTY = (
    "poverty", "poverty_elder", "poverty_two_adults", "poverty_elder", "poverty_two_adults", "poverty_two_adults",
    "poverty_elder", "poverty_elder", "poverty_lone_parent", "poverty", "poverty_two_adults", "poverty",
)  # fmt: skip


@dataclass
class Rows:
    """Columns of equal length; rows are only ever added."""

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))

    def add(self, more: Any) -> None:
        """Append the rows of another table of the same kind."""
        for item in fields(self):
            setattr(self, item.name, np.concatenate([getattr(self, item.name), getattr(more, item.name)]))


@dataclass
class People(Rows):
    """One row per person who ever lived in the city."""

    birth: Days
    sex: Ints  # 0 female, 1 male
    surname: Ints
    given: Ints
    gaiji: Ints
    household: Ints
    role: Ints
    status: Ints
    foreign: Bools
    work: Ints
    ill: Bools
    care: Bools
    seeking: Floats  # how readily the person asks for help; standard normal
    since: Days  # 住民となった日


@dataclass
class Households(Rows):
    """One row per household that ever lived in the city; `number` is the 世帯番号 it bears now."""

    kind: Ints
    dwelling: Ints
    number: Ints
    alive: Bools
    base: Floats  # where the household's money settles
    money: Floats
    ties: Floats
    strain: Floats  # shocks that wear off
    forgetful: Bools
    assisted: Bools  # 生活保護


def draw_types(rng: np.random.Generator, n: int, rates: Rates, newcomers: bool = False) -> Ints:
    """Household types after DOMAIN §5.1; newcomers are younger."""
    weights = np.array([rates["type_" + name] for name in TYPES])
    if newcomers:
        weights = weights * np.array([3.0, 0.3, 1.5, 0.3, 1.5, 0.3, 0.1, 0.1, 1.5, 0.3, 0.1, 0.5])
    return rng.choice(len(TYPES), size=n, p=weights / weights.sum())


def _households(rng: np.random.Generator, kinds: Ints, dwellings: Ints, first_number: int, rates: Rates) -> Households:
    n = len(kinds)
    # The middle of each type is set so that its share below −0.8 is its poverty rate.
    middle = np.array([-0.8 - 0.8 * ndtri(rates[name]) for name in POVERTY])[kinds]
    base = middle + 0.8 * rng.standard_normal(n)
    lonely = np.isin(kinds, [0, 1])
    return Households(
        kind=kinds,
        dwelling=dwellings,
        number=first_number + np.arange(n),
        alive=np.ones(n, dtype=bool),
        base=base,
        money=base + 0.3 * rng.standard_normal(n),
        ties=np.where(lonely, -0.4, 0.2) + 0.25 * base + 0.8 * rng.standard_normal(n),
        strain=np.zeros(n),
        forgetful=rng.random(n) < rates["forgetful"],
        assisted=(rng.random(n) < 0.2) & (base < -0.8),
    )


def _work(rng: np.random.Generator, age: Floats, role: Ints, sex: Ints, kind: Ints) -> Ints:
    draw = rng.random(len(age))
    grown = np.select(
        [draw < 0.66, draw < 0.76, draw < 0.86, draw < 0.93], [EMPLOYED, SELF_EMPLOYED, CASUAL, HOMEMAKER], JOBLESS
    )
    grown = np.where((grown == HOMEMAKER) & (role != WIFE), EMPLOYED, grown)
    home_child = (role == CHILD) & np.isin(kind, [6, 7])
    grown = np.where(home_child & (draw < 0.30), JOBLESS, grown)  # the pool of 8050
    grown = np.where((role == WIFE) & (draw > 0.55) & (sex == 0), HOMEMAKER, grown)
    old = np.select([draw < 0.08, draw < 0.16], [EMPLOYED, SELF_EMPLOYED], PENSION)
    return np.where(age < 19, PUPIL, np.where(age < 66, grown, np.where(age < 76, old, PENSION)))


class _Members:
    """Collects the members of new households, slot by slot."""

    def __init__(self, rng: np.random.Generator, kinds: Ints) -> None:
        self.rng, self.kinds = rng, kinds
        self.home: list[Ints] = []
        self.role: list[Ints] = []
        self.age: list[Floats] = []
        self.sex: list[Ints] = []

    def put(self, where: Bools, role: Ints | int, age: Floats, sex: Ints | int | None = None) -> None:
        """One member in every household where the mask holds."""
        rows = np.flatnonzero(where)
        n = len(self.kinds)
        sexes = self.rng.integers(0, 2, n) if sex is None else np.broadcast_to(np.asarray(sex), n)
        self.home.append(rows)
        self.role.append(np.broadcast_to(np.asarray(role), n)[rows])
        self.age.append(np.clip(age[rows], 0.0, 104.0))
        self.sex.append(sexes[rows])

    def chance(self, kinds: list[int], share: float) -> Bools:
        """Households of these types that have this member."""
        return np.isin(self.kinds, kinds) & (self.rng.random(len(self.kinds)) < share)


def _fill(members: _Members) -> None:
    rng, kinds = members.rng, members.kinds
    n = len(kinds)
    low, high = np.array(HEAD_AGES, dtype=float)[kinds].T
    head_age = low + (high - low) * rng.random(n)
    woman = rng.random(n) < np.select([kinds == 1, kinds == 8, kinds == 7, kinds == 0], [0.64, 0.88, 0.75, 0.42], 0.08)
    members.put(np.ones(n, dtype=bool), HEAD, head_age, np.where(woman, 0, 1))
    spouse_age = np.maximum(head_age - 2 + 3 * rng.standard_normal(n), 19)
    role = np.where(woman, HUSBAND, WIFE)
    members.put(members.chance([2, 3, 4, 5, 6, 10], 1.0), role, spouse_age, np.where(woman, 1, 0))
    young = np.minimum(rng.random(n) * 18, head_age - 21)
    for share in (1.0, 0.51, 0.13):  # 1人49.3 / 2人38 / 3+ 12.7
        members.put(members.chance([4, 8, 10], share), CHILD, np.maximum(young, 0.05))
        young = young + 2 + 3 * rng.random(n)
    grown = np.maximum(head_age - 25 - 12 * rng.random(n), 19)
    members.put(members.chance([5, 6, 7, 9], 1.0), CHILD, grown)
    members.put(members.chance([5], 0.3), CHILD, np.maximum(grown - 3, 16))
    members.put(members.chance([10], 0.7), MOTHER, head_age + 27, 0)
    members.put(members.chance([10], 0.4), FATHER, head_age + 29, 1)
    members.put(members.chance([11], 0.5), YOUNGER_SISTER, np.maximum(head_age - 4, 19), 0)
    members.put(members.chance([11], 0.3), LODGER, np.maximum(head_age - 2, 19))
    members.put(members.chance([11], 0.2), PARTNER, np.maximum(head_age + 2, 20), 1)


def make_households(
    rng: np.random.Generator, kinds: Ints, dwellings: Ints, day: int, first: tuple[int, int], rates: Rates
) -> tuple[Households, People]:
    """New households of these types in these dwellings on a day.

    `first` holds the row of the first household and the next free 世帯番号.
    """
    households = _households(rng, kinds, dwellings, first[1], rates)
    members = _Members(rng, kinds)
    _fill(members)
    home = np.concatenate(members.home)
    role, sex = np.concatenate(members.role), np.concatenate(members.sex)
    age = np.concatenate(members.age)
    order = np.lexsort((role, home))
    home, role, sex, age = home[order], role[order], sex[order], age[order]
    n = len(home)
    surname = rng.integers(0, N_SURNAMES, len(kinds))
    gaiji = np.where(rng.random(len(kinds)) < rates["gaiji"], rng.integers(1, 4, len(kinds)), 0)
    foreign = (rng.random(len(kinds)) < rates["foreign"])[home]
    other_name = np.isin(role, [LODGER, PARTNER])
    people = People(
        birth=(day - (age + rng.random(n) * 0.05) * 365.25).astype(np.int32),
        sex=sex,
        surname=np.where(other_name, rng.integers(0, N_SURNAMES, n), surname[home]),
        given=rng.integers(0, N_GIVEN, n),
        gaiji=np.where(other_name, 0, gaiji[home]),
        household=home + first[0],
        role=role,
        status=np.full(n, PRESENT),
        foreign=foreign,
        work=_work(rng, age, role, sex, kinds[home]),
        ill=rng.random(n) < 0.02 + 0.001 * np.maximum(age - 40, 0),
        care=(age > 75) & (rng.random(n) < 0.02 * np.maximum(age - 74, 0)),
        seeking=rng.standard_normal(n),
        since=np.maximum(day - (rng.random(n) * np.minimum(age, 40) * 365).astype(np.int32), 0).astype(np.int32),
    )
    return households, people
