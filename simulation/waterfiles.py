"""Water steps as they are delivered: a delta each working day with the steps since the last one."""

import numpy as np

from simulation.calendar import OfficeCalendar
from simulation.habits import Habits, phone
from simulation.names import company_names, spell
from simulation.people import Ints
from simulation.places import HYPHENS, address_variant, building_variant
from simulation.texts import Text, choose, constant, dates, padded, pick
from simulation.water import STEPS, Customers, Steps
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = "お客様番号,水栓番号,使用者名,使用者カナ,使用場所,方書,電話番号,契約区分,区分,処理日,使用水量,未納額"
CONTRACTS = ("個人", "法人", "共同")


def _user_texts(world: World, users: Customers, habits: Habits) -> tuple[Text, Text]:
    people = world.people
    person = np.maximum(users.person, 0)
    names = spell(people.surname[person], people.given[person], people.sex[person], people.gaiji[person])
    company, company_kana = company_names(users.dwelling)
    private = users.person >= 0
    kana = habits.kana(names.kana, np.arange(len(person)), "water")
    return choose(private, names.name_plain, company), choose(private, kana, company_kana)


def _amount(values: Ints, habits: Habits, purpose: str) -> Text:
    return habits.amounts(values, np.arange(len(values)), purpose)


def water_feed(
    world: World, users: Customers, done: Steps, office: OfficeCalendar, habits: Habits, span: tuple[int, int]
) -> Feed:
    """The feed of the waterworks for steps within the span of days."""
    day = office.after(done.on)
    keep = np.flatnonzero((done.on >= span[0] - 1) & (day >= span[0]) & (day <= span[1]))
    keep = keep[np.argsort(day[keep], kind="stable")]
    who, day = done.customer[keep], day[keep]
    name, kana = _user_texts(world, users, habits)
    variant = users.dwelling * 31 + np.arange(len(users.dwelling)) * 17
    address = address_variant(world.towns, world.dwellings, users.dwelling, variant, HYPHENS)
    building = building_variant(world.dwellings, users.dwelling, variant)
    number = phone(np.arange(len(variant)) * 7919, variant % 3 > 0)
    rows = who.tolist()
    columns = [
        padded(who * 13 + 100_003, 9),
        padded(users.dwelling[who] * 7 + 50_001, 8),
        name.take(rows),
        kana.take(rows),
        address.take(rows),
        choose(users.contract[who] == 2, constant("", len(who)), building.take(rows)),
        number.take(rows),
        pick(CONTRACTS, users.contract[who]),
        pick(STEPS, done.step[keep]),
        dates(done.on[keep], "compact"),
        _amount(done.usage[keep], habits, "usage"),
        _amount(done.unpaid[keep], habits, "water unpaid"),
    ]
    return Feed("water_notices", "suido", np.arange(len(keep)), day, [edition(HEADER, columns, "utf-8", bom=True)])
