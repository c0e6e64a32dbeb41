"""Two people sign the exact model, data and report, or there is no list.

An approval is a small JSON signed with Ed25519. `standing` says whether approvals hold on a day
and, if not, by which named rule; every rule fails closed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

PURPOSE: Final = b"kizuki approval 1\n"  # a signature for anything else never fits here
VALID_DAYS: Final = 180
_HASH: Final = re.compile(r"[0-9a-f]{64}")

RULES: Final[Mapping[str, str]] = {
    "form": "承認の書式が違います。kizuki sign で作り直してください。",
    "signer-unknown": "署名者の名簿にない人の署名です。名簿(settings の signers)を確かめてください。",
    "signer-role": "名簿と違う役割で署名されています。",
    "signer-expired": "署名者の登録の期限が切れています。名簿を更新してください。",
    "signature": "署名が内容と一致しません。内容が書き換えられたか、鍵が違います。",
    "model": "別のモデルへの署名です。このモデルに署名を受けてください。",
    "data": "別の学習データへの署名です。このモデルに署名を受けてください。",
    "report": "別の報告書への署名です。この報告書を読んで署名を受けてください。",
    "not-yet": "署名日より前には使えません。",
    "expired": "署名の期限が切れています。見直して署名を受けてください。",
    "too-long": "署名の期間が長すぎます。上限以内で署名し直してください。",
    "two-people": "有効な署名が二人分そろっていません。別々の二人の署名が必要です。",
    "demonstration": "架空データの報告です。実際の市では署名があっても使えません。",
    "without-leads": "早さを測っていないモデル(single_cohort・yearly の検証)は、リストには使えません。",
    "stop-rule": "中止の取り決めに当たっています。審査会で判断するまでリストは作れません。",
}


class SignRefused(ValueError):
    """Nothing was signed: hashes, key or name are not what they must be."""


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


@dataclass(frozen=True)
class Refusal:
    """A rule that was broken; `name` = whose approval, "" when it concerns all."""

    rule: str
    name: str = ""

    @property
    def sentence(self) -> str:
        """Japanese, with the remedy."""
        return f"{self.name}: {RULES[self.rule]}" if self.name else RULES[self.rule]


@dataclass(frozen=True)
class Verdict:
    """`ok`: lists may be made. `reasons`: why not, and which single approvals do not count."""

    ok: bool
    reasons: tuple[Refusal, ...]
    signed_by: tuple[str, ...]


@dataclass(frozen=True)
class Circumstances:
    """Facts about home and report that no signature can outweigh.

    `home_demonstration`, `report_demonstration`: made-up data (架空データ). `without_leads`: validated
    on one as-of date (a year) only. `stop_rules`: names of live stop rules that fire. `max_days`: the
    longest an approval may run.
    """

    home_demonstration: bool
    report_demonstration: bool
    without_leads: bool
    stop_rules: tuple[str, ...] = ()
    max_days: int = VALID_DAYS


def sign(hashes: Hashes, name: str, role: str, key: bytes, signed_on: date, days: int = VALID_DAYS) -> dict[str, str]:
    """An approval by one person; `key` = Ed25519 private seed (32 bytes). Deterministic.

    Raises `SignRefused` for a malformed hash, key, name or period.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if not all(_HASH.fullmatch(h) for h in (hashes.model, hashes.data, hashes.report)):
        raise SignRefused("署名するハッシュは64桁の16進数です。モデルと報告書を確かめてください。")
    if len(key) != 32 or not name.strip() or not role.strip() or days < 1:
        raise SignRefused("署名には氏名・役割・32バイトの鍵・1日以上の期間が必要です。")
    approval = {
        "model": hashes.model,
        "data": hashes.data,
        "report": hashes.report,
        "name": name,
        "role": role,
        "signed_on": signed_on.isoformat(),
        "expires_on": (signed_on + timedelta(days=days)).isoformat(),
    }
    signature = Ed25519PrivateKey.from_private_bytes(key).sign(_message(approval))
    return {**approval, "signature": signature.hex()}


def public_key(key: bytes) -> str:
    """The public half (hex) of a private seed, for the register."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def standing(
    approvals: Sequence[Mapping[str, Any]],
    hashes: Hashes,
    signers: Sequence[Signer],
    day: date,
    circumstances: Circumstances,
) -> Verdict:
    """Whether lists may be made with this model on `day`.

    Needed: valid approvals by two different people (different names *and* different keys), and
    none of `circumstances` against it. An invalid approval is reported and does not count; it does
    not spoil two valid ones.
    """
    refusals: list[Refusal] = []
    valid: dict[str, str] = {}
    for approval in approvals:
        rule = _broken(approval, hashes, signers, day, circumstances.max_days)
        name = str(approval.get("name", "")) or "(氏名なし)"
        if rule is None:
            valid[name] = _registered(name, signers).public_key
        else:
            refusals.append(Refusal(rule, name))
    overall = [Refusal(rule) for rule in _against(circumstances)]
    if len(set(valid.values())) < 2:  # by name (one entry each) and by key
        overall.append(Refusal("two-people"))
    return Verdict(not overall, (*overall, *refusals), tuple(sorted(valid)))


def _against(circumstances: Circumstances) -> list[str]:
    against = {
        "demonstration": circumstances.report_demonstration and not circumstances.home_demonstration,
        "without-leads": circumstances.without_leads,
        "stop-rule": bool(circumstances.stop_rules),
    }
    return [rule for rule, holds in against.items() if holds]


def _broken(
    approval: Mapping[str, Any], hashes: Hashes, signers: Sequence[Signer], day: date, max_days: int
) -> str | None:
    """The first rule one approval breaks, or None."""
    fields = {"model", "data", "report", "name", "role", "signed_on", "expires_on", "signature"}
    if set(approval) != fields or not all(isinstance(v, str) for v in approval.values()):
        return "form"
    try:
        signed_on, expires_on = (date.fromisoformat(approval[f]) for f in ("signed_on", "expires_on"))
    except ValueError:
        return "form"
    if not any(signer.name == approval["name"] for signer in signers):
        return "signer-unknown"
    signer = _registered(approval["name"], signers)
    checks = {
        "signature": _signature_fits(approval, signer),
        "signer-role": approval["role"] == signer.role,
        "signer-expired": day <= signer.valid_until,
        "model": approval["model"] == hashes.model,
        "data": approval["data"] == hashes.data,
        "report": approval["report"] == hashes.report,
        "not-yet": signed_on <= day,
        "expired": day <= expires_on,
        "too-long": expires_on - signed_on <= timedelta(days=max_days),
    }
    return next((rule for rule, holds in checks.items() if not holds), None)


def _registered(name: str, signers: Sequence[Signer]) -> Signer:
    return next(signer for signer in signers if signer.name == name)


def _signature_fits(approval: Mapping[str, str], signer: Signer) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key))
        key.verify(bytes.fromhex(approval["signature"]), _message(approval))
    except (InvalidSignature, ValueError):
        return False
    return True


def _message(approval: Mapping[str, str]) -> bytes:
    content = {name: value for name, value in approval.items() if name != "signature"}
    return PURPOSE + json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
