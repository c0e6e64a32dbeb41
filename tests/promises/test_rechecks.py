"""`kizuki verify` asks promises 1, 2 and 8 again of what is published: what a purge overlooked is found."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines import layout, steps
from pipelines.errors import GateClosed
from pipelines.verify import require, verify
from tests.home import traces
from tests.home.cases import CASES, DAY, PROTECTED, YES, Case, Person, measure
from tests.home.copies import opened
from tests.home.deliveries import append, deliver, files
from tests.home.planting import consents, protections, residents
from tests.home.running import run_day

WHO = next(case for case in CASES if case.name == "consents to everything")
HIDDEN = next(case for case in PROTECTED if case.household == "absent")
NEXT = date(2026, 4, 7)


def put_first(root: Path, path: str, column: str, value: str) -> None:
    """Publish `path` again, with another value in its first row."""
    home = opened(root)
    table = home.store.read_table(path)
    values = pa.array([value, *table[column].to_pylist()[1:]], pa.string())
    changed = table.set_column(table.column_names.index(column), column, values)
    with home.store.writing():
        home.store.publish(
            "tampered", DAY, lambda draft: draft.table(path, changed, []), inputs={path: value}, config="c"
        )


def test_a_row_without_a_basis_is_found_in_any_file_of_a_log(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    nobody = next(case for case in CASES if case.name == "nobody in the house consents").resident(0)
    home = opened(root)
    paths = [home.store.under(f"restricted/accepted/{source}/opened-")[0] for source in ("tax_bills", "water_notices")]
    for path in paths:
        put_first(root, path, "resident_id", nobody)
    found = [("basis", f"{path} holds rows of persons without a basis") for path in paths]
    assert verify(opened(root))[:2] == found
    with pytest.raises(GateClosed, match="print nothing"):
        require(opened(root))


def test_a_protected_household_is_found_wherever_it_is_named(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    keys = traces.keys_of(opened(root))[HIDDEN.name]
    (household,) = keys.household
    hidden = {"person_key": keys.persons[0], "household_key": household}
    (validation,) = [path for path in opened(root).store.under("models/") if path.endswith("/validation.parquet")]
    by_household = (layout.features(DAY), layout.contributions(DAY), layout.visit_list(DAY), validation)
    by_person = (layout.MEMBERSHIP, layout.episodes("tax", "standing-2025"))
    for column, paths in (("person_key", by_person), ("household_key", by_household)):
        for path in paths:
            put_first(root, path, column, hidden[column])
    named = {("protection", f"{path} names a protected household") for path in (*by_person, *by_household)}
    assert named <= set(verify(opened(root)))


def test_an_episode_of_somebody_without_a_basis_is_found(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    keys = traces.keys_of(opened(root))
    (dwelling,) = keys[HIDDEN.name].dwelling
    whom = {
        ("housing", "person_key"): keys["nobody in the house consents"].persons[0],
        ("water", "dwelling_key"): dwelling,
    }
    paths = {of: opened(root).store.under(layout.episodes_folder(of[0]))[-1] for of in whom}
    for of, key in whom.items():
        put_first(root, paths[of], of[1], key)
    found = {("basis", f"{path} tells of persons without a basis") for path in paths.values()}
    assert set(verify(opened(root))) == found


def test_who_left_leads_to_no_household_in_which_somebody_is_protected(copy_of: Callable[..., Path]) -> None:
    """The daughter moved out before her mother was protected; that she lived there would name the household."""
    stay = (Person(protection=(measure(),)), Person(relationship="夫"))
    daughter = Person(YES, relationship="子", left_on=date(2025, 12, 10))
    family = Case("who left", (*stay, daughter), (0, 1), number=97)
    root = copy_of("signed")
    deliver(root, "residents", DAY, list(residents(family, date(2025, 12, 9))), "delta_zz.csv")
    moved = [row for row in residents(family, DAY) if row["history_no"] == "2"]
    deliver(root, "residents", NEXT, moved, "delta_zz.csv")
    deliver(root, "consents", DAY, list(consents(family)), "delta_zz.csv")
    for path in files(root, "protected_persons"):
        if path.parent.name >= str(NEXT):
            append(path, "protected_persons", list(protections(family, "protected_persons", NEXT)))
    steps.intake(opened(root), NEXT)
    home = opened(root)
    (person,) = home.names.keys("person", pa.array([family.resident(2)])).to_pylist()
    assert person in home.store.read_table(layout.MEMBERSHIP)["person_key"].to_pylist()
    assert verify(home) == []


def test_a_purge_that_overlooked_somebody_is_found(
    copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = copy_of("screened")
    deliver(root, "consents", NEXT, [row | {"withdrawn_on": str(NEXT)} for row in consents(WHO)], "delta_ended.csv")
    monkeypatch.setattr("pipelines.purge._accepted", lambda *_args: 0)
    run_day(root, NEXT)
    assert {check for check, _what in verify(opened(root))} == {"basis"}
