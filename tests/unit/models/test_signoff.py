"""Two different people sign the exact model, data and report: a test per rule."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from models.signatures import Hashes, Signer, SignRefused, public_key, refuse, sign
from models.signoff import RULES, Circumstances, Verdict, standing

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


def refused(name: str, on: dt.date = DAY, hashes: Hashes = HASHES) -> dict[str, str]:
    """A refusal by `name`."""
    return refuse(hashes, name, "倫理審査", KEYS[name], on, "属性別の差を説明できない")


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
    "refused": lambda: standing(
        [signed("審査 一郎"), signed("審査 花子"), refused("審査 次郎")], HASHES, SIGNERS, DAY, FINE
    ),
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


def test_a_refusal_outweighs_two_approvals_until_the_same_person_approves_on_a_later_day() -> None:
    """A third person's no stops the model, one's own no takes one's approval back; another's approval lifts neither."""
    both = [signed("審査 一郎"), signed("審査 花子")]
    later = DAY + dt.timedelta(days=1)
    assert not standing([*both, refused("審査 次郎")], HASHES, SIGNERS, later, FINE).ok
    own = standing([*both, refused("審査 花子", later)], HASHES, SIGNERS, later, FINE)
    assert not own.ok and own.signed_by == ("審査 一郎",)
    assert [(r.rule, r.name) for r in own.reasons] == [("refused", "審査 花子"), ("two-people", "")]
    assert standing([*both, refused("審査 花子", later)], HASHES, SIGNERS, DAY, FINE).ok, "not yet refused on that day"
    same_day = standing([*both, refused("審査 花子")], HASHES, SIGNERS, later, FINE)
    assert not same_day.ok, "of two words of one day the no counts"
    lifted = [signed("審査 一郎"), refused("審査 花子"), signed("審査 花子", on=later)]
    assert standing(lifted, HASHES, SIGNERS, later, FINE).ok
    third = [*both, refused("審査 次郎"), signed("審査 花子", on=later)]
    assert not standing(third, HASHES, SIGNERS, later, FINE).ok


def test_a_refusal_neither_runs_out_nor_can_be_turned_into_an_approval() -> None:
    """It holds after the registration of its signer and beyond the longest approval; edited it is worthless."""
    long_after = DAY + dt.timedelta(days=1000)
    signers = [replace(s, valid_until=DAY if s.name == "審査 次郎" else long_after) for s in SIGNERS]
    both = [signed(name, on=long_after) for name in ("審査 一郎", "審査 花子")]
    assert not standing([*both, refused("審査 次郎")], HASHES, signers, long_after, FINE).ok
    edited = {**refused("審査 次郎"), "because": "問題ない"}
    told = standing([*both, edited], HASHES, signers, long_after, FINE)
    assert told.ok and [r.rule for r in told.reasons] == ["signature"]
    no = refused("審査 花子")
    posing = {k: v for k, v in no.items() if k not in ("refused_on", "because")}
    posing |= {"signed_on": no["refused_on"], "expires_on": no["refused_on"]}
    assert "signature" in {r.rule for r in judged(posing).reasons}
    of_another = refused("審査 次郎", hashes=replace(HASHES, report=OTHER_HASH))
    assert standing([*both, of_another], HASHES, signers, long_after, FINE).ok


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
        lambda: refuse(HASHES, "a", "b", b"1" * 32, DAY, " "),
    ):
        with pytest.raises(SignRefused):
            wrong()
