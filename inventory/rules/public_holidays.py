"""The public holidays of countries and their regions, from a library that follows their laws."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from core.texts.spelling import plain_text


def known_calendar(text: str) -> str | None:
    """Return the calendar of a country (DE) or of one of its regions (DE-BE), written in any case; None if unknown."""
    code = plain_text(text).upper()
    country = code.partition("-")[0]
    regions = _calendars().get(country)
    return code if regions is not None and code in (country, *(f"{country}-{each}" for each in regions)) else None


def public_holidays(calendar: str, *, years: Iterable[int], languages: Sequence[str]) -> dict[date, dict[str, str]]:
    """
    Return the public holidays of some years: their names by language, in those that the library has of these.

    calendar: one that known_calendar returned. Where the library has none of these languages, the first one gets the
    names that the library gives without being asked for a language.
    """
    library = _library()
    country, _dash, region = calendar.partition("-")
    own = library.country_holidays(country, subdiv=region or None)
    spoken = {language: found for language in languages if (found := _spoken(language, own.supported_languages))}
    names: dict[date, dict[str, str]] = {}
    chosen: dict[str, str | None] = {**spoken} or {languages[0]: None}
    for language, theirs in chosen.items():
        days = library.country_holidays(country, subdiv=region or None, years=list(years), language=theirs)
        for day, name in days.items():
            names.setdefault(day, {})[language] = name
    return names


def _spoken(language: str, supported: Sequence[str]) -> str | None:
    """Return how the library calls a language: "de", "fa_IR" or "en_US"."""
    return next((each for each in supported if each.partition("_")[0] == language), None)


@cache
def _calendars() -> dict[str, list[str]]:
    calendars: dict[str, list[str]] = _library().list_supported_countries(include_aliases=False)
    return calendars


def _library() -> Any:
    # Loaded when it is asked for, as it takes 30 MB, and few processes ever ask.
    import holidays

    return holidays
