"""What all tests share: the session home, copies of it, the command; in CI a skipped test is a failed run."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Tests of engines import what only `make engines` installs: they are collected where they are asked for."""
    wanted = config.option.markexpr
    asked = "engines" in wanted and "not engines" not in wanted
    return True if collection_path.name == "engines" and not asked else None


@pytest.hookimpl(trylast=True)  # of the tests that are left when others were deselected
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that need the session home first: they take longest, and no worker is to be alone with one at the end. One
    builds it; the other has the properties to try meanwhile, and the engines.
    """
    at_home = [item.path for item in items if "city" in getattr(item, "fixturenames", ())]

    def rank(item: pytest.Item) -> int:
        if item.path in at_home:
            return 0 if item.path == at_home[0] else 2
        return 1 if item.path.parent.name in ("property", "engines") else 3

    items.sort(key=rank)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI nothing is left out silently."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _shared(factory: pytest.TempPathFactory) -> Path:
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def city(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The stages of the session home: delivered/, trained/, signed/, screened/, said.txt. Only to be read."""
    from tests.home.building import changed, once

    cache: pytest.Cache | None = getattr(request.config, "cache", None)
    folder = once(_shared(tmp_path_factory), cache and cache.mkdir("session_home"))
    yield folder
    assert not changed(folder), (
        "a test (perhaps an earlier one) published into the session home: give it a copy (copy_of)"
    )


@pytest.fixture(scope="session")
def screened(city: Path) -> Path:
    """The home after the run of DAY. Only to be read."""
    return city / "screened" / "home"


@pytest.fixture
def copy_of(city: Path, tmp_path: Path) -> Callable[..., Path]:
    """A copy of a stage, free to change: copy_of("signed"), copy_of("signed", "again")."""
    from tests.home.copies import copied

    def make(stage: str, name: str = "copy") -> Path:
        return copied(city / stage / "home", tmp_path / name)

    return make


@pytest.fixture(scope="module")
def without_great_expectations() -> Iterator[None]:
    """For tests of other matters: the second opinion on each delivery takes most of a small day's run."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pipelines.batch.prove", lambda *_args: [])
        yield
