"""Who is not on the list, and why: each reason once, with who is told (PRACTICE «Who is on the list»)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

LEFT_OUT = pa.schema([("household_key", pa.string()), ("why", pa.string())])


@dataclass(frozen=True)
class Why:
    """One reason to leave a household out.

    code: the name in tables; sentence: what the analyst reads; tells: who acts on it (analyst, worker, chief, desk);
    blocks_urgent: whether a same-day urgent fact is left out as well. A cooling-off never blocks one: urgent facts
    are the human lane. sealed: rests on protection or on a safeguard that needs no consent (register), so it leaves
    `restricted/` neither as a row nor as a count.
    """

    code: str
    sentence: str
    tells: str
    blocks_urgent: bool
    sealed: bool = False


_RULES = (
    Why("restricted", "支援措置・庁内配慮など。担当窓口だけが扱います", "desk", True, sealed=True),
    Why("died_or_moved", "死亡・転出・所在不明", "analyst", True),
    Why(
        "welfare_recipient",
        "生活保護を受給中。変化があったことを担当ケースワーカーへ伝えます",
        "worker",
        False,
        sealed=True,
    ),
    Why("plan_running", "支援プランが継続中。変化があったことを担当支援員へ伝えます", "worker", False, sealed=True),
    Why("hospital_only_adult", "ただ一人の大人が入院・入所中", "chief", False, sealed=True),
    Why("vacancy", "空き家とみられる住まい", "analyst", True),
    Why("reported_gone", "訪問で空き家・転居・死亡とわかった(住民記録の確認が必要)", "analyst", True),
    Why("cooling_off", "市が決めた間を置いている", "analyst", False),
    Why("refused", "ご本人が断られた(間を置いています)", "analyst", False),
    Why("not_now", "今は不要とのこと、または入院・入所中だった(間を置いています)", "analyst", False),
    Why("met", "最近お会いした", "analyst", False),
    Why("promised_later", "約束の日が今週より先", "analyst", False),
    Why("letter_sent", "手紙のお返事を待っている", "analyst", False),
    Why("letter", "決めた回数お会いできなかった。次は手紙を送ります", "chief", False),
    Why("chief", "手紙のあとも連絡がない。主任が次の手を決めます", "chief", False),
    Why("nobody_to_meet", "お会いすることに同意した大人がいない", "analyst", True),
    Why("no_team", "担当する班がない行政区", "analyst", False),
)
WHYS: dict[str, Why] = {rule.code: rule for rule in _RULES}


class UnknownWhy(ValueError):
    """A reason to leave a household out that nobody declared."""


def checked_exclusions(excluded: pa.Table) -> pa.Table:
    """Return (household_key, why) without duplicates, sorted.

    excluded: table with string columns household_key, why; a household may have several rows.
    Raises UnknownWhy for an undeclared code: an exclusion that is not understood must not be dropped silently.
    """
    table = excluded.select(["household_key", "why"]).cast(LEFT_OUT)
    unknown = sorted(set(pc.unique(table["why"]).to_pylist()) - set(WHYS), key=str)
    if unknown:
        raise UnknownWhy(f"除外の理由 {', '.join(map(str, unknown))} は outreach/eligibility.py にありません")
    grouped = table.group_by(["household_key", "why"]).aggregate([])
    return grouped.select(LEFT_OUT.names).sort_by([("household_key", "ascending"), ("why", "ascending")])


def why_counts(left_out: pa.Table) -> dict[str, int]:
    """Count households per reason for the analyst, every declared reason named, zeros included.

    Sealed reasons are no line of the count: protection and safeguards show in no ordinary figure (DESIGN promise 2).
    """
    counted = Counter(left_out["why"].to_pylist())
    return {code: counted.get(code, 0) for code, rule in WHYS.items() if not rule.sealed}


def told_to_the_analyst(left_out: pa.Table) -> pa.Table:
    """The rows of LEFT_OUT that may leave `restricted/`; a household with a sealed reason has none at all."""
    sealed = pa.array([code for code, rule in WHYS.items() if rule.sealed])
    hidden = left_out.filter(pc.is_in(left_out["why"], value_set=sealed))["household_key"].combine_chunks()
    return left_out.filter(pc.invert(pc.is_in(left_out["household_key"], value_set=hidden)))


def urgent_blocked(excluded: pa.Table) -> pa.Array:
    """Return the household keys for whom not even an urgent fact may be put on a sheet."""
    table = checked_exclusions(excluded)
    blocking = pa.array([code for code, rule in WHYS.items() if rule.blocks_urgent])
    kept = table.filter(pc.is_in(table["why"], value_set=blocking))
    return pc.unique(kept["household_key"])
