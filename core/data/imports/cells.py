"""The values that a cell may hold, and the reasons for refusing a row that holds others."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from core.money import places_of

# Plain ASCII digits: int() and Decimal() would also take underscores, exponents and digits of other scripts.
_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:\.0{1,6})?")  # Spreadsheets write 500 as 500.0.
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
# Values repeat: a few thousand prices, quantities and times make up most of a file's cells.
CACHED = 8192
EARLIEST_YEAR = 1980
LARGEST_PRICE = 10**10  # minor units; keeps the sum of any file within what a bigint holds


class RowRefused(Exception):
    """
    A row is not imported. reason: a stable code; detail: the explanation for people.

    known: the values, by column of the staging table, that could still be read.
    """

    def __init__(self, reason: str, detail: str = "", **known: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail[:200]
        self.known = known


def text(cells: dict[str, str], name: str, *, longest: int) -> str:
    """Read a text that may be empty. Raises RowRefused if it is too long."""
    value = cells.get(name, "").strip()
    if len(value) > longest:
        raise RowRefused("too_long", f"{name}: {len(value)} characters, {longest} allowed")
    return value


def required_text(cells: dict[str, str], name: str, *, longest: int) -> str:
    """Read a text that must be there. Raises RowRefused."""
    value = text(cells, name, longest=longest)
    if not value:
        raise RowRefused("missing_value", name)
    return value


def whole(cells: dict[str, str], name: str) -> int:
    """Read a whole number of at most nine digits. Raises RowRefused."""
    value = _whole(cells.get(name, ""))
    if value is None:
        raise RowRefused("not_a_whole_number", f"{name}: {cells.get(name, '')!r}")
    return value


def decimal(cells: dict[str, str], name: str) -> Decimal:
    """Read a plain decimal number. Raises RowRefused."""
    value = _decimal(cells.get(name, ""))
    if value is None:
        raise RowRefused("not_a_number", f"{name}: {cells.get(name, '')!r}")
    return value


def amount(cells: dict[str, str], name: str, currency: str) -> int:
    """Read a price that is not negative, in minor units of the currency. Raises RowRefused."""
    value = decimal(cells, name)
    if value < 0:
        raise RowRefused("negative_price", f"{name}: {value}")
    minor = _minor_units(value, currency)
    if minor is None:
        raise RowRefused("below_minor_unit", f"{name}: {value} {currency}")
    if minor > LARGEST_PRICE:
        raise RowRefused("price_too_large", f"{name}: {value}")
    return minor


@lru_cache(maxsize=CACHED)
def instant(written: str, zone: ZoneInfo, now: datetime) -> str:
    """
    Read an ISO 8601 date and time; without an offset it is the zone's wall clock. Returns it in UTC, as text.

    Raises RowRefused for anything else, and for times before 1980 or after tomorrow.
    """
    try:
        value = datetime.fromisoformat(written.strip())
        value = (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowRefused("not_a_time", repr(written)) from None
    if value.year < EARLIEST_YEAR or value > now + timedelta(days=1):
        raise RowRefused("time_out_of_range", repr(written))
    return value.isoformat()


@lru_cache(maxsize=CACHED)
def _whole(written: str) -> int | None:
    match = _WHOLE.fullmatch(written.strip())
    return int(match[1]) if match else None


@lru_cache(maxsize=CACHED)
def _decimal(written: str) -> Decimal | None:
    return Decimal(written.strip()) if _DECIMAL.fullmatch(written.strip()) else None


@lru_cache(maxsize=CACHED)
def _minor_units(value: Decimal, currency: str) -> int | None:
    """Convert to minor units; return None if the currency has fewer decimal places."""
    minor = value.scaleb(places_of(currency))
    return int(minor) if minor == minor.to_integral_value() else None
