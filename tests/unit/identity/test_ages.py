"""Ages as the law counts them: 年齢計算ニ関する法律, 民法143条2項."""

from datetime import date

import duckdb
import pytest

from identity.permissions import adult_on

ADULT_FROM = {
    date(2008, 2, 29): date(2026, 3, 1),
    date(2008, 3, 1): date(2026, 3, 1),
    date(2008, 2, 28): date(2026, 2, 28),
    date(2008, 12, 31): date(2026, 12, 31),
}


@pytest.mark.parametrize("born", ADULT_FROM)
def test_the_first_day_as_an_adult(born: date) -> None:
    first = ADULT_FROM[born]
    asked = f"select {adult_on('$day', '$born')}"
    for day, adult in ((first, True), (date.fromordinal(first.toordinal() - 1), False)):
        assert duckdb.execute(asked, {"day": day, "born": born}).fetchall() == [(adult,)]


def test_whose_birth_date_is_unknown_counts_as_an_adult() -> None:
    asked = f"select {adult_on('$day', 'null::date')}"
    assert duckdb.execute(asked, {"day": date(2026, 4, 1)}).fetchall() == [(True,)]
