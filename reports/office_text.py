"""What a delivering office reads at its terminal when it checks or filters a file before it sends: no person in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from data_contracts.contract import KINDS

DELIVERABLE = "このままお届けいただけます。"
IN_PART = "お届けいただけますが、下の「受け入れられない行」は受け入れません。直してからお届けください。"
REFUSED = "このままでは、ファイルの全部を受け入れられません。下の「直し方」のとおり直して、もう一度確かめてください。"
NOTICES = {"accepted": "お知らせ(受け入れますが、ご確認ください)", "refused": "お知らせ(ご確認ください)"}


def check_text(receipt: Mapping[str, Any]) -> str:
    """The receipt that a file would get (data_contracts.office.check), in Japanese lines: what to do first, then one
    entry for each broken rule, with the numbers of its rows and how to mend them.
    """
    rows, refused = receipt["rows_in"], receipt["rows_refused"]
    kind = KINDS.get(receipt["kind"], receipt["kind"])
    read = f"{rows:,}行を読みました。受け入れられない行: {refused:,}行" if rows else "読み取れた行はありません。"
    lines = [
        f"{receipt['title']}({receipt['source']})・{kind}・取り決めの版 {receipt['contract']['version']}",
        _verdict(receipt),
        read,
        *_failures(receipt["file_failures"]),
        *_rules("受け入れられない行", receipt["refused"]),
        *_rules(NOTICES[receipt["verdict"]], receipt["noticed"]),
    ]
    return "\n".join(lines)


def filter_text(figures: Mapping[str, Any]) -> str:
    """What came of filtering a file (pipelines.steps.contract_filter), in Japanese lines."""
    lines = [f"{figures['rows_in']:,}行のうち{figures['rows_kept']:,}行を残しました: {figures['file']}"]
    if dropped := figures["rows_dropped_for_their_number"]:
        rows = "、".join(figures["those_rows"])
        lines.append(
            f"番号が決まりの形でないために残さなかった行: {dropped:,}行(行番号 {rows})。番号を直してください。"
        )
    return "\n".join(lines)


def _verdict(receipt: Mapping[str, Any]) -> str:
    if receipt["verdict"] == "refused":
        return REFUSED
    return IN_PART if receipt["rows_refused"] else DELIVERABLE


def _failures(failures: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if failures:
        yield from ("", "ファイル全体")
    for one in failures:
        yield f"・{one['detail']} [{one['rule']}]"
        yield f"  直し方: {one['remedy']}"


def _rules(heading: str, rules: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if rules:
        yield from ("", heading)
    for one in rules:
        yield f"・決まり: {one['sentence']} [{one['rule']}]"
        yield f"  合わない行: {one['count']:,}行(行番号 {'、'.join(one['rows'])})"
        yield f"  直し方: {one['remedy']}"
