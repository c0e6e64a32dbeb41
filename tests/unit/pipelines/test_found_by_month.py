"""Of rows without a number the analyst sees what came of looking for their persons, and when fewer are found."""

from datetime import date

from data_contracts.profiles import Profile
from pipelines.deliveries import fewer_found, found_by_month
from pipelines.gate import LINKS

DAY = date(2026, 4, 6)


def delivery(month: int, **links: int) -> Profile:
    return Profile(month, date(2026, month, 2), "delta", sum(links.values()), links=links)


def test_deliveries_of_a_month_count_together_and_small_cells_are_not_told() -> None:
    found = found_by_month([delivery(2, linked=80, none=20), delivery(2, linked=100, none=97, ambiguous=3)], DAY)
    assert [one["label"] for one in found] == list(LINKS.values())
    assert [one["last"] for one in found] == [60.0, 0.0, 0.0, 39.0]
    assert found[0]["series"][-3:] == [60.0, None, None]


def test_a_month_of_few_rows_and_a_source_with_numbers_say_nothing() -> None:
    assert found_by_month([delivery(2, linked=150, none=49), delivery(3)], DAY) == []
    assert fewer_found([]) == []


def test_fewer_found_than_ever_is_pointed_out_once_some_months_are_known() -> None:
    fine = [delivery(month, linked=900, none=100) for month in (1, 2, 3)]
    fallen = [*fine, delivery(4, linked=700, unread=300)]
    (said,) = fewer_found(found_by_month(fallen, DAY))
    assert "70.0%に減りました" in said and "90.0~90.0%" in said
    assert fewer_found(found_by_month(fallen[1:], DAY)) == [], "two months are too few"
    assert fewer_found(found_by_month(fallen, date(2026, 7, 1))) == [], "nothing came since: the fall is no news"
    (nobody,) = fewer_found(found_by_month([*fine, delivery(4, unread=1000)], DAY))
    assert "0.0%に減りました" in nobody
    assert fewer_found(found_by_month([*fine, delivery(4, linked=860, none=140)], DAY)) == []
