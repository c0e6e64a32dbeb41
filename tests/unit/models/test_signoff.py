"""Two different people sign the exact model, data and report: a test per rule."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from models.signoff import (
    RULES,
    Circumstances,
    Hashes,
    Signer,
    SignRefused,
    Verdict,
    public_key,
    sign,
    standing,
)

DAY = dt.date(2026, 6, 1)
KEYS = {"審査 一郎": b"1" * 32, "審査 花子": b"2" * 32, "審査 次郎": b"3" * 32}
HASHES = Hashes("a" * 64, "b" * 64, "c" * 64)
SIGNERS = [Signer(name, "倫理審査", public_key(key), dt.date(2027, 3, 31)) for name, key in KEYS.items()]
FINE = Circumstances(home_demonstration=False, report_demonstration=False, without_leads=False)


def signed(
    name: str, hashes: Hashes = HASHES, on: dt.date = DAY, days: int = 180, key: str | None = None
) -> dict[str, str]:
    """An approval by `name`, with the key of `key` (default: their own)."""
    return sign(hashes, name, "倫理審査", KEYS[key or name], on, days)


def judged(second: Any, day: dt.date = DAY, signers: list[Signer] | None = None, **facts: Any) -> Verdict:
    """One good approval and `second`, judged."""
    return standing([signed("審査 一郎"), second], HASHES, signers or SIGNERS, day, replace(FINE, **facts))


def test_two_people_make_a_list_possible() -> None:
    """Until and including the day of expiry."""
    verdict = judged(signed("審査 花子"))
    assert verdict.ok and verdict.reasons == () and verdict.signed_by == ("審査 一郎", "審査 花子")
    last = DAY + dt.timedelta(days=180)
    assert judged(signed("審査 花子"), day=last).ok
    assert not judged(signed("審査 花子"), day=last + dt.timedelta(days=1)).ok


OTHER_HASH = "d" * 64
CASES: dict[str, Any] = {
    "form": lambda: judged({**signed("審査 花子"), "extra": "1"}),
    "signer-unknown": lambda: judged(signed("審査 花子"), signers=[s for s in SIGNERS if s.name != "審査 花子"]),
    "signer-role": lambda: judged(sign(HASHES, "審査 花子", "支援員", KEYS["審査 花子"], DAY)),
    "signer-expired": lambda: judged(
        signed("審査 花子"),
        signers=[replace(s, valid_until=DAY - dt.timedelta(days=1)) if s.name == "審査 花子" else s for s in SIGNERS],
    ),
    "signature": lambda: judged(signed("審査 花子", key="審査 次郎")),
    "model": lambda: judged(signed("審査 花子", replace(HASHES, model=OTHER_HASH))),
    "data": lambda: judged(signed("審査 花子", replace(HASHES, data=OTHER_HASH))),
    "report": lambda: judged(signed("審査 花子", replace(HASHES, report=OTHER_HASH))),
    "not-yet": lambda: judged(signed("審査 花子", on=DAY + dt.timedelta(days=1))),
    "expired": lambda: judged(signed("審査 花子", on=DAY - dt.timedelta(days=181))),
    "too-long": lambda: judged(signed("審査 花子", days=181)),
    "two-people": lambda: judged(signed("審査 一郎", on=DAY - dt.timedelta(days=1))),
    "demonstration": lambda: judged(signed("審査 花子"), report_demonstration=True),
    "without-leads": lambda: judged(signed("審査 花子"), without_leads=True),
    "stop-rule": lambda: judged(signed("審査 花子"), stop_rules=("苦情",)),
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_refuses_by_its_name(rule: str) -> None:
    """Breaking one rule alone stops the list and is named with a remedy."""
    verdict = CASES[rule]()
    assert not verdict.ok
    others = {rule, "two-people"}
    assert rule in {r.rule for r in verdict.reasons} and {r.rule for r in verdict.reasons} <= others
    assert all(r.sentence.strip() for r in verdict.reasons)


@pytest.mark.parametrize("field", ["model", "data", "report", "name", "role", "signed_on", "expires_on"])
def test_an_edited_approval_is_worthless(field: str) -> None:
    """Whatever is changed after signing breaks the signature (or names another person)."""
    edits = {"name": "審査 次郎", "role": "部長", "signed_on": "2026-05-31", "expires_on": "2026-11-20"}
    approval = {**signed("審査 花子"), field: edits.get(field, OTHER_HASH)}
    verdict = standing([signed("審査 一郎"), approval], HASHES, SIGNERS, DAY, FINE)
    assert not verdict.ok and "signature" in {r.rule for r in verdict.reasons}


def test_one_key_under_two_names_is_one_person() -> None:
    """Two lines of the register with the same key do not make two people."""
    twin = Signer("別名", "倫理審査", public_key(KEYS["審査 一郎"]), dt.date(2027, 3, 31))
    second = sign(HASHES, "別名", "倫理審査", KEYS["審査 一郎"], DAY)
    verdict = judged(second, signers=[*SIGNERS, twin])
    assert not verdict.ok and [r.rule for r in verdict.reasons] == ["two-people"]


def test_a_demonstration_home_may_use_made_up_data_only_there() -> None:
    """架空データ is fine in a home that is a demonstration."""
    assert judged(signed("審査 花子"), report_demonstration=True, home_demonstration=True).ok
    assert judged(signed("審査 花子"), home_demonstration=True).ok


def test_a_bad_third_approval_is_told_but_spoils_nothing() -> None:
    """Two valid ones stand."""
    bad = signed("審査 次郎", replace(HASHES, model=OTHER_HASH))
    verdict = standing([signed("審査 一郎"), signed("審査 花子"), bad], HASHES, SIGNERS, DAY, FINE)
    assert verdict.ok and [(r.rule, r.name) for r in verdict.reasons] == [("model", "審査 次郎")]


def test_a_signature_given_for_another_purpose_does_not_fit() -> None:
    """The same content signed without «this is an approval» in front is no approval."""
    import json

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    content = {k: v for k, v in signed("審査 花子").items() if k != "signature"}
    bare = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    signature = Ed25519PrivateKey.from_private_bytes(KEYS["審査 花子"]).sign(bare).hex()
    assert "signature" in {r.rule for r in judged({**content, "signature": signature}).reasons}


def test_no_approval_no_list() -> None:
    """Fails closed on nothing, on nonsense and on an unreadable register."""
    assert not standing([], HASHES, SIGNERS, DAY, FINE).ok
    assert not standing([{}, {"name": 1}], HASHES, SIGNERS, DAY, FINE).ok
    assert not standing([{**signed("審査 花子"), "signed_on": "昨日"}] * 2, HASHES, SIGNERS, DAY, FINE).ok
    broken = [replace(s, public_key="zz") for s in SIGNERS]
    assert not standing([signed("審査 一郎"), signed("審査 花子")], HASHES, broken, DAY, FINE).ok


def test_signing_is_deterministic_and_refuses_nonsense() -> None:
    """Same input, same bytes; short hashes, keys, empty names and periods are refused."""
    assert signed("審査 花子") == signed("審査 花子")
    for wrong in (
        lambda: sign(replace(HASHES, model="abc"), "a", "b", b"1" * 32, DAY),
        lambda: sign(HASHES, " ", "b", b"1" * 32, DAY),
        lambda: sign(HASHES, "a", "b", b"1" * 31, DAY),
        lambda: sign(HASHES, "a", "b", b"1" * 32, DAY, 0),
    ):
        with pytest.raises(SignRefused):
            wrong()
