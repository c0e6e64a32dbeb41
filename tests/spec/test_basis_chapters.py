"""The manual of the basis gate: drawn cases that are run as tests and printed as docs/spec/basis.md.

Print the page anew with ``python tests/spec/test_basis_chapters.py``. Leaving out any one rule of the gate changes the
answer to some case; the page lists which.
"""

from functools import cache
from pathlib import Path

import pytest
from basis_cases import CASES, CHAPTERS
from basis_manual import REGISTER_PAGE, Case, answers, rule_names, without

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "basis.md"
HEAD = """# 使ってよいかどうかの仕様書

<!-- tests/spec/test_basis_chapters.py から印刷したページです。直すのは仕様のほうです: python {script} -->

ここに描いた表は、そのまま試験として実行されます。同意台帳(左)と登録簿から、その日に使ってよいか(右)が決まります。

- `may`: `no` は使えない。日付は「その日以後のことを使える」、`all` は「すべて使える」
- とくに書かれていなければ、情報は tax、目的は early_outreach、根拠は consent、取得日も知った日も 2025-04-01 です
- `known` から `believed until` の前日までが、台帳のその行を信じていた間です

## 登録簿(この試験で使うもの)

{register}
"""


@pytest.fixture(scope="module")
def said() -> dict[str, list[str]]:
    return answers(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, said: dict[str, list[str]]) -> None:
    assert said[case.name] == [may for *_, may in case.expected]


@cache
def noticed_by(rule: str) -> list[str]:
    """Cases whose answers change when the rule is left out."""
    whole, less = answers(CASES), answers(CASES, without(rule))
    return [name for name in whole if less[name] != whole[name]]


@pytest.mark.parametrize("rule", rule_names())
def test_each_rule_is_needed(rule: str) -> None:
    assert noticed_by(rule), f"no case notices that «{rule}» is missing"


def page() -> str:
    """The manual as Markdown."""
    parts = [HEAD.format(script=Path(__file__).relative_to(PAGE.parents[2]).as_posix(), register=REGISTER_PAGE)]
    for title, cases in CHAPTERS.items():
        parts.append(f"\n## {title}\n")
        for case in cases:
            born = "" if case.birth == "1980-04-01" else f" 生年月日: {case.birth}"
            parts.append(f"\n### {case.name}\n\n{case.rule}{born}\n\n{_table(case.ledger)}\n\n{_table(case.asked)}\n")
    parts.append("\n## 規則と、それがなければ気づく試験\n\n| 規則 | 気づく試験 |\n|---|---|\n")
    parts += [f"| {rule} | {', '.join(noticed_by(rule))} |\n" for rule in rule_names()]
    return "".join(parts)


def _table(drawing: str) -> str:
    header, *body = [line.strip() for line in drawing.strip().splitlines()]
    columns = header.count("|") + 1
    return "\n".join(f"| {line} |" for line in (header, " | ".join(["---"] * columns), *body))


def test_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"stale: python {Path(__file__).name}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
