"""The receipt as the delivering office reads it: one page, no person on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data_contracts.contract import KINDS
from reports.rendering import page

_NONE = "なし"
_NO_COUNT = "—(読み取れた行がありません)"
ACCEPTED = "このファイルを受け入れました。"
ACCEPTED_IN_PART = (
    "このファイルを受け入れました。直しが必要な行だけは受け入れていません。直して次回のお届けに含めてください。"
)
REFUSED = "このファイルは受け入れていません。下の「直し方」のとおり直して、もう一度お届けください。"

# Of a file that was sent back nothing may read as if it had been accepted.
_DAY = {"accepted": "受け入れた日", "refused": "確かめた日"}
_NOTICES = {"accepted": "お知らせ(受け入れましたが、ご確認ください)", "refused": "お知らせ(ご確認ください)"}


def receipt_html(receipt: Mapping[str, Any]) -> str:
    """Self-contained HTML (Japanese) of one receipt.

    In: the dict of `data_contracts.receipts.receipt`, with `note` where it is of a made-up city. Out: what was
    received, accepted or forgotten (one number), refused by rule with row numbers, sentence and remedy, and why a whole
    file was refused. It shows nothing that the receipt does not hold, so no person; equal receipts give equal bytes.
    """
    return page(
        "receipt.html.j2",
        r=receipt,
        made_up=receipt.get("note", ""),
        drift=receipt["drift"],
        verdict=_verdict(receipt),
        facts=_facts(receipt),
        counts=_counts(receipt),
        lists=[
            ("受け入れていない行", _no_rows(receipt), _entries(receipt["refused"])),
            (_NOTICES[receipt["verdict"]], "お知らせはありません。", _entries(receipt["noticed"])),
        ],
    )


def _counts(receipt: Mapping[str, Any]) -> list[str]:
    """Rows received, accepted or forgotten, to be put right; of a file that cannot be read nobody knows."""
    if receipt["verdict"] == "refused" and not receipt["rows_in"]:
        return [_NO_COUNT] * 3
    return [f"{receipt[name]:,}" for name in ("rows_in", "accepted_or_forgotten", "rows_refused")]


def _no_rows(receipt: Mapping[str, Any]) -> str:
    if receipt["verdict"] == "refused":
        return "ファイルの全部を受け入れていません。行ごとに直していただくところはありません。"
    return "受け入れていない行はありません。"


def _verdict(receipt: Mapping[str, Any]) -> str:
    if receipt["verdict"] == "refused":
        return REFUSED
    return ACCEPTED_IN_PART if receipt["rows_refused"] else ACCEPTED


def _facts(receipt: Mapping[str, Any]) -> list[tuple[str, str]]:
    contract = receipt["contract"]
    return [
        ("情報の名前", f"{receipt['title']}({receipt['source']})"),
        ("お届けの日(フォルダの日付)", receipt["folder_day"] or _NONE),
        (_DAY[receipt["verdict"]], receipt["admitted_day"] or _NONE),
        ("種類", KINDS.get(receipt["kind"], str(receipt["kind"]))),
        ("取り決めの版", f"{contract['version']}({contract['sha256']})"),
        ("ファイルの指紋(SHA-256)", str(receipt["sha256"])),
    ]


def _entries(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**entry, "count_ja": f"{entry['count']:,}"} for entry in entries]
