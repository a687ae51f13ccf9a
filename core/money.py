"""Money in whole minor units (cents, fils, yen) of one currency: exact, never a float."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from core.currencies import PLACES, WITHDRAWN

LARGEST_AMOUNT = 10**15  # minor units; far above any order, far below what a bigint column holds
# Decimal() would also take blanks, underscores, exponents and the digits of other scripts.
_PLAIN = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?")
AMOUNTS_REMEMBERED = 4096  # Formatted amounts; a page shows the same few repeatedly.


class MoneyError(ValueError):
    """An invalid amount: unknown currency, too many decimal places, or mixed currencies."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount of one currency. amount: minor units, may be negative; currency: ISO 4217 code."""

    amount: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in PLACES and self.currency not in WITHDRAWN:
            raise MoneyError(f"{self.currency!r} is not a currency of ISO 4217.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount + self._same(other).amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount - self._same(other).amount, self.currency)

    def __mul__(self, quantity: int) -> "Money":
        return Money(self.amount * quantity, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __str__(self) -> str:
        return f"{format_minor(self.amount, self.currency)} {self.currency}"

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not add up.")
        return other

    def allocate(self, weights: Sequence[int]) -> list["Money"]:
        """
        Split into one share per weight without losing or inventing a minor unit.

        Largest-remainder method (Hamilton): every share is rounded towards zero, and the remaining units go, one each,
        to the largest remainders, and to the earlier share where remainders are equal.
        weights: not negative, at least one above zero.
        """
        return [Money(share, self.currency) for share in split(self.amount, weights)]


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Split minor units of any currency as Money.allocate does. Raises MoneyError."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise MoneyError("Shares need weights that are not negative and not all zero.")
    sign = -1 if amount < 0 else 1
    whole = abs(amount)
    shares = [whole * weight // total for weight in weights]
    left = whole - sum(shares)
    if left:
        remainders = [whole * weight % total for weight in weights]
        for index in sorted(range(len(weights)), key=lambda index: -remainders[index])[:left]:
            shares[index] += 1
    return [sign * share for share in shares] if sign < 0 else shares


def places_of(currency: str) -> int:
    """Return how many decimal places a currency has, also a withdrawn one. Raises MoneyError for an unknown code."""
    try:
        return PLACES[currency] if currency in PLACES else WITHDRAWN[currency]
    except KeyError:
        raise MoneyError(f"{currency!r} is not a currency of ISO 4217.") from None


@lru_cache(AMOUNTS_REMEMBERED)
def format_minor(amount: int, currency: str) -> str:
    """Format minor units as a plain decimal string with the currency's number of places: 1290 EUR is 12.90."""
    places = places_of(currency)
    if not places:
        return str(amount)
    sign = "-" if amount < 0 else ""
    digits = str(abs(amount)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def money_json(amount: int, currency: str) -> dict[str, str]:
    """Format an amount for the API: `{"amount": "12.90", "currency": "EUR"}`."""
    return {"amount": format_minor(amount, currency), "currency": currency}


def parse_money(text: str, currency: str) -> Money:
    """
    Read a decimal string as money; the inverse of format_minor.

    Raises MoneyError if the text is not a plain decimal number, has more places than the currency, or is too large.
    """
    places = places_of(currency)
    if not _PLAIN.fullmatch(text):
        raise MoneyError(f"{text!r} is not a decimal number.")
    value = Decimal(text)
    minor = value.scaleb(places)
    if minor != minor.to_integral_value():
        raise MoneyError(f"{currency} has {places} decimal places.")
    if abs(minor) > LARGEST_AMOUNT:
        raise MoneyError("The amount is too large.")
    return Money(int(minor), currency)


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide and round to a whole number, halves away from zero. denominator: above zero."""
    if numerator < 0:
        return -((-2 * numerator + denominator) // (2 * denominator))
    return (2 * numerator + denominator) // (2 * denominator)


def round_to_minor(value: Decimal, currency: str) -> Money:
    """Round a computed amount in major units half up, away from zero, to whole minor units."""
    minor = value.scaleb(places_of(currency)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return Money(int(minor), currency)
