"""What a reviewer puts their key to: an approval of the exact model, data and report, or a refusal with its reasons.

Both are small JSON objects signed with Ed25519; `models.signoff` says what they amount to.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

VALID_DAYS: Final = 180
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_PURPOSE: Final = b"kizuki sign-off 1\n"  # a signature for anything else never fits here


class SignRefused(ValueError):
    """Nothing was signed: hashes, key, name or reasons are not what they must be."""


@dataclass(frozen=True)
class Hashes:
    """What is signed: SHA-256 (hex) of the model, its training data and the ethics report."""

    model: str
    data: str
    report: str


@dataclass(frozen=True)
class Signer:
    """One line of the register of signers; `public_key` Ed25519, 64 hex digits."""

    name: str
    role: str
    public_key: str
    valid_until: date


def sign(hashes: Hashes, name: str, role: str, key: bytes, signed_on: date, days: int = VALID_DAYS) -> dict[str, str]:
    """An approval by one person; `key` = Ed25519 private seed (32 bytes). Deterministic.

    Raises `SignRefused` for a malformed hash, key, name or period.
    """
    if days < 1:
        raise SignRefused("署名には1日以上の期間が必要です。")
    period = {"signed_on": signed_on.isoformat(), "expires_on": (signed_on + timedelta(days=days)).isoformat()}
    return _signed(hashes, name, role, period, key)


def refuse(hashes: Hashes, name: str, role: str, key: bytes, refused_on: date, because: str) -> dict[str, str]:
    """A refusal by one person with its reasons in their own words. Deterministic.

    Raises `SignRefused` for a malformed hash, key or name and when no reason is given.
    """
    if not because.strip():
        raise SignRefused("断る理由を書いてください。")
    words = {"refused_on": refused_on.isoformat(), "because": because.strip()}
    return _signed(hashes, name, role, words, key)


def is_refusal(statement: Mapping[str, Any]) -> bool:
    """Whether a statement says no; one that says both is no approval."""
    return "because" in statement


def has_form(statement: Mapping[str, Any]) -> bool:
    """Whether a statement has the fields of its kind, all of them texts."""
    own = {"refused_on", "because"} if is_refusal(statement) else {"signed_on", "expires_on"}
    fields = {"model", "data", "report", "name", "role", "signature"} | own
    return set(statement) == fields and all(isinstance(value, str) for value in statement.values())


def fits(statement: Mapping[str, str], signer: Signer) -> bool:
    """Whether the signature is the signer's, on exactly this content."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key))
        key.verify(bytes.fromhex(statement["signature"]), _message(statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key(key: bytes) -> str:
    """The public half (hex) of a private seed, for the register."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def _signed(hashes: Hashes, name: str, role: str, words: Mapping[str, str], key: bytes) -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not all(_HASH.fullmatch(digest) for digest in asdict(hashes).values()):
        raise SignRefused("署名するハッシュは64桁の16進数です。モデルと報告書を確かめてください。")
    if len(key) != 32 or not name.strip() or not role.strip():
        raise SignRefused("署名には氏名・役割・32バイトの鍵が必要です。")
    statement = {**asdict(hashes), "name": name, "role": role, **words}
    return {
        **statement,
        "signature": Ed25519PrivateKey.from_private_bytes(key).sign(_message(statement)).hex(),
    }


def _message(statement: Mapping[str, str]) -> bytes:
    content = {name: value for name, value in statement.items() if name != "signature"}
    return _PURPOSE + json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
