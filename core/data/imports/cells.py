"""The values that a cell may hold, and the reasons for refusing a row that holds others."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import orjson

from core.money import places_of
from core.texts.card_numbers import holds_card_number
from core.texts.markup import text_of_html
from core.texts.spelling import plain_name, plain_text

# Plain digits: int() and Decimal() would also take underscores and exponents.
_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:\.0{1,6})?")  # Spreadsheets write 500 as 500.0.
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?")
# Values repeat: a few thousand prices, quantities and times make up most of a file's cells.
CACHED = 8192
EARLIEST_YEAR = 1980
LONGEST_TOLD = 200
LARGEST_PRICE = 10**10  # minor units; keeps the sum of any file within what a bigint holds

T = TypeVar("T")
E = TypeVar("E")


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


class Told(NamedTuple):
    """A cell that was not taken as it was. reason: a stable code; was: what stood there, without card numbers."""

    column: str
    reason: str
    was: str


class Cells(dict[str, str]):
    """The cells of a row by column, and what was changed in them."""

    def __init__(self, *cells: Any) -> None:
        super().__init__(*cells)
        self.told: list[Told] = []

    def tell(self, name: str, reason: str, was: str | None = None) -> None:
        """Note that a cell, or a part of it, was mended or left empty."""
        was = self.get(name, "").strip() if was is None else was
        self.told.append(Told(name, reason, "" if holds_card_number(was) else was[:LONGEST_TOLD]))

    def told_as_json(self) -> str | None:
        """Return what was changed as the staging table stores it; None if nothing was."""
        return orjson.dumps([list(told) for told in self.told]).decode() if self.told else None


def prose(cells: Cells, name: str, *, longest: int, has_lines: bool = False) -> str:
    """
    Read a text for people, which is no reason to lose a row: HTML becomes text, and one that is too long is cut.

    A payment card's number empties the cell. Each change is told. has_lines: whether it may have several lines.
    """
    written = cells.get(name, "").strip()
    value = text_of_html(written)
    if value != written:
        cells.tell(name, "html")
    if holds_card_number(value):
        cells.tell(name, "card_number")
        return ""
    value = "\n".join(map(plain_name, value.splitlines())).strip() if has_lines else plain_name(value)
    if len(value) > longest:
        cells.tell(name, "too_long")
        value = value[:longest].strip()
    return value


def required_prose(cells: Cells, name: str, *, longest: int) -> str:
    """Read a text for people that must be there. Raises RowRefused."""
    value = prose(cells, name, longest=longest)
    if not value:
        raise RowRefused("missing_value", name)
    return value


def left_empty(cells: Cells, name: str, read: Callable[[], T], *, empty: E) -> T | E:
    """Return what a cell holds; if its row would be refused for it, leave the cell empty and tell why."""
    try:
        return read()
    except RowRefused as refusal:
        cells.tell(name, refusal.reason)
        return empty


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
        value = datetime.fromisoformat(plain_text(written))
        value = (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise RowRefused("not_a_time", repr(written)) from None
    if value.year < EARLIEST_YEAR or value > now + timedelta(days=1):
        raise RowRefused("time_out_of_range", repr(written))
    return value.isoformat()


@lru_cache(maxsize=CACHED)
def _whole(written: str) -> int | None:
    match = _WHOLE.fullmatch(plain_text(written))
    return int(match[1]) if match else None


@lru_cache(maxsize=CACHED)
def _decimal(written: str) -> Decimal | None:
    plain = plain_text(written)
    return Decimal(plain) if _DECIMAL.fullmatch(plain) else None


@lru_cache(maxsize=CACHED)
def _minor_units(value: Decimal, currency: str) -> int | None:
    """Convert to minor units; return None if the currency has fewer decimal places."""
    minor = value.scaleb(places_of(currency))
    return int(minor) if minor == minor.to_integral_value() else None
