"""A resident's dwelling, read from town, lot and building each for itself, is that of the whole address as written."""

from datetime import date, timedelta
from itertools import product
from random import Random

import pyarrow as pa
import pytest

from identity.dwellings import residence, with_dwellings
from identity.normalise import AddressBook

TOWNS = [
    *(
        "本町",
        "本町一丁目",
        "本町二丁目",
        "本町十二丁目",
        "栄町",
        "栄町東",
        "霞ケ丘",
        "霞ヶ丘町",
        "一条",
        "十",
        "西ノ京",
    ),
    *("字中", "大字中", "旭区栄町", "第3", "緑が丘1丁目", "緑が丘1丁目北", "未記載町"),
]
LOTS = [
    *(
        "1番2号",
        "1-2",
        "１−２",
        "1番地の2",
        "12",
        "2丁目3-4",
        "二丁目3",
        "3番地",
        "三番二",
        "甲12",
        "無番地",
        "1-2 301",
    ),
    *("1-2ハイツ", "10条2", "1番2号室", "字北1", "の2", "-5", "1丁", "5線3", "0012-03", "", None),
]
BUILDINGS = [None, "", "コーポ101号室", "ＡＢＣハイツ#203", "1-2", "本町ビル3階", "第1 101"]


def test_parts_or_whole_it_is_the_same_dwelling() -> None:
    rows = [
        {"resident_id": f"{number:05}", "town_code": f"{TOWNS.index(town):03}", "town": town, "lot": lot, "building": b}
        for number, (town, lot, b) in enumerate(product(TOWNS, LOTS, BUILDINGS))
    ]
    rows.append(rows[0] | {"resident_id": "x", "town": None})
    names = ("resident_id", "town_code", "town", "lot", "building")
    states = pa.Table.from_pylist(rows, schema=pa.schema([(name, pa.string()) for name in names]))
    states = states.append_column("from", pa.nulls(len(rows), pa.date32()))
    book = AddressBook(states.select(["town_code", "town"]))
    found = with_dwellings(states).to_pylist()
    written = [row["town"] + row["lot"] if row["town"] and row["lot"] is not None else None for row in found]
    assert [row["dwelling_id"] for row in found] == [
        book.dwelling_id(text, row["building"]) for text, row in zip(written, found, strict=True)
    ]
    plain = [town for town in TOWNS if book.plain_town(town)]
    assert {"本町十二丁目", "栄町東"} <= set(plain), "plain addresses must take the short way"
    assert {"本町", "栄町", "第3"}.isdisjoint(plain)


@pytest.mark.parametrize("seed", range(5))
def test_members_known_from_the_same_day_share_one_stay_in_whatever_order_they_are_read(seed: int) -> None:
    """Equal days have no order among themselves, so none may decide how many stays there are."""
    households, members, known = 100, 4, date(2020, 4, 1)
    random = Random(seed)
    people = [(f"h{home:05}", f"r{home:05}{place}") for home in range(households) for place in range(members)]
    random.shuffle(people)
    since = pa.array([known - timedelta(days=random.randrange(4000)) for _person in people])
    always, never = pa.array([known] * len(people)), pa.nulls(len(people), pa.date32())
    states = pa.table(
        {
            "resident_id": [resident for _household, resident in people],
            "dwelling_id": [household for household, _resident in people],
            "status": ["現存"] * len(people),
            **{"event_on": since, "resident_since": since, "from": always, "until": never},
        }
    )
    membership = pa.table(
        {
            "resident_id": states["resident_id"],
            "household_id": states["dwelling_id"],
            **{"from": pa.array([date(1990, 1, 1)] * len(people)), "known_from": always},
            **{"until": never, "known_until": never},
        }
    )
    assert residence(states, membership).num_rows == households
