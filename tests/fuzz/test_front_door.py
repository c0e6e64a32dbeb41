"""Spoilt files, odd names and things that are no files in a real inbox: what can be is taken, the rest is said."""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipelines import steps
from pipelines.closing import unheard
from pipelines.home import Home
from pipelines.intake import sources_in_order
from pipelines.ledger import CONFIRMATION
from pipelines.verify import verify
from tests.fuzz.deliveries import delivery
from tests.home.copies import copied, held, opened

NEXT = date(2026, 4, 7)
NAMES = (
    "a b.csv",
    "日本語 の 名前.csv",
    "UPPER.CSV",
    "no_extension",
    "full.delta.csv",
    "-rf.csv",
    "a'b\"c;.csv",
    "x" * 200,
)
NUMBERS = [n for n in range(0, 150) if n % 3]
"""Mixtures: several of every source."""


def put(root: Path, source: str, name: str, data: bytes) -> None:
    folder = root / "inbox" / source / str(NEXT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).unlink(missing_ok=True)
    (folder / name).write_bytes(data)


def spoil(root: Path) -> dict[str, int]:
    """Fill the inbox of the day; returns how many files each source has to answer for."""
    expected: dict[str, int] = {}
    seen = set()
    for n in NUMBERS:
        one = delivery(n)
        if one.source.profile.kind == "csv" and (one.source.name, one.data) not in seen:
            seen.add((one.source.name, one.data))
            put(root, one.source.name, f"{n:03d}_{one.clean.kind}_{NAMES[n % len(NAMES)]}"[:250], one.data)
            expected[one.source.name] = expected.get(one.source.name, 0) + 1
    for source in expected:
        folder = root / "inbox" / source / str(NEXT)
        (folder / CONFIRMATION).write_bytes([b"rows: 12x", b"- rows", b"\xff\xfe", b"rows: {", b""][len(source) % 5])
        (folder / "inner").mkdir()
        (folder / "inner" / "data.csv").write_bytes(b"never read")
        (folder / ".hidden.csv").write_bytes(b"still being copied")
        (folder / "~$open_full.xlsx").write_bytes(b"\x05clerk".ljust(165))  # Excel's own, while somebody looks
        os.mkfifo(folder / "pipe.csv")
        (folder / "nowhere.csv").symlink_to(folder / "missing.csv")
    return expected


@pytest.fixture(scope="module")
def taken(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, dict[str, int], Home]]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.batch.prove", lambda *_args: [])
        root = copied(city / "screened" / "home", tmp_path_factory.mktemp("door") / "copy")
        before = opened(root)
        expected = spoil(root)
        for source in sources_in_order(before):
            steps.take_in(opened(root), source, NEXT)
        yield opened(root), expected, before


def test_every_file_has_its_entry_and_its_receipt(taken: tuple[Home, dict[str, int], Home]) -> None:
    home, expected, _ = taken
    assert set(expected) >= {"tax_bills", "residents", "protected_persons"}
    for source, files in expected.items():
        entries = [e for e in home.ledger().of(source) if e.folder_day == NEXT and e.file[:3].isdigit()]
        assert len(entries) == files
        assert not [e for e in home.ledger().of(source) if e.file.startswith(("~$", "."))]
        for entry in entries:
            base = f"published/receipts/{source}/{entry.known_from}/{entry.order:03d}"
            document = home.store.read_json(f"{base}.json")
            assert document["verdict"] == entry.verdict or entry.verdict == "repeat"
            assert document["verdict"] == "accepted" or document["file_failures"], entry
            assert home.store.has(f"{base}.html")


def test_what_was_known_stays_known(taken: tuple[Home, dict[str, int], Home]) -> None:
    """No published file is gone but days of a log that became a month, and everything verifies."""
    home, _, before = taken
    gone = set(held(before)) - set(held(home))
    assert {path.rsplit("/", 1)[1].split("-")[0] for path in gone} <= {"opened", "closed"}
    assert {path.removesuffix(".parquet")[: -len("-01")] + ".parquet" for path in gone} <= set(held(home))
    assert verify(home) == []


def test_the_same_inbox_again_changes_nothing(taken: tuple[Home, dict[str, int], Home]) -> None:
    home, expected, _ = taken
    before = held(home)
    for source in expected:
        assert steps.take_in(opened(home.root), source, NEXT)["files"] == 0
    assert held(opened(home.root)) == before


def test_what_is_no_delivery_is_said(taken: tuple[Home, dict[str, int], Home]) -> None:
    home, expected, _ = taken
    said = unheard(home, NEXT)
    for source in expected:
        mine = [line for line in said if line.startswith(f"inbox/{source}/{NEXT}")]
        assert len(mine) == 2, said
        assert all(name not in line for line in mine for name in ("inner", "pipe", "nowhere", "hidden"))
