"""Year by year, for a validation with one as-of date a year: no figure of two years is ever put together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reports.ethics_blocks import Block, Heading, Text, dig, figure, table, words
from reports.ethics_words import feature_ja, policy_ja

YEARS_NOTE = (
    "年に一度の基準日ごとに、その年の世帯だけで数えています。年をまとめた数はありません。"
    "差は採用モデルから引いたもので、同じ世帯どうしを対応させています。"
)


def year_by_year(metrics: Mapping[str, Any], features: Mapping[str, Any]) -> list[Block]:
    """A table of AUC and precision and a table of paired gains for each year; nothing where there are no years."""
    years = metrics.get("by_date") or {}
    if not years:
        return []
    blocks: list[Block] = [Heading("年ごとの検証"), Text((YEARS_NOTE,))]
    for day, year in years.items():
        blocks += [_figures(day, year, metrics, features), _gains(day, year, metrics, features)]
    return blocks


def _sizes(year: Mapping[str, Any], chosen: Any) -> list[str]:
    return list(dig(year, "policies", str(chosen), "precision_at") or {})


def _named(name: str, features: Mapping[str, Any], chosen: Any) -> str:
    of = name.removeprefix("rule:")
    return policy_ja(name, chosen) if of == name else f"目安:{feature_ja(of, features)}の大きい順"


def _figures(day: str, year: Mapping[str, Any], metrics: Mapping[str, Any], features: Mapping[str, Any]) -> Block:
    chosen = metrics.get("chosen")
    sizes = _sizes(year, chosen)
    rows = [
        (
            words(_named(name, features, chosen)),
            figure(found.get("auc")),
            *(figure(dig(found, "precision_at", size), "share") for size in sizes),
        )
        for name, found in (year.get("policies") or {}).items()
    ]
    rate = figure(year.get("base_rate"), "share")
    columns = ("並べ方", "AUC", *(f"適合率({size}世帯)" for size in sizes))
    return table(f"{day} の世帯", columns, rows, f"全体での割合 {rate.text} {rate.detail}。")


def _gains(day: str, year: Mapping[str, Any], metrics: Mapping[str, Any], features: Mapping[str, Any]) -> Block:
    chosen = metrics.get("chosen")
    sizes = _sizes(year, chosen)
    rows = [
        (
            words(_named(name, features, None)),
            figure(found.get("auc"), "fine"),
            *(figure(dig(found, "hits_at", size), "share") for size in sizes),
        )
        for name, found in (year.get("gain_of_chosen_over") or {}).items()
    ]
    columns = ("採用モデルから引く並べ方", "AUCの差", *(f"的中の割合の差({size}世帯)" for size in sizes))
    return table(f"{day}: 採用モデルの上回り", columns, rows)
