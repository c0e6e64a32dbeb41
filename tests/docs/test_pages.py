"""The pages are current, whole and lead somewhere: a stale, missing or dangling page fails."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from data_contracts.catalog import load_catalog
from docs.cli import option_names
from docs.generate import Printer, printers
from features.definitions import FEATURES
from reports.ethics import report_sections

ROOT = Path(__file__).parents[2]
PROMISES = 9
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def tracked(*patterns: str) -> list[Path]:
    """Files that are, or are about to be, in the repository."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "GLOSSARY.md"]


@pytest.fixture(scope="module")
def made() -> dict[str, Printer]:
    return printers()


def test_generated_pages_are_current(made: dict[str, Printer]) -> None:
    """The chapters of tests/spec print slowly and hold their own pages against themselves."""
    looked = [name for name in made if not name.startswith("docs/spec/")]
    stale = [name for name in looked if not (ROOT / name).exists() or (ROOT / name).read_bytes() != made[name]()]
    assert stale == [], "run make docs"


@pytest.mark.parametrize("folder", ["docs/contracts", "docs/spec", "tests/canaries"])
def test_a_generated_folder_holds_what_is_declared_and_nothing_else(folder: str, made: dict[str, Printer]) -> None:
    there = {p.relative_to(ROOT).as_posix() for p in (ROOT / folder).rglob("*") if p.is_file()}
    assert there == {name for name in made if name.startswith(f"{folder}/")}


def test_every_command_has_a_heading() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^## `(.+)`$", page, re.MULTILINE) == list(option_names())


def test_a_day_has_one_form_in_every_command() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    days = re.findall(r"^\| `--(?:date|from|to|as-of|on|list)` (\S+) \|", page, re.MULTILINE)
    assert (len(days) > 8, set(days)) == (True, {"YYYY-MM-DD"})


def test_the_help_of_print_says_what_the_team_first_is() -> None:
    from pipelines.cli import kizuki

    (team,) = (option for option in kizuki.commands["print"].params if option.name == "team")
    assert "first" in str(getattr(team, "help", ""))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_chapters_of_the_report_that_a_page_names_are_there(page: Path) -> None:
    titles = {section.title for section in report_sections({}, {}, made_up=True)}
    assert set(re.findall(r"倫理報告書の「(.+?)」の章", page.read_text(encoding="utf-8"))) <= titles


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_follows_a_table_is_not_drawn_as_its_last_row(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    swallowed = [new for old, new in pairwise(lines) if old.startswith("|") and new[:1] not in "|"]
    assert swallowed == []


# Commands that pages name as not there yet.
PLANNED = {"review", "withdraw", "disclose", "correct"}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_commands_shown_exist_and_take_the_options_shown(page: Path) -> None:
    known = option_names()
    for line in page.read_text(encoding="utf-8").splitlines():
        for words in re.findall(r"\bkizuki ((?:contract )?[a-z]+(?:-[a-z]+)*)\b([^`|#(]*)", line):
            if f"kizuki {words[0]}" not in known:
                assert words[0] in PLANNED | {"contract", "with"}, line
                continue
            for option in re.findall(r"(?<!\S)--[a-z-]+", words[1]):
                assert option in known[f"kizuki {words[0]}"], line


@pytest.mark.parametrize("name", ["settings.yaml", *sorted(p.name for p in (ROOT / "config").glob("*.yaml"))])
def test_every_setting_and_config_file_has_a_row(name: str) -> None:
    page = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
    if name == "settings.yaml":
        source = (ROOT / "pipelines" / "settings.py").read_text(encoding="utf-8")
        settings = set(re.findall(r'raw(?:\.get)?[\[(]"(\w+)"', source))
        assert settings == {"municipality", "demonstration", "key_file", "signers", "spark", "postgres"}
        assert all(f"| `{setting}` |" in page for setting in settings)
    else:
        assert f"| `config/{name}` |" in page


@pytest.mark.parametrize("name", ["contract.odcs", "profile", "episodes"])
def test_the_three_declarations_of_a_source_have_a_row(name: str) -> None:
    page = (ROOT / "docs" / "administrator.md").read_text(encoding="utf-8")
    assert f"| `config/sources/<情報>/{name}.yaml` |" in page
    assert len(list((ROOT / "config" / "sources").glob(f"*/{name}.yaml"))) == len(catalog_names())


def catalog_names() -> tuple[str, ...]:
    return load_catalog(ROOT / "config" / "sources").names


def test_every_number_of_the_config_has_a_day_and_a_source() -> None:
    for path in (ROOT / "config").glob("*.yaml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            if path.name != "legal_bases.yaml":
                assert all({"from", "value", "source"} <= set(line) for line in entry), path.name


def test_every_source_feature_and_promise_has_its_page() -> None:
    contracts = {p.stem for p in (ROOT / "docs" / "contracts").glob("*.md")} - {"README"}
    assert contracts == set(catalog_names())
    dictionary = (ROOT / "docs" / "features.md").read_text(encoding="utf-8")
    assert all(f"### {name}\n" in dictionary for name in FEATURES)
    promises = sorted((ROOT / "docs" / "promises").glob("[0-9]-*.md"))
    assert [int(p.name[0]) for p in promises] == list(range(1, PROMISES + 1))


@pytest.mark.parametrize("page", sorted((ROOT / "docs" / "promises").glob("[0-9]-*.md")), ids=lambda p: p.stem)
def test_a_promise_names_tests_that_exist(page: Path) -> None:
    """Each named test stands in the file linked before it."""
    named = 0
    text = page.read_text(encoding="utf-8").split("**破れたときに落ちる試験**")[1]
    for piece in re.split(r"(?=\[`tests/)", text)[1:]:
        file = LINK.search(piece)
        assert file is not None
        source = (page.parent / file[1]).read_text(encoding="utf-8")
        for test in re.findall(r"`(test_\w+)`", piece):
            assert f"def {test}(" in source, test
        named += 1
    assert named
    assert "**残っていること" in text


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = target.partition("#")
        aim = (page.parent / path).resolve() if path else page
        assert aim.exists(), target
        if anchor and aim.suffix == ".md":
            assert anchor in anchors(aim), target


def anchors(page: Path) -> set[str]:
    """Anchors of a page as GitHub makes them, and those written out."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)"', text))


def test_the_readme_counts_the_features_there_are() -> None:
    counted = re.search(r"出来事と(\d+)の特徴量", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert counted is not None
    assert int(counted[1]) == len(FEATURES)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [t.partition("#")[0] for t in LINK.findall(page.read_text(encoding="utf-8")) if ":" not in t]
        waiting += [aim for t in targets if t.endswith(".md") and (aim := (page.parent / t).resolve()).exists()]
    assert {p.resolve() for p in PAGES} - reached == set()


def test_the_readme_names_what_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    targets = re.findall(r"^make ([\w-]+)", script, re.MULTILINE)
    assert targets
    assert all(readme.count(f"make {target}") >= 2 for target in targets), "in Japanese and in English"
    for package in " ".join(re.findall(r"^need \w+ (.+)$", script, re.MULTILINE)).split():
        assert package in readme


def test_every_make_target_is_explained() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[0].split()
    assert all(f"make {target}" in readme for target in phony)


def test_no_place_of_a_machine_and_no_package_host_is_tracked() -> None:
    home = "/" + "(?:root|home|Users|work)/" + r"[\w.]"
    host = r"(?:pypi|pythonhosted|index-url|extra-index|artifactory|simple/)" + r"[\w.]*\.(?:org|com|net|io|local)"
    forbidden = re.compile(f"(?<![\\w.<>/*])(?:{home})|{host}")
    for path in tracked():
        if path.suffix in {".pdf", ".png", ".xlsx", ".parquet"} or path == Path(__file__):
            continue
        found = forbidden.search(path.read_bytes().decode("utf-8", "ignore"))
        assert found is None, f"{path.relative_to(ROOT)}: {found[0] if found else ''}"


def test_the_explanation_in_the_readme_is_that_of_the_index() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    shown = re.findall(r"^(\w+) +([+-]\d+\.\d+)", readme, re.MULTILINE)
    assert len(shown) >= 4
    assert all(f"| {term} | {value.lstrip('+')} |" in index.replace("*", "") for term, value in shown)
    printed = [line for line in index.splitlines() if re.match(r"\| \d \| 見本", line)]
    names = re.findall(r"^\| \d \| (見本 .)", readme, re.MULTILINE)
    assert len(names) == len(printed)
    assert all(name in line for name, line in zip(names, printed, strict=True))
