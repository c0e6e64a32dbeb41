"""Promises 1, 4, 6, 7: in bulk or day by day, twice from the same inputs, with a member or household more or less."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines import layout, steps
from pipelines.accepted import versions
from pipelines.home import Home
from pipelines.verify import verify
from tests.home import traces
from tests.home.building import TAKEN_TO
from tests.home.cases import CASES, DAY, FIRST, consent, measure
from tests.home.copies import copied, differences, different_versions, held, opened
from tests.home.deliveries import append, deliver, files
from tests.home.planting import bills, consents, school, water
from tests.home.running import days, run_day

BY_NAME = {case.name: case for case in CASES}
TEN_DAYS = days(FIRST, date(2025, 6, 11))


def eventful(home: Path) -> None:
    """Ten days in which everything happens that may differ between bulk and day by day."""
    one, two, three = (BY_NAME[n] for n in ("consents to everything", "protection deleted", "no consent"))
    for day, source, make in (
        (date(2025, 6, 3), "tax_bills", bills),
        (date(2025, 6, 4), "insurance_bills", bills),
    ):
        deliver(home, source, day, [row for case in CASES for row in make(case, source, 3)], "delta_early.csv")
    deliver(
        home, "water_notices", date(2025, 6, 4), [row | {"step_on": "2025-05-20"} for c in CASES for row in water(c)]
    )
    deliver(
        home, "school_flags", date(2025, 6, 5), [row | {"opened_on": "2025-05-20"} for c in CASES for row in school(c)]
    )
    # a correction, a payment, the same file again, a broken row, a broken file and its correction
    deliver(home, "tax_bills", date(2025, 6, 5), [r | {"billed_yen": "40000"} for r in bills(one, "tax_bills", 3)])
    deliver(home, "tax_bills", date(2025, 6, 9), list(bills(two, "tax_bills", 3, unpaid=False)))
    again = deliver(
        home, "tax_bills", date(2025, 6, 10), [r | {"billed_yen": "40000"} for r in bills(one, "tax_bills", 3)]
    )
    broken = [row | {"billed_yen": "many"} for row in bills(two, "insurance_bills", 7)]
    fine = [row for case in CASES for row in bills(case, "insurance_bills", 5)]
    deliver(home, "insurance_bills", date(2025, 6, 6), [*fine[:100], *broken[:1]], "delta_row.csv")
    (again.parents[1] / "2025-06-06").mkdir(exist_ok=True)
    (again.parents[1] / "2025-06-06" / "delta_unreadable.csv").write_bytes(b"\x00\x01 no table")
    # consent withdrawn, given, given again after a gap; somebody newly protected
    deliver(home, "consents", date(2025, 6, 6), [row | {"withdrawn_on": "2025-06-06"} for row in consents(one)])
    late = consent(given_on="2025-06-05") | {"resident_id": three.resident(0), "consent_id": "LATE1"}
    back = consent(given_on="2025-06-09") | {"resident_id": one.resident(0), "consent_id": "BACK1"}
    deliver(home, "consents", date(2025, 6, 9), [late, back], "delta_more.csv")
    for path in files(home, "protected_persons"):
        if path.parent.name == "2025-06-10":
            append(path, "protected_persons", [measure() | {"resident_id": two.resident(0)}])


@pytest.fixture(scope="module")
def both(city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    folder = tmp_path_factory.mktemp("replay")
    bulk = copied(city / "delivered" / "home", folder / "bulk")
    eventful(bulk)
    daily = copied(bulk, folder / "daily")
    steps.intake(opened(bulk), TEN_DAYS[-1])
    for day in TEN_DAYS:
        steps.intake(opened(daily), day)
    return opened(bulk), opened(daily)


@pytest.mark.long
def test_bulk_and_daily_intake_give_the_same_ledger(both: tuple[Home, Home]) -> None:
    bulk, daily = both
    assert bulk.ledger().entries == daily.ledger().entries
    verdicts = {entry.verdict for entry in bulk.ledger().entries}
    assert verdicts == {"accepted", "refused", "repeat"}, "otherwise the ten days were too quiet"


@pytest.mark.long
def test_bulk_and_daily_intake_give_the_same_versions_of_every_source(both: tuple[Home, Home]) -> None:
    assert different_versions(*both) == []


@pytest.mark.long
@pytest.mark.parametrize(
    "zone", ["published/receipts/", "working/", "restricted/quarantine/", "restricted/accepted/", "restricted/people/"]
)
def test_bulk_and_daily_intake_give_the_same_bytes(zone: str, both: tuple[Home, Home]) -> None:
    one, other = ({path: digest for path, digest in held(home).items() if path.startswith(zone)} for home in both)
    assert one, zone
    assert differences(one, other) == []


def test_after_bulk_and_daily_intake_both_homes_verify(both: tuple[Home, Home]) -> None:
    assert [verify(home) for home in both] == [[], []]


def in_another_process(home: Path, *commands: list[str]) -> None:
    """Run commands with another hash seed, time zone and number of threads."""
    script = "import json, sys\nfrom pipelines.cli import kizuki\n"
    script += "for command in json.loads(sys.argv[1]): kizuki(command, standalone_mode=False)"
    arguments = json.dumps([[command[0], "--home", str(home), *command[1:]] for command in commands])
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/Anchorage", "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", script, arguments], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.long
def test_the_same_inputs_give_the_same_digests_in_another_process(city: Path, tmp_path: Path) -> None:
    """Taken in, trained, signed and screened from the same inbox: the same chain of manifests, every byte the same."""
    home = copied(city / "delivered" / "home", tmp_path / "again")
    keys = sorted((tmp_path / "again" / "home.signers").glob("*.key"))
    in_another_process(
        home,
        ["intake", "--to", TAKEN_TO],
        ["train", "--as-of", TAKEN_TO],
        *(["sign", "--model", "newest", "--as", key.stem, "--key", str(key)] for key in keys),
        ["screen", "--date", str(DAY)],
    )
    mine, theirs = opened(city / "screened" / "home"), opened(home)
    ours = mine.store.chain[: len(theirs.store.chain)]
    assert [m.run_id for m in ours] == [m.run_id for m in theirs.store.chain]
    assert [m.digest for m in ours] == [m.digest for m in theirs.store.chain]
    later = tuple({path for m in mine.store.chain[len(ours) :] for path in m.outputs})
    assert differences(held(mine, without=later), held(theirs)) == []


@pytest.fixture(scope="module")
def changed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The run of DAY after arrears of members without a basis, and after one household has withdrawn."""
    root = copied(city / "signed" / "home", tmp_path_factory.mktemp("changed") / "copy")
    silent = [BY_NAME[n] for n in ("the wife does not consent", "the wife withdrew")]
    for source in ("tax_bills", "insurance_bills"):
        rows = [row for case in silent for row in bills(case, source, 10) if row["resident_id"] == case.resident(1)]
        assert rows
        deliver(root, source, DAY, rows)
    leaves = BY_NAME["consents to everything"]
    deliver(root, "consents", DAY, [row | {"withdrawn_on": str(DAY)} for row in consents(leaves)])
    run_day(root, DAY)
    return opened(root)


@pytest.mark.parametrize("of", [layout.features, layout.scores, layout.contributions])
def test_a_member_without_a_basis_moves_no_bit_and_one_household_no_other(
    of: Callable[[date], str], changed: Home, screened: Path
) -> None:
    before, after = opened(screened).store.read_table(of(DAY)), changed.store.read_table(of(DAY))
    gone = traces.keys_of(changed)[BY_NAME["consents to everything"].name].household
    kept = before.filter(pc.invert(pc.is_in(before["household_key"], pa.array(sorted(gone)))))
    assert kept.num_rows == before.num_rows - 1
    assert kept.equals(after)


def test_no_row_of_a_member_without_a_basis_is_kept(changed: Home, screened: Path) -> None:
    for name in ("tax_bills", "insurance_bills"):
        log = versions(changed, name)
        assert log is not None
        kept = set(log["resident_id"].to_pylist())
        assert BY_NAME["the wife does not consent"].resident(0) in kept
        assert BY_NAME["the wife does not consent"].resident(1) not in kept
        assert BY_NAME["the wife withdrew"].resident(1) not in kept
    path = layout.episodes("tax", "standing-2025")
    assert opened(screened).store.digest(path) != changed.store.digest(path)


def test_running_the_day_again_changes_nothing(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    before = held(opened(root)), len(opened(root).store.chain)
    run_day(root, DAY)
    assert (held(opened(root)), len(opened(root).store.chain)) == before


def test_a_late_file_changes_nothing_that_was_known(copy_of: Callable[..., Path]) -> None:
    """A file put into a closed day's folder is known from the first day that is not closed."""
    root = copy_of("screened")
    case = BY_NAME["protection deleted"]
    deliver(root, "tax_bills", date(2026, 4, 1), list(bills(case, "tax_bills", 11)), "delta_late.csv")
    steps.take_in(opened(root), "tax_bills", DAY)
    assert "delta_late.csv" not in {entry.file for entry in opened(root).ledger().entries}, "DAY is closed"
    steps.take_in(opened(root), "tax_bills", date(2026, 4, 7))
    home = opened(root)
    (late,) = [entry for entry in home.ledger().entries if entry.file == "delta_late.csv"]
    assert (str(late.folder_day), str(late.known_from)) == ("2026-04-01", "2026-04-07")
