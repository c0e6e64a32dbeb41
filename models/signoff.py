"""Two people sign the exact model, data and report and nobody refuses it, or there is no list.

`standing` says whether what the reviewers signed (models.signatures) holds on a day and, if not, by which named rule;
every rule fails closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from models.signatures import VALID_DAYS, Hashes, Signer, fits, has_form, is_refusal

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
    "refused": "審査員が断りました。理由は kizuki report に出ます。学習し直すか、断った人が後の日に署名してください。",
    "stop-rule": "中止の取り決めに当たっています。審査会で判断するまでリストは作れません。",
}


@dataclass(frozen=True)
class Reason:
    """A rule that was broken; `name` = whose approval or refusal, "" when it concerns all."""

    rule: str
    name: str = ""

    @property
    def sentence(self) -> str:
        """Japanese, with the remedy."""
        return f"{self.name}: {RULES[self.rule]}" if self.name else RULES[self.rule]


@dataclass(frozen=True)
class Verdict:
    """`ok`: lists may be made. `reasons`: why not, and which single statements do not count."""

    ok: bool
    reasons: tuple[Reason, ...]
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


def standing(
    statements: Sequence[Mapping[str, Any]],
    hashes: Hashes,
    signers: Sequence[Signer],
    day: date,
    circumstances: Circumstances,
) -> Verdict:
    """Whether lists may be made with this model on `day`.

    Needed: valid approvals by two different people (different names *and* different keys), no valid refusal by anybody
    who did not approve on a later day, and none of `circumstances` against it. An invalid statement is reported and
    does not count; it does not spoil two valid approvals.
    """
    reasons: list[Reason] = []
    approved: dict[str, date] = {}
    refused: dict[str, date] = {}
    for statement in statements:
        rule = _broken(statement, hashes, signers, day, circumstances.max_days)
        name = str(statement.get("name", "")) or "(氏名なし)"
        if rule is not None:
            reasons.append(Reason(rule, name))
        elif is_refusal(statement):
            refused[name] = max(_told_on(statement), refused.get(name, date.min))
        else:
            approved[name] = max(_told_on(statement), approved.get(name, date.min))
    against = sorted(name for name, when in refused.items() if when >= approved.get(name, date.min))
    valid = {name: _registered(name, signers).public_key for name in approved if name not in against}
    overall = [Reason("refused", name) for name in against] + [Reason(rule) for rule in _against(circumstances)]
    if len(set(valid.values())) < 2:  # by name (one entry each) and by key
        overall.append(Reason("two-people"))
    return Verdict(not overall, (*overall, *reasons), tuple(sorted(valid)))


def _told_on(statement: Mapping[str, Any]) -> date:
    return date.fromisoformat(statement["refused_on" if is_refusal(statement) else "signed_on"])


def _against(circumstances: Circumstances) -> list[str]:
    against = {
        "demonstration": circumstances.report_demonstration and not circumstances.home_demonstration,
        "without-leads": circumstances.without_leads,
        "stop-rule": bool(circumstances.stop_rules),
    }
    return [rule for rule, holds in against.items() if holds]


def _broken(
    statement: Mapping[str, Any], hashes: Hashes, signers: Sequence[Signer], day: date, max_days: int
) -> str | None:
    """The first rule one statement breaks, or None. A refusal runs out neither by itself nor with its signer."""
    if not has_form(statement):
        return "form"
    try:
        told_on = _told_on(statement)
        expires_on = told_on if is_refusal(statement) else date.fromisoformat(statement["expires_on"])
    except ValueError:
        return "form"
    if not any(signer.name == statement["name"] for signer in signers):
        return "signer-unknown"
    signer = _registered(statement["name"], signers)
    checks = {
        "signature": fits(statement, signer),
        "model": statement["model"] == hashes.model,
        "data": statement["data"] == hashes.data,
        "report": statement["report"] == hashes.report,
        "not-yet": told_on <= day,
    }
    if not is_refusal(statement):
        checks |= {
            "signer-role": statement["role"] == signer.role,
            "signer-expired": day <= signer.valid_until,
            "expired": day <= expires_on,
            "too-long": expires_on - told_on <= timedelta(days=max_days),
        }
    return next((rule for rule, holds in checks.items() if not holds), None)


def _registered(name: str, signers: Sequence[Signer]) -> Signer:
    return next(signer for signer in signers if signer.name == name)
