"""How well addresses as people write them are understood: `python benchmarks/real/addresses.py --data FILE [--show N]`.

FILE: 3,560 test addresses of a public normaliser (columns 住所, 都道府県, 市区町村, 町字, 番地号, その他), which looks
them up in the national register. Ours knows one city's 町字, so each city's list is built from the expected column.
Prints JSON:

* town: the expected 町字 is found, of all rows that have 町字 and number (without a number there is no dwelling);
* lot: and the expected 番地号; where the national register did not know the number it stands in その他: `other_lot`;
* room_in_lot: numbers of the 番地号, then more («3-4-101»: nothing says that 101 is a room);
* invented: another 町字 is found; with the expected one taken off the list, any 町字 at all; a number that is not
  written; a lot where none is expected.
"""

import csv
import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import click
import pyarrow as pa

from identity.normalise import AddressBook, address_key

City = tuple[str, str]


def book_of(towns: set[str]) -> AddressBook:
    """An address book in which each 町字 is its own code."""
    names = sorted(towns)
    return AddressBook(pa.table({"town_code": names, "town": names}))


def numbers(text: str) -> list[str]:
    """The numbers of a 番地号 as the register writes it, kanji numbers included."""
    return re.findall(r"\d+", address_key(text))


def expected_lot(row: dict[str, str]) -> list[str]:
    """番地号, or the leading numbers of その他 where the national register knew none."""
    if row["番地号"]:
        return numbers(row["番地号"])
    leading = re.match(r"\d+(?:(?:番地の?|番の?|号|-)\d+)*(?![\d階F])", address_key(row["その他"]))
    return numbers(leading[0]) if leading else []


def judged(row: dict[str, str], towns: set[str], book: AddressBook) -> dict[str, bool]:
    """What became of one address."""
    expected, written, town = expected_lot(row), row["住所"], row["町字"]
    found = book.split(written)
    lot = found[1].split("-") if found else []
    right_town, registered = bool(found and found[0] == town), bool(row["番地号"])
    starts = right_town and lot[: len(expected)] == expected
    return {
        "has_number": bool(expected),
        "town": bool(expected) and right_town,
        "has_lot": registered,
        "lot": registered and starts and lot == expected,
        "has_other_lot": bool(expected) and not registered,
        "other_lot": bool(expected) and not registered and starts and lot == expected,
        "room_in_lot": bool(expected) and starts and lot != expected,
        "invented_wrong_town": bool(found) and not right_town,
        "invented_town_off_list": book_of(towns - {town}).split(written) is not None,
        "invented_number": not set(lot) <= set(numbers(written)),
        "invented_lot": bool(found) and not expected,
    }


def measure(path: Path) -> tuple[dict[str, float | int], list[tuple[str, ...]]]:
    """The figures, and the rows in which something went wrong."""
    cities: dict[City, list[dict[str, str]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cities[row["都道府県"], row["市区町村"]].append(row)
    total: dict[str, int] = defaultdict(int)
    wrong = []
    for rows in cities.values():
        towns = {row["町字"] for row in rows if row["町字"]}
        book = book_of(towns)
        for row in rows:
            outcome = judged(row, towns, book)
            for name, value in outcome.items():
                total[name] += value
            found = outcome["lot"] or outcome["other_lot"] or not outcome["has_number"]
            if not found or any(value for name, value in outcome.items() if name.startswith("invented")):
                wrong.append(
                    (*(row[name] for name in ("住所", "町字", "番地号", "その他")), str(book.split(row["住所"])))
                )
    shares = {
        "town_share": total["town"] / total["has_number"],
        "lot_share": total["lot"] / total["has_lot"],
        "other_lot_share": total["other_lot"] / total["has_other_lot"],
    }
    return {"rows": sum(map(len, cities.values())), **total, **{k: round(v, 4) for k, v in shares.items()}}, wrong


@click.command()
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True, help="addresses.csv")
@click.option("--show", default=0, help="how many rows that went wrong to list")
def main(data: Path, show: int) -> None:
    """Measure and print."""
    figures, wrong = measure(data)
    sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
    for line in wrong[:show]:
        sys.stdout.write(" | ".join(line) + "\n")


if __name__ == "__main__":
    main()
