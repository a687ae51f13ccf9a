"""Money, days and times as the readers of each language write them."""

from collections.abc import Iterable
from copy import copy
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from core.money import places_of
from core.texts.languages import language as language_named

_PERSIAN_MONTHS = [
    "فروردین",
    "اردیبهشت",
    "خرداد",
    "تیر",
    "مرداد",
    "شهریور",
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
]
# By how many minutes they have; short of two of a unit, the smaller one says more.
_UNITS = (("duration-day", 1440), ("duration-hour", 60), ("duration-minute", 1))
# CLDR prefers this calendar for Persian; Babel knows only the Gregorian one.
_PERSIAN_CALENDAR = {"fa"}
RIGHT_TO_LEFT, LEFT_TO_RIGHT = "\u200f", "\u200e"  # Invisible marks that set the direction of the text beside them.
# The first day of year 1 when the 33-year rule is counted back from today.
_FIRST_PERSIAN_DAY = date(622, 3, 21).toordinal()
# In every 33 years of the Persian calendar these are leap years; the rule holds from 1178 to 1633 (1799 to 2254).
_LEAP_YEARS_OF_33 = (1, 5, 9, 13, 17, 22, 26, 30)


def money_text(amount: int, currency: str, language: str) -> str:
    """
    Write an amount in minor units with its currency's sign: 129000 EUR is "€1,290.00" in English.

    The minus sign of a reduction stands left of the figure, also in right-to-left text.
    """
    if amount < 0:
        return _with_minus(money_text(-amount, currency, language), language)
    locale = language_named(language).locale
    places = places_of(currency)
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (places, places)  # Babel's number of decimal places differs from ISO 4217 for some currencies.
    written = pattern.apply(
        Decimal(amount).scaleb(-places), locale, currency=currency, currency_digits=False, numbering_system="default"
    )
    return _in_digits_of(language, written)


def day_text(day: date, language: str) -> str:
    """Format a day with its weekday; in Persian in the Persian calendar."""
    locale = language_named(language).locale
    if language not in _PERSIAN_CALENDAR:
        return format_date(day, "full", locale=locale)
    year, month, day_of_month = persian_date(day)
    weekday = format_date(day, "EEEE", locale=locale)
    return _in_digits_of(language, f"{weekday} {day_of_month} {_PERSIAN_MONTHS[month - 1]} {year}")


def short_day_text(day: date, language: str) -> str:
    """Format a day near today with its weekday and without the year; in Persian in the Persian calendar."""
    locale = language_named(language).locale
    if language not in _PERSIAN_CALENDAR:
        return format_skeleton("MMMEd", day, locale=locale)
    _year, month, day_of_month = persian_date(day)
    weekday = format_date(day, "EEEE", locale=locale)
    return _in_digits_of(language, f"{weekday} {day_of_month} {_PERSIAN_MONTHS[month - 1]}")


def number_text(number: int | float, language: str) -> str:
    """Format a number with the reader's digits and separators."""
    locale = language_named(language).locale
    return _in_digits_of(language, format_decimal(number, locale=locale, numbering_system="default"))


def percent_text(basis_points: float | Decimal, language: str) -> str:
    """Write hundredths of a percent as a percentage: 1900 is "19%" in English."""
    # A rate like 8.875 % has parts of a basis point; as text, a float from the database has just its own digits.
    share = Decimal(str(basis_points)).scaleb(-4)
    known = language_named(language)
    written = format_percent(share, format=known.percent, locale=known.locale, numbering_system="default")
    written = _in_digits_of(language, written.replace("%", known.percent_sign).strip(LEFT_TO_RIGHT))
    # After a right-to-left word, Latin digits and the sign would change sides.
    return LEFT_TO_RIGHT + written if known.is_rtl and written[0].isascii() else written


def duration_text(duration: timedelta, language: str) -> str:
    """Write how long something takes in one unit: 150 minutes are "2.5 hr" in English."""
    minutes = duration / timedelta(minutes=1)
    unit, size = next(((unit, size) for unit, size in _UNITS if minutes >= 2 * size), _UNITS[-1])
    number = round(minutes / size, 0 if size == 1 else 1)
    locale = language_named(language).locale
    # Babel 2.18 has no long names of units in Persian: it writes "duration-day" there.
    written = format_unit(number, unit, length="short", locale=locale, numbering_system="default")
    return _in_digits_of(language, written)


def listed_text(items: Iterable[Any], language: str) -> str:
    """Join items with the comma of the language."""
    return language_named(language).comma.join(str(item) for item in items)


def time_text(moment: datetime | time, language: str) -> str:
    """Format the time of day, to the minute, in the moment's own time zone."""
    wall_clock = moment.time() if isinstance(moment, datetime) else moment
    return _in_digits_of(language, format_time(wall_clock, "short", locale=language_named(language).locale))


def persian_date(day: date) -> tuple[int, int, int]:
    """Return year, month and day of the Persian (solar Hijri) calendar."""
    year = day.year - 621
    if day.toordinal() < _first_day_of(year):
        year -= 1
    days = day.toordinal() - _first_day_of(year)
    # Six months of 31 days, then months of 30, the last one shorter outside leap years.
    month, day_of_month = divmod(days, 31) if days < 186 else divmod(days - 186, 30)
    return year, month + (1 if days < 186 else 7), day_of_month + 1


def _first_day_of(persian_year: int) -> int:
    cycles, years = divmod(persian_year - 1, 33)
    leap_years = 8 * cycles + sum(leap <= years for leap in _LEAP_YEARS_OF_33)
    return _FIRST_PERSIAN_DAY + 365 * (persian_year - 1) + leap_years


def _with_minus(written: str, language: str) -> str:
    if written.startswith(RIGHT_TO_LEFT):
        return f"{RIGHT_TO_LEFT}{LEFT_TO_RIGHT}−{written.lstrip(RIGHT_TO_LEFT)}"
    return f"{LEFT_TO_RIGHT if language_named(language).is_rtl else ''}−{written}"


def _in_digits_of(language: str, written: str) -> str:
    # Babel writes the separators of a language but not its digits.
    zero = language_named(language).zero
    return written if zero == "0" else written.translate({48 + digit: ord(zero) + digit for digit in range(10)})
