"""Thousands of spoilt files of every source: no crash, each refused or taken in with a clear receipt, nobody named.

What spoils them is in this folder (`families.py` says what must come of each); a fault names the delivery's number,
which `python -m tests.fuzz.deliveries NUMBER FILE` writes again.
"""

import logging
import resource
import warnings
from collections import Counter
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pytest

from data_contracts import reading_csv
from data_contracts.reading import FileRefused, read_delivery
from tests.fuzz.deliveries import ALONE, Delivery, clean_grids, delivery
from tests.fuzz.families import Outcome
from tests.fuzz.grids import catalog
from tests.fuzz.running import batches, faults

ENDS = {
    f"file.{rule}"
    for rule in (
        "unreadable", "encoding", "quoting", "width", "empty", "too_big", "refuse_share", "header_missing",
        "header_extra", "header_twice", "header_two_rows", "cells", "sheets", "merged", "formula", "lost_zeros",
        "my_number",
    )
} | {"F-PRO-02"}  # fmt: skip
"""What a few hundred deliveries must run into, so that the study shows something."""
SHORT, LONG = 3 * len(ALONE), 10_000
"""The short study holds every family once by itself, and twice as many mixtures."""
MOST_GROWN_MB = 1_200
"""Reading, judging and writing receipts of a batch, the bomb's making included, stay far below a laptop's memory."""


@pytest.fixture
def quiet(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing may be printed, logged or warned: libraries quote cells."""
    with caplog.at_level(logging.INFO), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
    out, err = capfd.readouterr()
    assert (out, err, caplog.text) == ("", "", "")


def study(numbers: range, folder: Path, proved_every: int) -> tuple[list[str], Counter[str]]:
    """Faults of the deliveries of these numbers, and what became of them; every so many batches GX counts, too."""
    ends: Counter[str] = Counter()
    made = [delivery(number) for number in numbers]
    found = [
        str(fault)
        for place, batch in enumerate(batches(made, 40), 1)
        for fault in faults(batch, folder, ends, proved=place % proved_every == 0)
    ]
    return found, ends


@pytest.mark.usefixtures("quiet")
def test_a_few_hundred(tmp_path: Path) -> None:
    """No fault; and all kinds of ends are met, otherwise the study would show nothing."""
    before = _peak()
    found, ends = study(range(SHORT), tmp_path, 10**9)
    assert found == []
    assert _peak() - before < MOST_GROWN_MB
    assert min(ends["accepted"], ends["refused"]) > SHORT / 5, ends
    assert ends.keys() >= ENDS, ends


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.fixture(scope="module")
def few() -> list[Delivery]:
    return [delivery(number) for number in range(SHORT)]


def test_every_source_and_every_family_is_there(few: list[Delivery]) -> None:
    assert {d.source.name for d in few} == set(catalog().names)
    assert Counter(d.done for d in few if d.number % 3 == 0).total() == len(ALONE)
    assert {name for d in few for name in d.done} >= {family.name for family in ALONE}


def test_the_same_number_is_the_same_file(few: list[Delivery]) -> None:
    assert [delivery(d.number).data for d in few[::7]] == [d.data for d in few[::7]]
    assert {d.outcome for d in few} == set(Outcome)


def test_a_large_file_is_read_as_a_small_one(
    few: list[Delivery], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spoilt files are small; those of a city go through another parser."""
    texts = [one for one in few if one.source.profile.kind == "csv"]
    small = [_read(one, tmp_path) for one in texts]
    monkeypatch.setattr(reading_csv, "_ARROW_FROM", 0)
    assert [one.number for one, told in zip(texts, small, strict=True) if _read(one, tmp_path) != told] == []


def _read(one: Delivery, folder: Path) -> pa.Table | str:
    path = folder / "one.csv"
    path.write_bytes(one.data)
    try:
        return read_delivery(path, one.source)
    except FileRefused as refusal:
        return str(refusal)


@pytest.mark.long
def test_ten_thousand(tmp_path: Path) -> None:
    """In two processes; one batch in twenty is counted by Great Expectations."""
    clean_grids()
    parts = [range(start, min(start + 500, LONG)) for start in range(0, LONG, 500)]
    with get_context("spawn").Pool(2) as pool:
        found = pool.starmap(_part, [(part, tmp_path / str(part.start)) for part in parts])
    assert [fault for one in found for fault in one] == []


def _part(numbers: range, folder: Path) -> list[str]:
    folder.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return study(numbers, folder, 20)[0]
