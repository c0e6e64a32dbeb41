"""Promise 7: a daily run killed at any publication point; after a restart the home equals an undisturbed one."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import store as storage
from pipelines.errors import GateClosed
from pipelines.verify import verify
from tests.home.cases import DAY
from tests.home.copies import copied, differences, held, opened, physical
from tests.home.running import day_steps, run_day


class Killed(BaseException):
    """Stands for a kill: nothing may catch it, and nothing is tidied up by the dying process."""


@dataclass(frozen=True)
class Undisturbed:
    """A run of DAY that nothing disturbed: the points it passed, and by step the home before it (with the number of
    points passed until then) and the state after it.
    """

    passed: list[str]
    before: list[tuple[Path, int]]
    after: list[dict[str, object]]

    def step_of(self, place: int) -> int:
        """The step that passes point number `place`."""
        return max(step for step, (_home, points) in enumerate(self.before) if points < place)

    def kill(self, place: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The home of a run that was killed at point number `place`."""
        first = self.step_of(place)
        before, points = self.before[first]
        root = copied(before, folder)
        seen: list[str] = []

        def point(name: str) -> None:
            seen.append(name)
            if len(seen) == place - points:
                monkeypatch.setattr(storage.Store, "recover", lambda _self: None)  # who is killed recovers nothing
                raise Killed

        monkeypatch.setattr(storage, "point", point)
        with pytest.raises(Killed):
            day_steps(opened(root), DAY)[first][1](opened(root))
        monkeypatch.undo()
        assert seen[-1] == self.passed[place - 1]
        return root

    def differs(self, root: Path, place: int) -> list[str]:
        """What differs from the undisturbed run when the one that was killed at `place` began again and went on until
        the step was done. What follows depends on nothing else (sampled in the long tests).
        """
        killed = self.step_of(place)
        for _name, step in day_steps(opened(root), DAY)[: killed + 1]:
            step(opened(root))
        return differences(self.after[killed], state(root))

    def place(self, name: str, which: int = 0) -> int:
        """The number of the first (0) or last (-1) point of this name."""
        return [at for at, point in enumerate(self.passed, 1) if point == name][which]


def state(root: Path) -> dict[str, object]:
    """What two homes are compared by: what is published, the chain of manifests, and what is on the disk."""
    home = opened(root)
    disk = [p.relative_to(root).as_posix() for p in physical(root, without=(".lock",))]
    return {**held(home), "chain": [m.digest for m in home.store.chain], "disk": disk}


@pytest.fixture(scope="module")
def undisturbed(city: Path, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("undisturbed")
    root = copied(city / "signed" / "home", folder / "copy")
    run = Undisturbed([], [], [])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(storage, "point", run.passed.append)
        for number, (_name, step) in enumerate(day_steps(opened(root), DAY)):
            run.before.append((copied(root, folder / str(number)), len(run.passed)))
            step(opened(root))
            run.after.append(state(root))
    return run


def test_the_run_has_points_in_every_publication(undisturbed: Undisturbed) -> None:
    committed = [name.removesuffix(": committed") for name in undisturbed.passed if name.endswith(": committed")]
    assert len(undisturbed.passed) > 80
    assert {"intake-protected_persons", "people", "purge", "hub", "features", "scores", "weekly-list"} <= set(committed)
    assert len(undisturbed.before) == len(undisturbed.after) > 10


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


SAMPLED = pytest.mark.parametrize(("name", "which"), SAMPLE, ids=lambda value: str(value))


@SAMPLED
def test_killed_and_begun_again_equals_undisturbed(
    name: str, which: int, undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = undisturbed.place(name, which)
    root = undisturbed.kill(place, tmp_path / "copy", monkeypatch)
    assert undisturbed.differs(root, place) == []
    assert verify(opened(root)) == []


@pytest.mark.long
@SAMPLED
def test_killed_and_run_again_to_the_end_equals_undisturbed(
    name: str, which: int, undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = undisturbed.kill(undisturbed.place(name, which), tmp_path / "copy", monkeypatch)
    run_day(root, DAY)
    assert differences(undisturbed.after[-1], state(root)) == []


@pytest.mark.long
def test_killed_at_every_point_in_turn(
    undisturbed: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every point of every publication; of the hundreds of single files and links that are alike, the first. What a
    kill leaves is what lies on the disk at that moment: one run passes all points, and leaves a copy at each.
    """
    points = {name: place for place, name in reversed(list(enumerate(undisturbed.passed, 1)))}
    root = copied(undisturbed.before[0][0], tmp_path / "run")
    seen: list[str] = []
    left: dict[int, Path] = {}

    def point(name: str) -> None:
        seen.append(name)
        if points[name] == len(seen):
            left[len(seen)] = copied(root, tmp_path / f"{len(seen):03d}")

    monkeypatch.setattr(storage, "point", point)
    run_day(root, DAY)
    monkeypatch.undo()
    assert seen == undisturbed.passed
    assert len(left) == len(points)
    wrong: dict[str, list[str]] = {}
    for place, killed in left.items():
        if found := undisturbed.differs(killed, place):
            wrong[f"{place} {seen[place - 1]}"] = found
        shutil.rmtree(killed.parent)
    assert wrong == {}


def test_readers_of_a_killed_home_see_the_old_or_the_new(
    undisturbed: Undisturbed, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any restart: what an opened home holds can be read, every byte of it, by the manifests alone."""
    before = held(opened(city / "signed" / "home"))
    for name, published in (("hub: before commit", 0), ("hub: committed", 1)):
        home = opened(undisturbed.kill(undisturbed.place(name), tmp_path / str(published), monkeypatch))
        for path in home.store.held:
            home.store.read_bytes(path)
        hub = [m for m in home.store.chain if m.step == "hub" and m.day == str(DAY)]
        assert len(hub) == published
        today = [m for m in home.store.chain if m.day == str(DAY) and m.step.startswith(("purge", "intake-"))]
        gone = {path for m in today for path in m.removed}  # intake: days of a log become a month
        assert before.keys() - held(home).keys() <= gone


def test_two_runs_at_once_are_refused(copy_of: Callable[..., Path]) -> None:
    root = copy_of("screened")
    with opened(root).store.writing(), pytest.raises(GateClosed, match="another run is writing"):
        run_day(root, DAY)
