"""The residents' register as it is delivered: one row per person and 履歴番号."""

import datetime as dt

import numpy as np

from simulation.calendar import NEVER, OfficeCalendar, day_number
from simulation.names import spell
from simulation.people import PRESENT, RELATIONS, Ints
from simulation.places import building_text, lot_text, postcode_text, ward_names
from simulation.streams import stream
from simulation.texts import Text, choose, constant, dates, joined, numbers, padded, pick
from simulation.world import REASONS, World, log_table
from simulation.writing import Edition, Feed, edition

HEADER = (
    "宛名番号,履歴番号,世帯番号,続柄,氏名,氏名フリガナ,生年月日,性別,国籍区分,住民状態,異動年月日,異動事由,住民となった日,"
    "郵便番号,町字コード,町字,番地,方書,行政区,小学校区,民生委員区,日常生活圏域,送付先あり,希望言語"
)
STATUS = ("現存", "転出", "死亡")
NEW_SYSTEM = dt.date(2025, 10, 1)  # from here on the standard system writes UTF-8 and can hold variation selectors
KEEP_GONE = 180  # days for which a full still holds people who left or died


def resident_ids(persons: Ints) -> Text:
    """宛名番号: fifteen digits, leading zeros significant, not in order of arrival."""
    return padded((persons * 7_368_787 + 10_403) % 99_999_989 * 10 + persons % 7, 15)


def household_ids(numbers_: Ints) -> Text:
    """世帯番号: fifteen digits."""
    return padded((numbers_ * 5_915_587 + 977) % 99_999_971 + 700_000_000, 15)


def school_names(index: Ints, n: int) -> Text:
    """Made-up school districts."""
    words = [f"第{number}小学校" for number in range(1, n + 1)]
    return pick(words, index)


def _columns(world: World, log: dict[str, Ints], special: bool) -> list[Text]:
    people, towns, homes = world.people, world.towns, world.dwellings
    who, at = log["person"], log["dwelling"]
    rng = stream(world.seed, "register")
    n_people = len(people)
    base = rng.integers(0, 4, n_people)
    unknown_birth = (rng.random(n_people) < 0.0006) & (people.birth < -9000)
    elsewhere, language = rng.random(n_people) < 0.01, rng.random(n_people)
    town = homes.town[at]
    names = spell(people.surname[who], people.given[who], people.sex[who], people.gaiji[who])
    foreign = people.foreign[who]
    schools = int(towns.school.max()) + 1
    return [
        resident_ids(who),
        numbers(base[who] + log["nth"] + 1),
        household_ids(log["number"]),
        pick(RELATIONS, log["role"]),
        names.name if special else names.name_plain,
        names.kana,
        choose(unknown_birth[who], "不詳", dates(people.birth[who], "iso")),
        pick(("女", "男"), people.sex[who]),
        choose(foreign, "外国", constant("日本", len(who))),
        pick(STATUS, log["status"]),
        dates(log["event_on"].astype(np.int32), "iso"),
        pick(REASONS, log["reason"]),
        dates(people.since[who], "iso"),
        postcode_text(town),
        towns.code.take(town.tolist()),
        towns.name.take(town.tolist()),
        lot_text(towns, homes, at),
        building_text(homes, at),
        pick(ward_names(int(towns.ward.max()) + 1), towns.ward[town]),
        school_names(towns.school[town], schools),
        joined("民", padded(towns.commissioner[town] + 1, 3)),
        joined("圏域", numbers(towns.care[town] + 1)),
        choose(elsewhere[who], "1", constant("0", len(who))),
        choose(foreign & (language[who] < 0.3), "やさしい日本語", constant("", len(who))),
    ]


def register_feed(world: World, office: OfficeCalendar, fulls: list[int]) -> Feed:
    """The feed of residents; a full holds each person's current row, the gone for a while longer."""
    log = log_table(world)
    day = office.after(log["told_on"].astype(np.int32))
    order = np.argsort(day, kind="stable")
    log = {name: column[order] for name, column in log.items()}
    gone = np.full(len(world.people), NEVER, dtype=np.int64)
    left = log["status"] != PRESENT
    gone[log["person"][left]] = log["event_on"][left]
    editions: list[Edition] = [
        edition(HEADER, _columns(world, log, special=False), "cp932"),
        edition(HEADER, _columns(world, log, special=True), "utf-8", day_number(NEW_SYSTEM), bom=True),
    ]
    return Feed(
        source="residents",
        prefix="jumin",
        entity=log["person"],
        day=day[order],
        editions=editions,
        full_days=fulls,
        every_version=True,
        in_scope=lambda on: gone + KEEP_GONE >= on,
    )
