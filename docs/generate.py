"""`python -m docs.generate` (`make docs`): print every generated page anew from what it is declared by.

`printers()` says what is generated and how, without doing it; a test compares the outcome with the files, so that a
stale page fails.
"""

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SPEC: Final = ROOT / "tests" / "spec"
Printer = Callable[[], bytes]


def printers() -> dict[str, Printer]:
    """Path below the repository → what prints its content. docs/index.md comes last: it names the other pages."""
    from benchmarks.daily.page import speed_pages
    from docs.cli import cli_page
    from docs.household import household_page
    from features.dictionary import PAGE, dictionary_page

    pages = {_relative(PAGE): dictionary_page, "docs/cli.md": cli_page}
    manuals = {_relative(module.PAGE): _writer(module) for module in _manual_modules()}
    texts = {**_contracts(), **pages, **speed_pages(), **manuals, "docs/index.md": household_page}
    return _canaries() | {path: _encoded(write) for path, write in texts.items()}


def _encoded(write: Callable[[], str]) -> Printer:
    return lambda: write().encode()


def _contracts() -> dict[str, Callable[[], str]]:
    from data_contracts.catalog import load_catalog
    from data_contracts.pages import contract_pages

    pages = contract_pages(load_catalog(ROOT / "config" / "sources"))
    return {f"docs/contracts/{name}": text.__str__ for name, text in pages.items()}


def _canaries() -> dict[str, Printer]:
    from data_contracts.canary import canary_files
    from data_contracts.catalog import load_catalog

    catalog = load_catalog(ROOT / "config" / "sources")
    return {
        f"tests/canaries/{name}/{file}": data.__bytes__
        for name in catalog.names
        for file, data in canary_files(catalog.source(name, date.max)).items()
    }


def _writer(module: ModuleType) -> Callable[[], str]:
    """The chapters of tests/spec: a module there that names a PAGE prints it by `manual_page()` or `page()`."""
    found = getattr(module, "manual_page", None) or module.page
    assert callable(found)
    return found


def _manual_modules() -> Iterator[ModuleType]:
    for path in sorted(SPEC.rglob("*.py")):
        if "\nPAGE = " in path.read_text(encoding="utf-8"):
            yield _loaded(path)


def _loaded(path: Path) -> ModuleType:
    """A module of tests/spec by its file; the one that pytest has loaded already, if it has."""
    name = path.stem
    if name not in sys.modules:
        sys.path.insert(0, str(path.parent))
        found = importlib.util.spec_from_file_location(name, path)
        assert found is not None
        assert found.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(found)
        found.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _relative(path: Path) -> str:
    return path.resolve().relative_to(ROOT).as_posix()


def main() -> None:
    """Write what changed and say what it was."""
    changed = 0
    for name, write in printers().items():
        path, data = ROOT / name, write()
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changed += 1
        sys.stdout.write(f"{name}{os.linesep}")
    sys.stdout.write(f"{changed} files changed{os.linesep}")


if __name__ == "__main__":
    main()
