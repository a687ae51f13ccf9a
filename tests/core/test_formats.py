"""Figures as people write them, in each language of the shop."""

import pytest

from core.formats import money_text, percent_text


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", 129000, "€1,290.00"),
        ("en", -1500, "−€15.00"),
        ("ar", 1500, "\u200f15.00\xa0€"),
        ("ar", -1500, "\u200f\u200e−15.00\xa0€"),
        ("fa", 1500, "\u200e€\xa0۱۵٫۰۰"),
        ("fa", -1500, "\u200e−\u200e€\xa0۱۵٫۰۰"),
    ],
)
def test_the_minus_of_money_stands_left_of_the_figure(language, amount, written):
    assert money_text(amount, "EUR", language) == written


@pytest.mark.parametrize(("language", "written"), [("en", "19%"), ("ar", "\u200e19%"), ("fa", "۱۹٪")])
def test_percentages_read_right_behind_any_word(language, written):
    assert percent_text(1900, language) == written
