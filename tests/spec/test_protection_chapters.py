"""The manual of protection: drawn cases that are run as tests and printed as docs/spec/protection.md.

Print the page anew with ``python tests/spec/test_protection_chapters.py``. Leaving out any one rule changes the answer
to some case; the page lists which.
"""

import sys
from functools import cache
from pathlib import Path

import pytest
from protection_cases import CASES, CHAPTERS, VERSIONS, Case, table

from identity.protection import PROTECTION_RULES, protected_on

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "protection.md"
HEAD = """# 支援措置・庁内配慮の仕様書

<!-- tests/spec/test_protection_chapters.py から印刷したページです。直すのは仕様のほうです: python {script} -->

ここに描いた表は、そのまま試験として実行されます。支援措置のファイルの行(上)から、その日に守るかどうか(下)が決まります。
守る人の世帯は、ふつうの出力のどこにも出ません。迷うときは守ります。

- とくに書かれていなければ、申出 1、履歴 1、措置区分 1、2025-04-01 から 2026-03-31 まで、2025-04-01 に知りました
- `known` から `believed until` の前日までが、その内容を信じていた間です
- `closed` は終わったわけ(corrected 訂正、vanished ファイルから消えた)
- 解除は「確認」(config/consent.yaml の release: confirmed)か「自動」(automatic)です
"""
RELEASES = {"confirmed": "確認", "automatic": "自動"}


@cache
def answers(without: str | None = None) -> dict[str, list[bool]]:
    """Whether each case's person is protected on each day asked; one call per day and kind of release."""
    found = {}
    for release in RELEASES:
        cases = [case for case in CASES if case.release == release]
        versions = table(cases)
        for day in sorted({day for case in cases for day, _ in case.expected}):
            found[release, day] = set(protected_on(versions, day, release, without).to_pylist())
    return {case.name: [case.name in found[case.release, day] for day, _ in case.expected] for case in CASES}


@pytest.fixture(scope="module")
def said() -> dict[str, list[bool]]:
    return answers()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, said: dict[str, list[bool]]) -> None:
    assert said[case.name] == [protected for _, protected in case.expected]


def noticed_by(rule: str, whole: dict[str, list[bool]]) -> list[str]:
    """Cases whose answers change when the rule is left out."""
    without = answers(rule)
    return [name for name in whole if without[name] != whole[name]]


@pytest.mark.parametrize("rule", PROTECTION_RULES)
def test_each_rule_is_needed(rule: str, said: dict[str, list[bool]]) -> None:
    assert noticed_by(rule, said), f"no case notices that «{rule}» is missing"


def test_nobody_in_an_empty_file() -> None:
    assert protected_on(VERSIONS.empty_table(), CASES[0].expected[0][0], "confirmed").to_pylist() == []


def page() -> str:
    """The manual as Markdown."""
    parts = [HEAD.format(script=Path(__file__).relative_to(PAGE.parents[2]).as_posix())]
    for title, cases in CHAPTERS.items():
        parts.append(f"\n## {title}\n")
        for case in cases:
            parts.append(f"\n### {case.name}\n\n{case.rule} 解除は{RELEASES[case.release]}。\n")
            parts += [f"\n{_table(drawing)}\n" for drawing in (case.file, case.asked)]
    parts.append("\n## 規則と、それがなければ気づく試験\n\n| 規則 | 気づく試験 |\n|---|---|\n")
    whole = answers()
    parts += [f"| {rule} | {', '.join(noticed_by(rule, whole))} |\n" for rule in PROTECTION_RULES]
    return "".join(parts)


def _table(drawing: str) -> str:
    header, *body = [line.strip() for line in drawing.strip().splitlines()]
    columns = header.count("|") + 1
    return "\n".join(f"| {line} |" for line in (header, " | ".join(["---"] * columns), *body))


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"stale: python tests/spec/{Path(__file__).name}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n")
