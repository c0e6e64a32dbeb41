"""Made-up towns and dwellings, and how residents, water and school each write the same address."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulation.calendar import Bools
from simulation.names import HEADS
from simulation.streams import stream
from simulation.texts import Text, choose, constant, full_width, joined, numbers, padded, pick

Ints = NDArray[np.int64]
TOWN_TAILS = ("見町", "が原", "台", "浜", "新田", "谷", "橋町", "ヶ沢", "宮町", "木町", "平", "島")
OLD_TAILS = ("久保", "野辺", "日向", "ヶ瀬", "大畑", "境", "沖")
KANJI_DIGITS = ("", "一", "二", "三", "四")
BUILDING_NAMES = ("コーポ", "ハイツ", "メゾン", "レジデンス", "グリーンハイム", "第二コーポ")
WARD_NAMES = ("北", "東", "南", "西", "中", "上", "下", "浜", "山手", "川手", "台", "原")
HYPHENS = ("-", "－", "ー", "‐", "−", "–")
CP932_HYPHENS = 4  # the first four exist in CP932


@dataclass(frozen=True)
class Towns:
    """町字; one row per town (a 丁目 is a town)."""

    code: Text
    name: Text  # 空見町一丁目
    stem: Text  # 空見町
    chome: Ints  # 0 for a town without 丁目
    ward: Ints
    school: Ints
    commissioner: Ints
    care: Ints
    numbered: Bools  # 住居表示: 番・号; else 地番: 番地


@dataclass(frozen=True)
class Dwellings:
    """Flats and houses; one row each."""

    town: Ints
    block: Ints
    number: Ints
    building: Ints  # -1 for a house
    flat: Ints
    owned: Bools
    shared_meter: Bools  # 親メーター: the tenants are invisible to the waterworks

    def __len__(self) -> int:
        return len(self.town)


def counts(households: int) -> dict[str, int]:
    """How many towns, wards, schools and areas a city of this size has."""
    return {
        "towns": int(np.clip(households // 110, 8, 480)),
        "wards": int(np.clip(households // 350, 4, 36)),
        "schools": int(np.clip(households // 2500, 2, 60)),
        "commissioners": int(np.clip(households // 220, 2, 900)),  # DOMAIN §1.6: 170-360 households each
        "care": int(np.clip(households // 8000, 1, 20)),
    }


def ward_names(n: int) -> list[str]:
    """北一区, 東一区, …"""
    return [WARD_NAMES[i % len(WARD_NAMES)] + "一二三四五"[i // len(WARD_NAMES)] + "区" for i in range(n)]


def make_towns(households: int) -> Towns:
    """Towns in runs of 丁目; areas are runs of towns."""
    size = counts(households)
    n = size["towns"]
    index = np.arange(n)
    group, chome = index // 3, index % 3 + 1
    chome = np.where(group % 4 == 3, 0, chome)  # every fourth name has no 丁目
    # A town without 丁目 has a name of its own; its tails are never those of a name with 丁目.
    name_no = np.where(chome == 0, index // 12 * 3 + index % 3, group)
    head = pick([word for word, _ in HEADS], name_no % len(HEADS))
    turn = name_no // len(HEADS) + name_no
    tail = choose(chome == 0, pick(OLD_TAILS, turn % len(OLD_TAILS)), pick(TOWN_TAILS, turn % len(TOWN_TAILS)))
    stem = joined(head, tail)
    marker = choose(chome > 0, joined(pick(KANJI_DIGITS, chome), "丁目"), "")
    return Towns(
        code=padded(1000 * (group + 1) + chome + np.where(chome == 0, index % 3, 0), 7),
        name=joined(stem, marker),
        stem=stem,
        chome=chome,
        ward=index * size["wards"] // n,
        school=index * size["schools"] // n,
        commissioner=index * size["commissioners"] // n,
        care=index * size["care"] // n,
        numbered=chome > 0,
    )


def make_dwellings(seed: int, households: int, rates_flat: float, owned: tuple[float, float]) -> Dwellings:
    """8 % more dwellings than households; flats stand in buildings of eight.

    `owned` holds the owned share of houses and of flats.
    """
    rng = stream(seed, "dwellings")
    n = int(households * 1.08) + 12
    in_flats = int(n * rates_flat) // 8 * 8
    n_towns = counts(households)["towns"]
    is_flat = np.arange(n) < in_flats
    building = np.where(is_flat, np.arange(n) // 8, -1)
    lots = np.where(is_flat, building, np.arange(n) - in_flats + in_flats // 8)
    lot_town = rng.integers(0, n_towns, int(lots.max()) + 1)
    order = np.argsort(lot_town, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    starts = np.searchsorted(lot_town[order], np.arange(n_towns))
    rank[order] = np.arange(len(order)) - starts[lot_town[order]]
    draw, parent = rng.random(n), rng.random(int(lots.max()) + 1)
    return Dwellings(
        town=lot_town[lots],
        block=rank[lots] // 14 + 1,
        number=rank[lots] % 14 + 1,
        building=building,
        flat=np.where(is_flat, (np.arange(n) % 8 // 4 + 1) * 100 + np.arange(n) % 4 + 1, 0),
        owned=draw < np.where(is_flat, owned[1], owned[0]),
        shared_meter=is_flat & (parent[lots] < 0.12),
    )


def lot_text(towns: Towns, dwellings: Dwellings, at: Ints) -> Text:
    """番地 as residents write it: 12番3号 or 12番地3."""
    town = dwellings.town[at]
    block, number = numbers(dwellings.block[at]), numbers(dwellings.number[at])
    return choose(towns.numbered[town], joined(block, "番", number, "号"), joined(block, "番地", number))


def _building_stem(dwellings: Dwellings, at: Ints) -> Text:
    building = np.maximum(dwellings.building[at], 0)
    head = pick([word for word, _ in HEADS], building % len(HEADS))
    return joined(pick(BUILDING_NAMES, building // len(HEADS) % len(BUILDING_NAMES)), head)


def building_text(dwellings: Dwellings, at: Ints) -> Text:
    """方書 as residents write it: コーポ空201号, empty for a house."""
    text = joined(_building_stem(dwellings, at), numbers(dwellings.flat[at]), "号")
    return choose(dwellings.building[at] >= 0, text, "")


def building_variant(dwellings: Dwellings, at: Ints, variant: Ints) -> Text:
    """方書 as other offices write it: 201, 201号室, full width, with a space."""
    stem, flat = _building_stem(dwellings, at), numbers(dwellings.flat[at])
    text = choose(variant % 3 == 0, joined(stem, flat, "号"), joined(stem, flat, "号室"))
    text = choose(variant % 3 == 2, joined(stem, "　", flat), text)
    return choose(dwellings.building[at] >= 0, full_width(text, variant % 5 == 4), "")


def address_variant(towns: Towns, dwellings: Dwellings, at: Ints, variant: Ints, hyphens: Sequence[str]) -> Text:
    """One-line address as other offices write it; `variant` (0 and up) picks the house style of each row."""
    town = dwellings.town[at]
    index = pa.array(town, pa.int64())
    stem, name = towns.stem.take(index), towns.name.take(index)
    chome = numbers(towns.chome[town])
    block, number = numbers(dwellings.block[at]), numbers(dwellings.number[at])
    hyphen = pick(hyphens, variant // 7 % len(hyphens))
    short = joined(block, hyphen, number)
    has_chome = towns.chome[town] > 0
    dashed = joined(stem, choose(has_chome, joined(chome, hyphen), ""), short)
    arabic = joined(stem, choose(has_chome, joined(chome, "丁目"), ""), short)
    formal = joined(name, lot_text(towns, dwellings, at))
    kind = variant % 7
    text = choose(kind < 3, formal, choose(kind < 5, dashed, arabic))
    return full_width(text, (kind == 4) | (variant % 11 == 10))


def postcode_text(town: Ints) -> Text:
    """A postcode that no place has."""
    return joined(constant("000", len(town)), "-", padded(town % 10000, 4))
