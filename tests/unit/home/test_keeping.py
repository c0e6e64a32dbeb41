"""What an earlier session kept is taken when nothing has changed since, and only then."""

from pathlib import Path

import pytest

from tests.home.keeping import ROOT, kept, made_from

PROJECT = '[tool.setuptools.packages.find]\ninclude = ["room*"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in (
        ("pyproject.toml", PROJECT),
        ("requirements.lock", "one==1"),
        ("room/code.py", "1"),
        ("room/templates/page.html", "1"),
        ("config/source.yaml", "1"),
        ("tests/home/cases.py", "1"),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def _sessions(project: Path, tmp_path: Path, *names: str) -> list[str]:
    """Which of these sessions made a home themselves."""
    made = []
    for name in names:

        def make(folder: Path, name: str = name) -> None:
            made.append(name)
            (folder / "home").mkdir(parents=True)
            (folder / "home" / "file").write_text(name)
            (folder / "home" / "link").symlink_to("file")

        cache = tmp_path / "cache" / "session_home"
        cache.mkdir(parents=True, exist_ok=True)
        kept(cache, make, tmp_path / name, project)
    return made


def test_a_second_session_takes_what_the_first_one_kept(project: Path, tmp_path: Path) -> None:
    assert _sessions(project, tmp_path, "first", "second") == ["first"]
    assert (tmp_path / "second" / "home" / "file").read_text() == "first"
    assert (tmp_path / "second" / "home" / "link").readlink() == Path("file")


def test_what_a_session_does_to_its_files_harms_no_later_one(project: Path, tmp_path: Path) -> None:
    _sessions(project, tmp_path, "first", "second")
    for name in ("first", "second"):
        (tmp_path / name / "home" / "file").write_text("spoilt")
    _sessions(project, tmp_path, "third")
    assert (tmp_path / "third" / "home" / "file").read_text() == "first"


@pytest.mark.parametrize(
    "name",
    ["room/code.py", "room/templates/page.html", "config/source.yaml", "tests/home/cases.py", "requirements.lock"],
)
def test_a_change_of_what_it_is_made_from_makes_it_anew_and_lets_the_old_one_go(
    project: Path, tmp_path: Path, name: str
) -> None:
    _sessions(project, tmp_path, "first")
    (project / name).write_text("2")
    assert _sessions(project, tmp_path, "second", "third") == ["second"]
    assert len(list((tmp_path / "cache" / "session_home").iterdir())) == 1


def test_a_new_file_of_a_room_makes_it_anew_a_compiled_one_does_not(project: Path, tmp_path: Path) -> None:
    _sessions(project, tmp_path, "first")
    (project / "room" / "__pycache__").mkdir()
    (project / "room" / "__pycache__" / "code.pyc").write_text("1")
    assert _sessions(project, tmp_path, "second") == []
    (project / "room" / "more.py").write_text("1")
    assert _sessions(project, tmp_path, "third") == ["third"]


def test_this_project_s_rooms_are_found() -> None:
    from tests.home import keeping

    sources = {path.relative_to(ROOT).parts[0] for path in keeping._sources(ROOT)}
    assert {"dagster_project", "pipelines", "simulation", "config", "tests"} <= sources
    assert made_from(ROOT) == made_from(ROOT)
