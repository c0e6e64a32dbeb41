"""`kizuki explain` at a terminal."""

from datetime import date
from typing import Any

from pipelines.evidence import facts_said
from pipelines.explaining import in_words, sentences
from pipelines.whose import NOTE


def fact(feature: str, person: str | None, n: int = 2) -> dict[str, Any]:
    days = {"first_on": date(2026, 1, 15), "latest_on": date(2026, 3, 1)}
    return {"feature": feature, "person_key": person, "n": n, **days}


def test_facts_of_several_members_say_which_of_them_and_no_key() -> None:
    bills = [
        fact("tax_overdue_open", "key-b"),
        fact("tax_overdue_open", "key-a"),
        fact("insurance_overdue_open", "key-b"),
    ]
    said = sentences([*bills, fact("water_reminder_365d", None)])
    first, second = said["tax_overdue_open"]
    assert (first[:6], second[:6]) == ("世帯員1: ", "世帯員2: ")
    assert first[6:] == second[6:]
    assert said["insurance_overdue_open"][0].startswith("世帯員2: ")
    assert said["water_reminder_365d"][0].startswith("住まい: ")
    assert "key-" not in str(said)
    size = {"tax_overdue_open": 2.0, "insurance_overdue_open": 1.0}
    assert [one[:5] for one in facts_said(bills, size)] == ["世帯員2:", "世帯員1:", "世帯員2:"]


def test_facts_of_one_member_alone_need_no_number() -> None:
    said = sentences([fact("tax_overdue_open", "key-a"), fact("insurance_overdue_open", "key-a")])
    assert "世帯員" not in str(said)


def test_the_lines_add_up_to_the_margin_and_small_terms_are_one_line() -> None:
    figures = {
        "day": "2026-04-06",
        "coverage": "1/1 insurance|water",
        "base": -4.0,
        "contributions": {"water_stop_notice_365d": 0.363902, "tax_plan_open": -0.005, "rent_unpaid_open": 0.002},
        "margin": -3.639098,
        "sum_error": 0.0,
        "facts": {"water_stop_notice_365d": ["水道を止める予告・2026年3月", "同・2026年1月"]},
        "monday": "2026-04-06",
        "listed": "random",
        "model": "abc",
    }
    head, listed, *lines, _model = in_words(figures).splitlines()
    assert "2026-04-06" in head
    assert head.endswith(" 1/1 保険料、水道")
    assert listed == "訪問リスト 2026-04-06: 無作為の枠(点数によらない)"
    values = {line.split()[0]: float(line.split()[1]) for line in lines}
    assert list(values) == ["base", "water_stop_notice_365d", "others", "margin"]
    assert abs(sum(list(values.values())[:-1]) - values["margin"]) < 1e-6
    assert NOTE not in lines
    assert lines[1].endswith("水道を止める予告・2026年3月 / 同・2026年1月")


def test_a_term_without_a_fact_says_what_it_is() -> None:
    figures = {"day": "d", "coverage": "c", "base": -1.0, "margin": 0.0, "sum_error": 0.0, "facts": {}, "model": "m"}
    figures["listed"] = None
    pair = "tax_plan_open×tax_overdue_open"
    said = in_words(figures | {"contributions": {"tax_plan_open": 0.5, pair: 0.5}})
    assert "+0.500000   続いている市税の分割納付の件数\n" in said
    assert "続いている市税の分割納付の件数 × 市税のお支払いが済んでいない期の数" in said


def test_numbers_of_members_are_explained_where_they_are_used() -> None:
    figures = {"day": "d", "coverage": "c", "base": -1.0, "contributions": {"tax_overdue_open": 0.5}, "margin": -0.5}
    figures |= {"sum_error": 0.0, "facts": {"tax_overdue_open": ["世帯員1: 市税"]}, "listed": None, "model": "m"}
    assert NOTE in in_words(figures).splitlines()
    small = figures | {"contributions": dict.fromkeys(figures["contributions"], 0.001)}
    assert NOTE not in in_words(small).splitlines()


def test_without_small_terms_there_is_no_line_of_others() -> None:
    figures = {"day": "d", "coverage": "c", "base": -1.0, "contributions": {"water_stop_notice_365d": 0.5}}
    figures |= {"margin": -0.5, "sum_error": 0.0, "facts": {}, "listed": None, "model": "m"}
    assert "others" not in in_words(figures)
