"""What a home and a municipality set: `settings.yaml` of the home, the config folder, dated numbers.

`settings.yaml` is the administrator's: municipality, whether the home is a demonstration, where the key is, who may
sign, where Spark and PostgreSQL are. The config folder is the municipality's: every number with the date it holds from
and its source.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from identity.consent_rules import Eras, consent_eras
from identity.register import Register, load_register
from pipelines.errors import GateClosed, WrongUse
from pipelines.manifest import folder_digest

CONFIG = Path(__file__).parents[1] / "config"
Rules = TypeVar("Rules")


@dataclass(frozen=True)
class Settings:
    """A home's settings and the config it is run with."""

    home: Path
    config: Path
    municipality: str
    demonstration: bool
    key_file: Path
    signers: tuple[dict[str, Any], ...]
    spark: dict[str, str]
    postgres: dict[str, Any]

    @cached_property
    def config_digest(self) -> str:
        """Digest of every YAML file in the config folder."""
        return folder_digest(self.config, "*.yaml")

    @cached_property
    def master_key(self) -> bytes:
        """The home's secret. Raises WrongUse when the key file is missing or is not 64 hex characters."""
        try:
            key = bytes.fromhex(self.key_file.read_text().strip())
        except (OSError, ValueError) as error:
            message = f"key_file in settings.yaml cannot be read as 64 hex characters ({type(error).__name__})"
            raise WrongUse(message) from None
        if len(key) != 32:
            message = "key_file in settings.yaml must hold 64 hex characters"
            raise WrongUse(message)
        return key

    def numbers(self, name: str, day: date) -> dict[str, Any]:
        """The values of `config/<name>.yaml` that hold on `day`."""
        return dated(_read(self.config / f"{name}.yaml"), day)

    def consent_rules(self, day: date) -> Eras:
        """What `consent.yaml` says of consent and protection, up to `day`. Raises GateClosed when it cannot be so."""
        return _usable(lambda path: consent_eras(path, day), self.config / "consent.yaml")

    def register(self) -> Register:
        """The register of legal bases. Raises GateClosed when an entry cannot be lawful."""
        return _usable(load_register, self.config / "legal_bases.yaml")


def load_settings(home: Path, config: Path | None = None) -> Settings:
    """Read `settings.yaml`. Raises WrongUse when the folder is not a home, or its settings are not usable."""
    path = home / "settings.yaml"
    if not path.exists():
        message = f"{home} is not a home: settings.yaml is missing (docs/administrator.md shows one)"
        raise WrongUse(message)
    raw = _read(path)
    if missing := [name for name in ("municipality", "key_file") if not isinstance(raw.get(name), str)]:
        message = f"settings.yaml: {' and '.join(missing)} must be given as text (docs/administrator.md shows them)"
        raise WrongUse(message)
    return Settings(
        home=home,
        config=config or CONFIG,
        municipality=raw["municipality"],
        demonstration=bool(raw.get("demonstration", False)),
        key_file=(home / raw["key_file"]).resolve(),
        signers=tuple(raw.get("signers", ())),
        spark={name: str(value) for name, value in raw.get("spark", {}).items()},
        postgres=_outside(home, raw.get("postgres", {})),
    )


def _read(path: Path) -> dict[str, Any]:
    """Names and values of a YAML file. Raises WrongUse, with the line, when it holds no such thing."""
    try:
        said = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        message = f"{path.name}{where}: not readable as YAML in UTF-8; correct the indentation or quoting there"
        raise WrongUse(message) from None
    if not isinstance(said, dict):
        message = f"{path.name}: it must hold lines like NAME: VALUE (docs/administrator.md shows them)"
        raise WrongUse(message)
    return said


def _usable(load: Callable[[Path], Rules], path: Path) -> Rules:
    """What a file about lawfulness says; a file that says it wrongly is a gate that stays closed, with its remedy."""
    _read(path)
    try:
        return load(path)
    except ValueError as error:
        what, _, remedy = str(error).partition(" → ")
        raise GateClosed("config", what, remedy) from None


def _outside(home: Path, postgres: dict[str, Any]) -> dict[str, Any]:
    """How to connect, with the password's file as a path. Raises WrongUse for a password in the home itself."""
    if "password" in postgres:
        message = "postgres in settings.yaml must name a password_file outside the home, not the password"
        raise WrongUse(message)
    if "password_file" not in postgres:
        return postgres
    path = (home / postgres["password_file"]).resolve()
    if path.is_relative_to(home.resolve()):
        message = "password_file in settings.yaml lies inside the home: move it out"
        raise WrongUse(message)
    return postgres | {"password_file": path}


def dated(raw: dict[str, Any], day: date) -> dict[str, Any]:
    """Resolve dated entries (`[{from, value, source}]`) to the value that holds on `day`; other entries stay as they
    are.

    Raises WrongUse when nothing holds yet on `day`.
    """
    return {name: _resolve(name, entry, day) for name, entry in raw.items()}


def _resolve(name: str, entry: Any, day: date) -> Any:
    if not (
        isinstance(entry, list) and entry and all(isinstance(e, dict) and "from" in e and "value" in e for e in entry)
    ):
        return entry
    live = [e for e in entry if e["from"] <= day]
    if not live:
        message = f"config: {name} has no value that holds on {day}"
        raise WrongUse(message)
    return max(live, key=lambda e: e["from"])["value"]
