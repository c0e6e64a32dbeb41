"""The manual says what the specification says, about every feature there is."""

from features.definitions import FEATURES


def test_the_printed_manual_is_what_the_chapters_draw(manual):
    remedy = "print it anew: python tests/spec/features/feature_manual.py"
    assert manual.PAGE.read_text(encoding="utf-8") == manual.manual_page(), remedy


def test_every_feature_has_a_section_of_its_own(manual):
    titles = [
        (function.__doc__ or "").split()[0] for module in manual.chapters() for _, function in manual.sections(module)
    ]
    assert set(FEATURES) - set(titles) == set()
    assert set(FEATURES) - manual.specified_features() == set()


def test_a_drawn_table_that_is_wrong_fails(manual):
    """The fixture compares: the same drawing with another outcome is refused."""
    drawing = """
        household | kind        | began_on
        ----------+-------------+-----------
        a         | tax_overdue | 2026-03-01
    """
    right = "household | value\n----------+------\na | 1"
    spec = manual.Spec()
    spec("tax_overdue_open", day="2026-04-01", episodes=drawing, expected=right)
    for wrong in ("0", "-", "2"):
        try:
            spec("tax_overdue_open", day="2026-04-01", episodes=drawing, expected=right[:-1] + wrong)
        except AssertionError:
            continue
        raise AssertionError(f"the drawn outcome {wrong!r} was accepted")
