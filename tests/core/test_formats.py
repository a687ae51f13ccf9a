"""Formatted figures in each language of the shop."""

from datetime import date, time, timedelta

import pytest

from core.texts.formats import day_text, duration_text, listed_text, money_text, number_text, percent_text, time_text


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", 129000, "€1,290.00"),
        ("en", -1500, "−€15.00"),
        ("ar", 1500, "\u200f15.00\xa0€"),
        ("ar", -1500, "\u200f\u200e−15.00\xa0€"),
        ("fa", 1500, "\u200e€\xa0۱۵٫۰۰"),
        ("fa", -1500, "\u200e−\u200e€\xa0۱۵٫۰۰"),
        ("de", 129000, "1.290,00\xa0€"),
        ("de", -1500, "−15,00\xa0€"),
    ],
)
def test_the_minus_of_money_stands_left_of_the_figure(language, amount, written):
    assert money_text(amount, "EUR", language) == written


@pytest.mark.parametrize(
    ("language", "written"), [("en", "19%"), ("ar", "\u200e19%"), ("fa", "۱۹٪"), ("de", "19\xa0%")]
)
def test_percentages_read_correctly_after_any_word(language, written):
    assert percent_text(1900, language) == written


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("en", "Thursday, December 24, 2026"),
        ("ar", "الخميس، 24 ديسمبر 2026"),
        ("fa", "پنجشنبه ۳ دی ۱۴۰۵"),
        ("de", "Donnerstag, 24. Dezember 2026"),
    ],
)
def test_days_are_written_in_the_readers_calendar(language, day):
    assert day_text(date(2026, 12, 24), language) == day


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1,234.5"), ("ar", "1,234.5"), ("fa", "۱٬۲۳۴٫۵"), ("de", "1.234,5")]
)
def test_numbers_have_the_readers_digits_and_separators(language, written):
    assert number_text(1234.5, language) == written


def test_german_hours_have_no_noon():
    assert time_text(time(18, 5), "de") == "18:05"


@pytest.mark.parametrize(
    ("language", "written"), [("en", "1, 2"), ("ar", "1، 2"), ("fa", "1، 2"), ("de", "1, 2"), ("ur", "1، 2")]
)
def test_listed_items_are_separated_by_the_comma_of_the_language(language, written):
    assert listed_text([1, 2], language) == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", ["0 min", "25 min", "119 min", "2.5 hr", "2 days", "3.5 days"]),
        ("ar", ["0 د", "25 د", "119 د", "2.5 س", "يومان", "3.5 يوم"]),
        ("fa", ["۰ دقیقه", "۲۵ دقیقه", "۱۱۹ دقیقه", "۲٫۵ ساعت", "۲ روز", "۳٫۵ روز"]),
        ("de", ["0 Min.", "25 Min.", "119 Min.", "2,5 Std.", "2 Tg.", "3,5 Tg."]),
    ],
)
def test_durations_are_written_in_one_unit_of_each_language(language, written):
    minutes = (0.2, 25, 119.4, 150, 2880, 5000)

    assert [duration_text(timedelta(minutes=each), language) for each in minutes] == written
