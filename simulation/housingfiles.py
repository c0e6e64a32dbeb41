"""Rents as they are delivered: a full each month with the last twelve months of every tenancy."""

import numpy as np

from simulation.calendar import NONE, OfficeCalendar
from simulation.habits import Habits
from simulation.housing import OWNERS, Rents
from simulation.names import spell
from simulation.places import CP932_HYPHENS, HYPHENS, address_variant, building_variant
from simulation.register import resident_ids
from simulation.streams import stream
from simulation.texts import choose, constant, dates, numbers, padded, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = (
    "入居番号,宛名番号,入居者名,入居者カナ,住所,方書,区分,対象月,家賃,収納額,滞納月数,減免,収入未申告,"
    "請求日,訴訟日,明渡日"
)
MONTHS = 12  # how many months a file holds
READY = 7  # days after the month's end before the file can be made


def rent_feed(world: World, found: Rents, office: OfficeCalendar, habits: Habits, span: tuple[int, int]) -> Feed:
    """Two versions of a month that is paid late: as it was at its end, and when it was paid."""
    months = world.months
    ready = office.on_or_after((months.firsts[1:] + READY).astype(np.int32))
    tenancy, month = np.nonzero(found.lived & (np.arange(months.count) > months.lead - 2 - MONTHS)[None, :])
    entity = np.arange(len(tenancy))
    paid_in = found.paid_in[tenancy, month]
    later = np.flatnonzero((paid_in > month) & (paid_in < months.count))
    row = np.concatenate([entity, later])
    day = np.concatenate([ready[month], ready[paid_in[later]]])
    paid = np.concatenate([paid_in == month, np.ones(len(later), dtype=bool)])
    order = np.lexsort((paid, day))
    row, day, paid = row[order], day[order], paid[order]
    keep = day <= span[1]
    row, day, paid = row[keep], day[keep], paid[keep]
    who, at = tenancy[row], month[row]
    held, people = found.tenancies, world.people
    person = held.person[who]
    names = spell(people.surname[person], people.given[person], people.sex[person], people.gaiji[person])
    numbered = stream(world.seed, "tenants numbered").random(len(held.person))[who] < world.rates["rent_numbered"]
    variant = held.dwelling[who] * 13 + held.household[who] * 7
    rent = found.rent[who, at]
    some = stream(world.seed, "rent in part").random(found.rent.shape)[who, at] < 0.15
    amount = np.where(paid, rent, np.where(some, rent // 3 // 100 * 100, 0))
    claim, suit = found.claim[who, at], found.suit[who, at]
    gone = held.vacated[who] < months.firsts[at + 1]
    left = np.where(gone, np.maximum(held.vacated[who], np.maximum(claim, suit)), NONE)
    columns = [
        padded(who * 3 + 1_001, 6),
        choose(numbered, resident_ids(person), ""),
        names.name_plain,
        habits.kana(names.kana, person, "rent"),
        address_variant(world.towns, world.dwellings, held.dwelling[who], variant, HYPHENS[:CP932_HYPHENS]),
        building_variant(world.dwellings, held.dwelling[who], variant),
        pick(OWNERS, held.owner[who]),
        dates(months.firsts[at], "era_long"),
        habits.amounts(rent, who, "rent"),
        habits.amounts(amount, row, "rent paid"),
        numbers(found.overdue[who, at]),
        choose(found.reduced[who, at], "1", constant("0", len(row))),
        choose(found.unreported[who, at], "1", constant("0", len(row))),
        dates(claim, "era_dotted"),
        dates(suit, "era_dotted"),
        dates(left.astype(np.int32), "era_dotted"),
    ]
    until = np.full(len(tenancy), -1, dtype=np.int64)
    until[entity] = ready[np.minimum(month + MONTHS - 1, months.count - 1)]
    fulls = sorted({span[0]} | {int(d) for d in ready if span[0] <= d <= span[1]})  # the first at once
    return Feed(
        "housing_rent", "jutaku", row, day.astype(np.int32), [edition(HEADER, columns, "cp932")],
        full_days=fulls, in_scope=lambda on: until >= on, deltas=False,
    )  # fmt: skip
