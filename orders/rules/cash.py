"""What cash can be: the smallest coin that goes over the counter. Amounts in minor units."""

# Currencies whose smallest coins are gone, by what an amount of cash is rounded to.
SMALLEST_COINS = {
    "AUD": 5, "CAD": 5, "CHF": 5, "CZK": 100, "DKK": 50, "HUF": 500, "ILS": 10, "MYR": 5, "NOK": 100, "NZD": 10,
    "SEK": 100, "SGD": 5, "THB": 25, "ZAR": 10,
}  # fmt: skip


def smallest_coin(currency: str, *, override: int = 0) -> int:
    """Return what cash of a currency is rounded to; override: what the shop says instead, 0 for nothing."""
    return override or SMALLEST_COINS.get(currency, 1)


def cash_rounding(amount: int, *, coin: int) -> int:
    """Return what is added to an amount (or taken off, below zero) so that coins can pay it: half a coin goes up."""
    return (amount + coin // 2) // coin * coin - amount
