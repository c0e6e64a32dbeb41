"""`kizuki explain` at a terminal."""

from pipelines.explaining import in_words


def test_the_lines_add_up_to_the_margin_and_small_terms_are_one_line() -> None:
    figures = {
        "day": "2026-04-06",
        "coverage": "1/1 insurance|water",
        "base": -4.0,
        "contributions": {"water_stop_notice_365d": 0.363902, "tax_plan_open": -0.005, "rent_unpaid_open": 0.002},
        "margin": -3.639098,
        "sum_error": 0.0,
        "facts": {"water_stop_notice_365d": ["水道を止める予告・2026年3月", "同・2026年1月"]},
        "model": "abc",
    }
    head, *lines, _model = in_words(figures).splitlines()
    assert "2026-04-06" in head
    values = {line.split()[0]: float(line.split()[1]) for line in lines}
    assert list(values) == ["base", "water_stop_notice_365d", "others", "margin"]
    assert abs(sum(list(values.values())[:-1]) - values["margin"]) < 1e-6
    assert lines[1].endswith("水道を止める予告・2026年3月 / 同・2026年1月")


def test_without_small_terms_there_is_no_line_of_others() -> None:
    figures = {"day": "d", "coverage": "c", "base": -1.0, "contributions": {"water_stop_notice_365d": 0.5}}
    figures |= {"margin": -0.5, "sum_error": 0.0, "facts": {}, "model": "m"}
    assert "others" not in in_words(figures)
