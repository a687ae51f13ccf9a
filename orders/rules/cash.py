"""Rounds cash to the smallest coin in use. Amounts in minor units."""

# Currencies whose smallest coins are no longer used, with what a cash amount is rounded to.
SMALLEST_COINS = {
    "AUD": 5, "CAD": 5, "CHF": 5, "CZK": 100, "DKK": 50, "HUF": 500, "ILS": 10, "MYR": 5, "NOK": 100, "NZD": 10,
    "SEK": 100, "SGD": 5, "THB": 25, "ZAR": 10,
}  # fmt: skip


def smallest_coin(currency: str, *, override: int = 0) -> int:
    """Return what cash of a currency is rounded to; override: the shop's own setting, 0 for none."""
    return override or SMALLEST_COINS.get(currency, 1)


def cash_rounding(amount: int, *, coin: int) -> int:
    """Return what is added to an amount (or subtracted, below zero) so that coins can pay it: half a coin rounds up."""
    return (amount + coin // 2) // coin * coin - amount
