"""気づき連絡票: what 民生委員, desks, neighbours and people themselves noticed, as they would write it."""

import numpy as np
import pyarrow as pa

from simulation.calendar import Bools, OfficeCalendar
from simulation.habits import Habits
from simulation.names import spell
from simulation.people import HEAD, Floats, Ints
from simulation.places import HYPHENS, address_variant
from simulation.streams import stream
from simulation.texts import Text, choose, constant, dates, padded, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = "連絡票番号,気づいた日,連絡者区分,住所,氏名カナ,お困りのこと,様子,緊急,本人了解"
# Who writes slips, and how many of all slips (EST).
REPORTERS = {
    "民生委員": 0.26, "地域包括": 0.12, "子育て拠点": 0.04, "こども家庭センター": 0.03, "障害相談": 0.03,
    "利用者支援": 0.02, "社協": 0.09, "市職員": 0.06, "納付相談窓口": 0.08, "学校": 0.04, "医療機関": 0.05,
    "ライフライン・配達事業者": 0.03, "警察消防": 0.02, "家族": 0.05, "住民": 0.05, "本人": 0.03,
}  # fmt: skip
WORRIES = (
    "",
    "収入・生活費のこと|税金や公共料金等の支払いについて",
    "収入・生活費のこと|食べるものがない",
    "家賃やローンの支払いのこと|収入・生活費のこと",
    "病気や健康、障害のこと",
    "病気や健康、障害のこと|介護のこと",
    "地域との関係について",
    "家族との関係について",
    "債務について",
    "仕事探し、就職について",
)
SEEN = (
    "",
    "架空: 郵便受けがいっぱいでした",
    "架空: 雨戸が数日閉まったままでした",
    "架空: 以前より元気がない様子でした",
    "架空: 暮らしのことを聞きたいとお話がありました",
    "架空: 庭の手入れがされていませんでした",
    "架空: 電気がついていませんでした",
    "架空: 手続きの書類が分からないとのことでした",
)


def _noticed(world: World) -> tuple[Ints, Ints]:
    """Household and month of every slip: more where ties are few, money is short and somebody is ill."""
    money, ties = (world.history.matrix(name, 0.0) for name in ("money", "ties"))
    ill = world.history.matrix("health", 0) > 0
    here = world.history.matrix("dwelling", -1) >= 0
    strain = np.exp(np.clip(-0.6 * ties - 0.6 * money + 0.5 * ill, -3, 3)) * here
    hazard = world.rates["slip_month"] * strain / max(float(strain[here].mean()), 1e-9)
    rng = stream(world.seed, "slips")
    month, home = np.nonzero(rng.random(hazard.shape, dtype=np.float32) < np.minimum(hazard, 0.5))
    later = month >= world.months.lead
    return home[later], month[later]


def _worries(world: World, home: Ints, month: Ints, draw: Floats) -> Ints:
    money, ties = (world.history.matrix(name, 0.0)[month, home] for name in ("money", "ties"))
    ill = world.history.matrix("health", 0)[month, home] > 0
    code = np.select(
        [money < -1.5, money < -0.8, ill & (draw < 0.5), ill, ties < -1.0],
        [2, np.where(draw < 0.5, 1, 3), 4, 5, 6],
        np.where(draw < 0.4, 7, np.where(draw < 0.7, 8, 9)),
    )
    return np.where(draw * 7 % 1 < world.rates["slip_without_worry"], 0, code)  # 「とりあえず丸ごと」


def slip_feed(world: World, office: OfficeCalendar, habits: Habits) -> Feed:
    """A delta when somebody wrote one; now and then a second version, when the person has been told since."""
    home, month = _noticed(world)
    n, rates = len(home), world.rates
    rng = stream(world.seed, "slip forms")
    firsts = world.months.firsts
    seen = (firsts[month] + rng.integers(0, 28, n)).astype(np.int32)
    order = np.argsort(seen, kind="stable")
    home, month, seen = home[order], month[order], seen[order]
    writers = list(REPORTERS)
    reporter = rng.choice(len(writers), n, p=list(REPORTERS.values()))
    told = (rng.random(n) < rates["slip_told"]) | (reporter == writers.index("本人"))
    urgent, named, later = rng.random(n) < rates["slip_urgent"], rng.random(n) < 0.7, rng.random(n) < 0.2
    draw, words = rng.random(n), rng.integers(0, len(SEEN), n)
    entered = office.after((seen + np.where(urgent, 0, 2)).astype(np.int32))
    again = np.flatnonzero(later & ~told)
    row = np.concatenate([np.arange(n), again])
    day = np.concatenate([entered, office.after(seen[again] + 14)])
    second = np.arange(len(row)) >= n
    order = np.lexsort((second, day))
    row, day, second = row[order], day[order], second[order]
    place = world.history.matrix("dwelling", -1).astype(np.int64)[month, home][row]
    columns = [
        padded(row * 3 + 200_001, 7),
        dates(seen[row], "iso"),
        pick(writers, reporter[row]),
        address_variant(world.towns, world.dwellings, place, row * 3 + place, HYPHENS),
        choose(named[row], _kana(world, home, habits, np.arange(n)).take(pa.array(row, pa.int64())), ""),
        pick(WORRIES, _worries(world, home, month, draw)[row]),
        pick(SEEN, words[row]),
        choose(urgent[row], "1", constant("0", len(row))),
        _flag(told[row] | second, row),
    ]
    return Feed("community_flags", "kizuki", row, day.astype(np.int32), [edition(HEADER, columns, "utf-8", bom=True)])


def _kana(world: World, home: Ints, habits: Habits, row: Ints) -> Text:
    people = world.people
    head = np.full(len(world.households), 0, dtype=np.int64)
    rows = np.flatnonzero(people.role == HEAD)
    head[people.household[rows]] = rows
    who = head[home]
    return habits.kana(
        spell(people.surname[who], people.given[who], people.sex[who], people.gaiji[who]).kana, row, "slips"
    )


def _flag(told: Bools, row: Ints) -> Text:
    """0 is now and then left empty."""
    return choose(told, "1", choose(row % 9 == 0, "", constant("0", len(row))))
