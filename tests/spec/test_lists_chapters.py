"""The manual of the week's list: drawn weeks that are run as tests and printed as docs/spec/lists.md.

Print the page anew with ``python tests/spec/test_lists_chapters.py``.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from outreach.eligibility import LEFT_OUT, WHYS
from outreach.policy import Policy
from outreach.standing import HISTORY
from outreach.visit_list import WeekPlan, plan_week

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "spec" / "lists.md"
MONDAY = date(2026, 4, 6)
HEAD = """# 訪問リストの仕様書

<!-- tests/spec/test_lists_chapters.py から印刷したページです。直すのは仕様のほうです: python {script} -->

ここに描いた表は、そのまま試験として実行されます。「世帯」の表を入れると、2026年4月6日(月)の週の「リスト」と「載らない世帯」が得られます。

とくに断らなければ、どの世帯も北部班の担当区に住み、一人の大人が同意し、日付のある理由が一つあります。

- `need`: 並べる元の値(大きいほど先)。`form`: 1 の世帯だけが、無作為枠にふれた様式で同意しています。`u`: くじの数
- `first`: 1 は、本人の申請の却下・取下げ・廃止か、相談だけで終わったあと12か月までの世帯
- `past`: 「何週前 結果」。`未訪問` はリストに載ったまま行けなかったこと、`→4/8` は約束の日
- `out`: 除外の理由。`-` は空欄です。数は config/outreach.yaml の値です。
"""


def _drawn(text: str) -> list[dict[str, Any]]:
    """Read a drawn table as the feature manual does."""
    path = Path(__file__).parent / "features" / "feature_manual.py"
    found = importlib.util.spec_from_file_location("feature_manual_for_lists", path)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules.setdefault(found.name, module)
    found.loader.exec_module(module)
    rows: list[dict[str, Any]] = module.drawn(text)
    return rows


@dataclass(frozen=True)
class Chapter:
    """A drawn week: its rule, what goes in, who is listed, who is left out."""

    title: str
    rule: str
    visits: int
    households: str
    listed: str
    left_out: str = ""


CHAPTERS = (
    Chapter(
        "理由のある世帯を、値の大きい順に",
        "日付のある理由が一つもない世帯は、値が大きくても順位の枠に入りません。半分までの無作為枠は別に引きます。",
        visits=1,
        households="""
            household | need | reason
            ----------+------+-------
            a         | 9    | -
            b         | 8    | tax_overdue_open@2026-02
            c         | 7    | tax_overdue_open@2026-03
        """,
        listed="""
            household | slot   | propensity | reason_1
            ----------+--------+------------+---------
            b         | ranked | 1/1        | tax_overdue_open@2026-02
        """,
    ),
    Chapter(
        "申請の却下・取下げなどのあとは、値によらず先に",
        "同意したご本人の申請が却下・取下げ・廃止になるか、相談だけで終わってから12か月は、理由がなくても最初に載ります。",
        visits=3,
        households="""
            household | need | reason                   | first
            ----------+------+--------------------------+------
            a         | 9    | tax_overdue_open@2026-02 | -
            b         | 8    | tax_overdue_open@2026-03 | -
            c         | 2    | -                        | 1
            d         | 1    | tax_overdue_open@2026-01 | 1
            e         | 7    | -                        | -
        """,
        listed="""
            household | slot   | propensity | reason_1
            ----------+--------+------------+-------------------------
            c         | ranked | 1/1        | -
            d         | ranked | 1/1        | tax_overdue_open@2026-01
            a         | ranked | 1/1        | tax_overdue_open@2026-02
        """,
    ),
    Chapter(
        "無作為枠は、様式でふれた方だけから、確率を記して",
        "理由は書かず「定期のご案内」です。確率は、層の中の人数分の引いた数です。",
        visits=4,
        households="""
            household | need | form | u
            ----------+------+------+----
            a         | 9    | 1    | 3
            b         | 8    | 1    | 1
            c         | 7    | 0    | 0
            d         | 6    | 1    | 5
            e         | 5    | 1    | 2
            f         | 4    | 1    | 4
        """,
        listed="""
            household | slot   | propensity | reason_1
            ----------+--------+------------+---------
            a         | ranked | 1/1        | tax_overdue_open@2026-02
            b         | ranked | 1/1        | tax_overdue_open@2026-02
            e         | random | 2/3        | -
            f         | random | 2/3        | -
        """,
    ),
    Chapter(
        "約束、持ち越し、それから新しい世帯",
        "約束の日が今週までの世帯が先、次に前から待っている順の持ち越しです。週訪問数はそのすべてを含みます。",
        visits=4,
        households="""
            household | need | past
            ----------+------+-----
            a         | 9    | -
            b         | 8    | 1週前 未訪問
            c         | 7    | 3週前 本人と面談 →4/8
            d         | 6    | 2週前 不在, 1週前 不在
            e         | 5    | 3週前 本人と面談 →4/13
        """,
        listed="""
            household | slot    | propensity | reason_1
            ----------+---------+------------+---------
            c         | carried | 1/1        | tax_overdue_open@2026-02
            d         | carried | 1/1        | tax_overdue_open@2026-02
            b         | carried | 1/1        | tax_overdue_open@2026-02
            a         | ranked  | 1/1        | tax_overdue_open@2026-02
        """,
        left_out="""
            household | why
            ----------+----
            e         | promised_later
        """,
    ),
    Chapter(
        "四回お会いできなければ手紙、そのあとは主任",
        "行けなかった週も一回に数えます。手紙のあとは、決めた日数のあいだリストに戻りません。",
        visits=9,
        households="""
            household | need | past
            ----------+------+-----
            a         | 9    | 3週前 不在, 2週前 未訪問, 1週前 応答なし
            b         | 8    | 4週前 不在, 3週前 不在, 2週前 不在, 1週前 家族のみ
            c         | 7    | 5週前 不在, 4週前 不在, 3週前 不在, 2週前 不在, 1週前 手紙・メモ
            d         | 6    | 20週前 不在, 19週前 不在, 18週前 不在, 17週前 不在
        """,
        listed="""
            household | slot    | propensity | reason_1
            ----------+---------+------------+---------
            a         | carried | 1/1        | tax_overdue_open@2026-02
            d         | ranked  | 1/1        | tax_overdue_open@2026-02
        """,
        left_out="""
            household | why
            ----------+----
            b         | letter
            c         | chief
        """,
    ),
    Chapter(
        "断られたら180日、今は不要なら90日",
        "その日数がたった日から、また載ることができます。",
        visits=9,
        households="""
            household | need | past
            ----------+------+-----
            a         | 9    | 25週前 拒否
            b         | 8    | 26週前 拒否
            c         | 7    | 12週前 今は不要
            d         | 6    | 13週前 今は不要
        """,
        listed="""
            household | slot   | propensity | reason_1
            ----------+--------+------------+---------
            b         | ranked | 1/1        | tax_overdue_open@2026-02
            d         | ranked | 1/1        | tax_overdue_open@2026-02
        """,
        left_out="""
            household | why
            ----------+----
            a         | refused
            c         | not_now
        """,
    ),
    Chapter(
        "載らない世帯と、その理由",
        "守られている世帯(restricted)は、載らない世帯の表にも数にも現れません。",
        visits=9,
        households="""
            household | need | out
            ----------+------+----
            a         | 9    | welfare_recipient
            b         | 8    | plan_running
            c         | 7    | hospital_only_adult
            d         | 6    | died_or_moved
            e         | 5    | restricted
            f         | 4    | -
        """,
        listed="""
            household | slot   | propensity | reason_1
            ----------+--------+------------+---------
            f         | ranked | 1/1        | tax_overdue_open@2026-02
        """,
        left_out="""
            household | why
            ----------+----
            a         | welfare_recipient
            b         | plan_running
            c         | hospital_only_adult
            d         | died_or_moved
        """,
    ),
)


def _past(household: str, text: str | None) -> list[dict[str, Any]]:
    rows = []
    for event in (text or "").split(", ") if text else []:
        ago, outcome, *promise = event.split()
        day = MONDAY - timedelta(weeks=int(ago.removesuffix("週前")))
        row = {"household_key": household, "person_key": f"{household}-1", "monday": day, "slot": "ranked"}
        if outcome != "未訪問":
            row |= {"outcome": outcome, "visited_on": day}
        if promise:
            month, number = promise[0].removeprefix("→").split("/")
            row["next_on"] = date(2026, int(month), int(number))
        rows.append(row)
    return rows


def plan(chapter: Chapter) -> WeekPlan:
    """Run the drawn week."""
    entries = yaml.safe_load((ROOT / "config" / "outreach.yaml").read_text(encoding="utf-8"))
    policy = Policy.from_values({name: rows[-1]["value"] for name, rows in entries.items()})
    rows = _drawn(chapter.households)
    keys = [row["household"] for row in rows]
    past = [event for row in rows for event in _past(row["household"], row.get("past"))]
    out = [{"household_key": row["household"], "why": row["out"]} for row in rows if row.get("out")]
    usual = "tax_overdue_open@2026-02"
    people = {
        "household_key": keys,
        "person_key": [f"{key}-1" for key in keys],
        "district": ["一区"] * len(keys),
        "contact_by": ["訪問"] * len(keys),
        "random_allowed": [bool(row["form"]) if "form" in row else False for row in rows],
        "first": [bool(row.get("first")) for row in rows],
        "reason_1": pa.array([row.get("reason", usual) for row in rows], pa.string()),
        "reason_2": pa.nulls(len(keys), pa.string()),
        "reason_3": pa.nulls(len(keys), pa.string()),
    }
    scores = {
        "household_key": keys,
        "margin": [float(row["need"]) for row in rows],
        "visible_sources": ["tax"] * len(keys),
        "consenting_adults": [1] * len(keys),
        "adults": [1] * len(keys),
    }
    return plan_week(
        pa.table(scores),
        pa.table(people),
        pa.table({"team": ["北部班"], "wards": ["一区"], "weekly_visits": [chapter.visits]}),
        pa.Table.from_pylist(past, HISTORY),
        pa.Table.from_pylist(out, LEFT_OUT),
        policy,
        pa.table({"household_key": keys, "u": [(row.get("u", 0) + 0.5) / 10 for row in rows]}),
        MONDAY,
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.title)
def test_the_week_turns_out_as_drawn(chapter: Chapter) -> None:
    made = plan(chapter)
    listed = [
        {
            "household": row["household_key"],
            "slot": row["slot"],
            "propensity": f"{row['stratum_drawn'] or 1}/{row['stratum_size'] or 1}",
            "reason_1": row["reason_1"],
        }
        for row in made.visits.to_pylist()
    ]
    assert listed == _drawn(chapter.listed)
    left_out = [{"household": row["household_key"], "why": row["why"]} for row in made.left_out.to_pylist()]
    assert left_out == (_drawn(chapter.left_out) if chapter.left_out else [])


def page() -> str:
    """The chapters as a page of the manual."""
    parts = [HEAD.format(script=Path(__file__).relative_to(ROOT))]
    for chapter in CHAPTERS:
        parts.append(f"## {chapter.title}\n\n{chapter.rule}\n\n週訪問数 {chapter.visits}。世帯:\n")
        parts.append(f"```\n{inspect.cleandoc(chapter.households)}\n```\n\nリスト:\n")
        parts.append(f"```\n{inspect.cleandoc(chapter.listed)}\n```\n")
        if chapter.left_out:
            parts.append(f"載らない世帯:\n\n```\n{inspect.cleandoc(chapter.left_out)}\n```\n")
    told = {"analyst": "分析担当", "worker": "担当の支援員・ケースワーカー", "chief": "主任", "desk": "担当窓口"}
    rows = [f"| `{why.code}` | {why.sentence} | {told[why.tells]} |" for why in WHYS.values()]
    parts.append("## 載らない理由の一覧\n\n| 符号 | 意味 | 知らせる先 |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def test_the_printed_page_is_what_the_chapters_draw() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), f"print it anew: python {Path(__file__).relative_to(ROOT)}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
