"""支援措置 and 庁内配慮者: full files each working day, with the whole history, never fewer rows than before."""

from dataclasses import dataclass

import numpy as np

from simulation.calendar import NEVER, NONE, Bools, Days, OfficeCalendar
from simulation.people import Ints
from simulation.register import resident_ids
from simulation.streams import stream
from simulation.texts import choose, constant, dates, numbers, pick
from simulation.world import World
from simulation.writing import Feed, edition

HEADER = "宛名番号,申出番号,履歴番号,最新フラグ,支援措置区分,措置区分,開始年月日,終了年月日,削除フラグ,解除確認日"
KINDS = ("DV", "ストーカー", "児童虐待", "その他")
YEAR = 365
START, EXTENSION, END, PROVISIONAL = 0, 1, 2, 3
STATES = ("1", "2", "3", "9")


@dataclass(frozen=True)
class Measures:
    """One row per entry of the protection register."""

    person: Ints
    measure: Ints
    kind: Ints
    history: Ints
    state: Ints
    starts: Days
    ends: Days
    entered: Days  # when the row came into the register
    released: Days


def _victims(world: World, source: str, share: float, least: int) -> tuple[Ints, Days]:
    """Whole families at once until the share is reached, at least `least` persons before the files begin."""
    people = world.people
    rng = stream(world.seed, "protection", source)
    first, last = int(world.months.firsts[world.months.lead]), int(world.months.firsts[-1])
    adult = (first - people.birth) / 365.25 > 19
    lived = world.history.household[world.months.lead]
    here = np.zeros(len(people), dtype=bool)
    here[: len(lived)] = lived >= 0
    pool = rng.permutation(np.flatnonzero(here & adult & (people.sex == 0)))
    span = (last - first) / YEAR
    wanted = max(round(share * int(here.sum()) * (1 + 0.5 * span)), least + 1)
    chosen = pool[: max(wanted * 2 // 3, least)]
    home = np.full(len(world.households) + 1, -1, dtype=np.int64)
    begun = first - rng.integers(5, 330, len(chosen))
    later = rng.random(len(chosen)) < span / (span + 2)
    later[:least] = False
    begun = np.where(later, rng.integers(first, last, len(chosen)), begun)
    home[world.people.household[chosen]] = begun
    child = here & ((first - people.birth) / 365.25 < 18)
    kids = np.flatnonzero(child & (home[people.household] >= 0))
    persons = np.concatenate([chosen, kids])
    return persons, np.concatenate([begun, home[people.household[kids]]]).astype(np.int32)


def measures(world: World, source: str, share: float, least: int) -> Measures:
    """Starts, yearly extensions or ends, open ends, provisional entries and confirmed releases."""
    persons, begun = _victims(world, source, share, least)
    rng = stream(world.seed, "measures", source)
    n = len(persons)
    kind = np.where(rng.random(n) < 0.7, 0, rng.integers(1, 4, n))
    open_end, provisional = rng.random(n) < 0.15, rng.random(n) < 0.2
    kept = rng.random((n, 8)) < 0.65  # 期間1年, 延長は終了1か月前から (DOMAIN §1.4)
    kept[: max(least, 1)] = True
    rows: list[tuple[Ints, Ints, Days, Days, Days, Days]] = []
    none = np.full(n, NONE, dtype=np.int32)

    def put(mask: Ints, state: int, starts: Days, ends: Days, entered: Days, released: Days) -> None:
        rows.append((mask, np.full(len(mask), state), starts[mask], ends[mask], entered[mask], released[mask]))

    everyone = np.arange(n)
    put(everyone[provisional], PROVISIONAL, begun, np.full(n, NEVER, dtype=np.int32), begun - 10, none)
    until = np.where(open_end, NEVER, begun + YEAR).astype(np.int32)
    put(everyone, START, begun, until, begun - rng.integers(0, 5, n).astype(np.int32), none)
    active = everyone[~open_end]
    for year in range(8):
        stays = kept[active, year]
        on, off = active[stays], active[~stays]
        ends = (begun + YEAR * (year + 1)).astype(np.int32)
        put(on, EXTENSION, begun, (ends + YEAR).astype(np.int32), (ends - 20).astype(np.int32), none)
        confirmed = np.where(_even(rng, n), ends + 14, NONE).astype(np.int32)
        put(off, END, begun, ends, (ends + 1).astype(np.int32), none)
        with_release = off[confirmed[off] > NONE]
        put(with_release, END, begun, ends, (ends + 15).astype(np.int32), confirmed)
        active = on
    index, state, starts, ends, entered, released = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    order = np.lexsort((entered, index))
    index, state, starts, ends = index[order], state[order], starts[order], ends[order]
    entered, released = entered[order], released[order]
    firsts = np.r_[True, index[1:] != index[:-1]]
    history = np.arange(len(index)) - np.flatnonzero(firsts)[np.cumsum(firsts) - 1] + 1
    return Measures(
        persons[index], np.ones(len(index), np.int64), kind[index], history, state, starts, ends, entered, released
    )


def _even(rng: np.random.Generator, n: int) -> Bools:
    return rng.random(n) < 0.5


def protection_feed(found: Measures, source: str, prefix: str, office: OfficeCalendar, days: list[int]) -> Feed:
    """A full each working day. Every row has two versions: while it is the latest, and after a newer one came."""
    day = office.after(found.entered)
    n = len(day)
    same = np.r_[(found.person[1:] == found.person[:-1]), False]
    superseded = np.where(same, np.r_[day[1:], NEVER], NEVER).astype(np.int32)
    row = np.concatenate([np.arange(n), np.flatnonzero(same)])
    when = np.concatenate([day, superseded[same]]).astype(np.int32)
    latest = np.arange(len(row)) < n
    order = np.lexsort((latest, when))
    row, when, latest = row[order], when[order], latest[order]
    never = choose(row % 2 == 0, "99999999", constant("", len(row)))
    ends = found.ends[row]
    columns = [
        resident_ids(found.person[row]),
        choose(row % 3 == 0, "", numbers(found.measure[row])),
        numbers(found.history[row]),
        choose(latest, "1", constant("0", len(row))),
        pick(KINDS, found.kind[row]),
        pick(STATES, found.state[row]),
        dates(found.starts[row], "compact"),
        choose(ends >= NEVER, never, dates(ends, "compact")),
        constant("0", len(row)),
        dates(found.released[row], "compact"),
    ]
    began = np.full(n, NEVER, dtype=np.int64)
    np.minimum.at(began, row, when)
    return Feed(
        source=source,
        prefix=prefix,
        entity=row,
        day=when,
        editions=[edition(HEADER, columns, "cp932" if source == "protected_persons" else "utf-8")],
        full_days=days,
        in_scope=lambda on: began <= on,
        deltas=False,
    )
