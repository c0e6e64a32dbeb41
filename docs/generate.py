"""`python -m docs.generate` (`make docs`): print every generated page anew from what it is declared by.

`generated()` gives all of them without writing; a test compares them with the files, so that a stale page fails.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SPEC: Final = ROOT / "tests" / "spec"


def generated(household: bool = True) -> dict[str, bytes]:
    """Path below the repository → content of every generated file.

    `household` False leaves out docs/index.md, which needs a home of its own (some seconds).
    """
    from docs.cli import cli_page

    texts = {**_contracts(), **_features(), **_manuals(), "docs/cli.md": cli_page()}
    if household:
        from docs.household import household_page

        texts["docs/index.md"] = household_page()
    return {path: text.encode() for path, text in texts.items()} | _canaries()


def _contracts() -> dict[str, str]:
    from data_contracts.catalog import load_catalog
    from data_contracts.pages import contract_pages

    pages = contract_pages(load_catalog(ROOT / "config" / "sources"))
    return {f"docs/contracts/{name}": text for name, text in pages.items()}


def _canaries() -> dict[str, bytes]:
    from datetime import date

    from data_contracts.canary import canary_files
    from data_contracts.catalog import load_catalog

    catalog = load_catalog(ROOT / "config" / "sources")
    return {
        f"tests/canaries/{name}/{file}": data
        for name in catalog.names
        for file, data in canary_files(catalog.source(name, date.max)).items()
    }


def _features() -> dict[str, str]:
    from features.dictionary import PAGE, dictionary_page

    return {_relative(PAGE): dictionary_page()}


def _manuals() -> dict[str, str]:
    """The chapters of tests/spec: a module there that names a PAGE prints it by `manual_page()` or `page()`."""
    texts = {}
    for module in _manual_modules():
        write = getattr(module, "manual_page", None) or module.page
        texts[_relative(module.PAGE)] = write()
    return texts


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
    for name, data in generated().items():
        path = ROOT / name
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        changed += 1
        sys.stdout.write(f"{name}{os.linesep}")
    sys.stdout.write(f"{changed} pages changed{os.linesep}")


if __name__ == "__main__":
    main()
