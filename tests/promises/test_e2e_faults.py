"""Promise 7: a daily run killed at any publication point; after a restart the home equals an undisturbed one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import store as storage
from pipelines.verify import verify
from tests.home.cases import DAY
from tests.home.copies import copied, differences, held, opened, physical
from tests.home.running import day_steps, run_day

pytestmark = pytest.mark.usefixtures("without_great_expectations")


class Killed(BaseException):
    """Stands for a kill: nothing may catch it, and nothing is tidied up by the dying process."""


def run_until(root: Path, place: int, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Run DAY and die at the point number `place`. Returns the point's name, or None when the run ended before."""
    passed: list[str] = []

    def point(name: str) -> None:
        passed.append(name)
        if len(passed) == place:
            monkeypatch.setattr(storage.Store, "recover", lambda _self: None)  # a killed process recovers nothing
            raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(storage, "point", point)
        try:
            run_day(root, DAY)
        except Killed:
            return passed[-1]
        finally:
            monkeypatch.undo()
    return None


def state(root: Path) -> dict[str, object]:
    """What two homes are compared by: what is published, the chain of manifests, and what is on the disk."""
    home = opened(root)
    disk = [p.relative_to(root).as_posix() for p in physical(root, without=(".lock",))]
    return {**held(home), "chain": [m.digest for m in home.store.chain], "disk": disk}


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], dict[str, object]]:
    """The points that a run of DAY passes, and the state after it."""
    root = copied(city / "signed" / "home", tmp_path_factory.mktemp("undisturbed") / "copy")
    passed: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(storage, "point", passed.append)
        run_day(root, DAY)
    return passed, state(root)


def test_the_run_has_points_in_every_publication(undisturbed: tuple[list[str], dict[str, object]], city: Path) -> None:
    passed, _after = undisturbed
    steps_of_day = {name for name, _step in day_steps(opened(city / "signed" / "home"), DAY)}
    committed = [name for name in passed if name.endswith(": committed")]
    assert len(passed) > 80
    assert len(committed) >= 10
    assert len(steps_of_day) >= 14


# A point of each kind, in the first, a middle and the last publications: files, commits, links, removals.
SAMPLE = (
    ("a file written", 0),
    ("people: written", 0),
    ("purge: before commit", 0),
    ("purge: committed", 0),
    ("purge: linked", 0),
    ("a link switched", -1),
    ("weekly-list: committed", 0),
    ("close: linked", 0),
)


@pytest.mark.parametrize(("name", "which"), SAMPLE, ids=lambda value: str(value))
def test_killed_and_run_again_equals_undisturbed(
    name: str,
    which: int,
    undisturbed: tuple[list[str], dict[str, object]],
    copy_of: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed, after = undisturbed
    place = [at for at, point in enumerate(passed, 1) if point == name][which]
    root = copy_of("signed")
    assert run_until(root, place, monkeypatch) == name
    run_day(root, DAY)
    assert differences(after, state(root)) == []
    assert verify(opened(root)) == []


@pytest.mark.long
def test_killed_at_every_point_in_turn(
    undisturbed: tuple[list[str], dict[str, object]], city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, after = undisturbed
    wrong: dict[str, list[str]] = {}
    for place, name in enumerate(passed, 1):
        root = copied(city / "signed" / "home", tmp_path / f"{place:03d}")
        assert run_until(root, place, monkeypatch) == name
        run_day(root, DAY)
        if found := differences(after, state(root)):
            wrong[f"{place} {name}"] = found
    assert wrong == {}


def test_readers_of_a_killed_home_see_the_old_or_the_new(
    undisturbed: tuple[list[str], dict[str, object]], copy_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any restart: what an opened home holds can be read, every byte of it, by the manifests alone."""
    passed, _after = undisturbed
    for name in ("hub: before commit", "hub: committed"):
        root = copy_of("signed", name.replace(": ", "-").replace(" ", "-"))
        before = held(opened(root))
        assert run_until(root, passed.index(name) + 1, monkeypatch) == name
        home = opened(root)
        for path in home.store.held:
            home.store.read_bytes(path)
        hub = [m for m in home.store.chain if m.step == "hub" and m.day == str(DAY)]
        assert len(hub) == (1 if name.endswith("committed") else 0)
        assert before.keys() - held(home).keys() == set()


def test_two_runs_at_once_are_refused(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    from pipelines.errors import GateClosed

    with opened(root).store.writing(), pytest.raises(GateClosed, match="another run is writing"):
        run_day(root, DAY)
