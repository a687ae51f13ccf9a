"""
How Stripe counts the amounts of each currency (docs.stripe.com/currencies).

It differs from ISO 4217: the ariary has no hundredths there, the Icelandic króna and the Ugandan shilling have, and the
last of three decimal places must be 0. Amounts in minor units by ISO 4217 are ours, the others are Stripe's.
"""

from core.money import places_of
from orders.providers.base import ChargeLimits
from orders.rules.cash import CashRule

_WITHOUT_DECIMALS = {
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
}  # fmt: skip
_IN_THOUSANDTHS = {"BHD", "JOD", "KWD", "OMR", "TND"}
# The smallest charges, in Stripe's units; where the list is silent, Stripe converts to the account's own currency.
_LEAST = {
    "AED": 200, "AUD": 50, "BRL": 50, "CAD": 50, "CHF": 50, "CZK": 1500, "DKK": 250, "EUR": 50, "GBP": 30, "HKD": 400,
    "HUF": 17500, "INR": 50, "JPY": 50, "MXN": 1000, "MYR": 200, "NOK": 300, "NZD": 50, "PLN": 200, "RON": 200,
    "SEK": 300, "SGD": 50, "THB": 1000, "USD": 50,
}  # fmt: skip


def counted(amount: int, currency: str) -> int:
    """Return our amount as Stripe counts it, rounded half up to what it takes."""
    more, fewer = _scale(currency)
    return CashRule(step_of(currency)).rounded(amount) * more // fewer


def counted_back(amount: int, currency: str) -> int:
    """Return an amount of Stripe's in our minor units."""
    more, fewer = _scale(currency)
    return amount * fewer // more


def step_of(currency: str) -> int:
    """Return what Stripe takes only multiples of, in our minor units."""
    return 10 if currency in _IN_THOUSANDTHS else _scale(currency)[1]


def limits_of(currency: str) -> ChargeLimits:
    """Return what Stripe charges at all, in our minor units."""
    return ChargeLimits(max(1, counted_back(_LEAST.get(currency, 0), currency)), step_of(currency))


def _scale(currency: str) -> tuple[int, int]:
    """Return by what our amounts are multiplied, and then divided, to be Stripe's."""
    places = 0 if currency in _WITHOUT_DECIMALS else 3 if currency in _IN_THOUSANDTHS else 2
    ours = places_of(currency)
    return int(10 ** max(0, places - ours)), int(10 ** max(0, ours - places))
