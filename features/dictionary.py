"""The dictionary of features, printed from the declarations: docs/features.md.

`python -m features.dictionary` prints the page anew; a test fails when it is stale.
"""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from features.definition import DOMAINS, Feature, render_reason
from features.definitions import FEATURES
from features.kinds import kinds, source_names
from features.wanted import Features

PAGE: Final = Path(__file__).parents[1] / "docs" / "features.md"

_EXAMPLE: Final[Mapping[str, Any]] = {"n": 3, "first_on": date(2025, 9, 30), "latest_on": date(2026, 2, 28)}

_HEAD = """# 特徴量の辞書

<!-- features/definitions から印刷したページです。直すのは宣言のほうです: python -m features.dictionary -->

特徴量は、同意にもとづいて見える事実を、世帯ごと・基準日ごとに一つの整数にしたものです。人の評価ではありません。
どれも「基準日に分かっていたこと」だけから計算します。情報源が見えない世帯では空欄(null)、見えていて事実がなければ0です。
D は基準日、期間の端はどちらも含み、終わり(ended_on)のない事実は続いているものと数えます。
例を描いた仕様書は [spec/features.md](spec/features.md) にあります。
"""


def dictionary_page(features: Features = FEATURES) -> str:
    """The whole page (Japanese Markdown): an overview, then one entry per feature, by domain."""
    lines = [_HEAD, "| 名前 | 意味 | 単位 | 向き | 情報源 |", "|---|---|---|---|---|"]
    for feature in _by_domain(features):
        sources = "・".join(_source(source) for source in feature.sources)
        sign = _direction(feature)[:2]
        lines.append(
            f"| [{feature.name}](#{feature.name}) | {feature.title_ja} | {feature.unit} | {sign} | {sources} |"
        )
    domain = None
    for feature in _by_domain(features):
        if feature.domain != domain:
            domain = feature.domain
            lines += ["", f"## {domain}"]
        lines += ["", dictionary_entry(feature).rstrip()]
    return "\n".join(lines) + "\n"


def dictionary_entry(feature: Feature) -> str:
    """One feature's entry as Markdown."""
    table = [f"| {name} | {text} |" for name, text in entry_rows(feature).items() if text]
    return "\n".join([f"### {feature.name}", "", "| | |", "|---|---|", *table]) + "\n"


def entry_rows(feature: Feature) -> dict[str, str]:
    """Definition, window, unit, direction, words, schemes, identity: heading → text (may be empty)."""
    return {
        "意味": feature.title_ja,
        "定義": definition_ja(feature),
        "期間": f"`{feature.bounds}`",
        "単位・向き": f"{feature.unit}・{_direction(feature)}",
        "情報源": "・".join(_source(source) for source in feature.sources),
        "区切り": "・".join(f"{cut:g}" for cut in feature.bins),
        "確認画面の文(例)": render_reason(feature, _EXAMPLE, "reviewer"),
        "印刷する文(例)": render_reason(feature, _EXAMPLE, "paper"),
        "英語(例)": render_reason(feature, _EXAMPLE, "english"),
        "ご案内できる制度": "、".join(feature.offer),
        "読むときの注意": feature.note_ja,
        "定義のハッシュ": f"`{feature.hash[:16]}`",
    }


def definition_ja(feature: Feature) -> str:
    """The definition in one Japanese sentence, derived from the measure."""
    measure = feature.measure
    groups = dict.fromkeys(part.kinds for part in measure.parts())
    against = tuple(kind for names in groups for kind in names if kind not in measure.kinds)
    words = {"kinds": measure.kinds, "against": against}
    named = {name: _named(kinds) for name, kinds in words.items()}
    return measure.sentence_ja().format(**named, groups="".join(map(_named, groups)))


def _named(names: tuple[str, ...]) -> str:
    return "「" + "・".join(kinds()[name].label for name in names) + "」"


def _by_domain(features: Features) -> list[Feature]:
    return sorted(features.values(), key=lambda feature: DOMAINS.index(feature.domain))


def _direction(feature: Feature) -> str:
    return "+1 多いほど心配が大きい" if feature.direction > 0 else "−1 多いほど心配が小さい(支え)"


def _source(source: str) -> str:
    return source_names()[source]


if __name__ == "__main__":
    PAGE.write_text(dictionary_page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
