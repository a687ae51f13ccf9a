"""
Rounds cash to the coins in use where it is paid. Amounts in minor units.

The law of the store's country decides, not the currency: a euro in Helsinki is rounded, one in Berlin is not.
docs/paying.md names the source of each rule.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class CashRule:
    """
    How a country rounds cash. coin: the smallest one in use; 1 rounds nothing.

    half_goes_down: the middle between two coins is rounded down. pays_a_coin: a payment never becomes nothing.
    rounds_parts: also what is paid in cash beside other tenders. rounds_refunds: also what is paid back in cash.
    """

    coin: int = 1
    half_goes_down: bool = False
    pays_a_coin: bool = False
    rounds_parts: bool = True
    rounds_refunds: bool = True

    def rounded(self, amount: int) -> int:
        """Return the nearest amount that coins can pay."""
        half = (self.coin - 1) // 2 if self.half_goes_down else self.coin // 2
        return (amount + half) // self.coin * self.coin


class CashTerms(NamedTuple):
    """
    How the cash of one order is rounded in one store.

    carried: the roundings of what was paid of the order in cash before: an order is rounded once, however many
    payments it takes. is_part: another tender pays some of the order.
    """

    rule: CashRule = CashRule()
    carried: int = 0
    is_part: bool = False

    @property
    def coin(self) -> int:
        """Return what the cash is a multiple of."""
        return self.rule.coin if self.rule.rounds_parts or not self.is_part else 1


EXACT = CashRule()
NO_CASH = CashTerms()
_FIVE = CashRule(5)
_EURO = {
    "BE": _FIVE,
    "EE": _FIVE,
    "FI": _FIVE,
    "IE": _FIVE,
    "IT": CashRule(5, rounds_parts=False),
    "LT": _FIVE,
    "NL": _FIVE,
    "SK": CashRule(5, pays_a_coin=True, rounds_refunds=False),
}
# Countries that have their currency for themselves, or set the rule for those that share it.
_BY_CURRENCY = {
    "AUD": _FIVE,
    "BHD": _FIVE,
    "CAD": _FIVE,
    "CHF": _FIVE,
    "CLP": CashRule(10, half_goes_down=True),
    "CZK": CashRule(100),
    "DKK": CashRule(50),
    "HUF": CashRule(500),
    "ILS": CashRule(10),
    "JOD": _FIVE,
    "KWD": _FIVE,
    "MYR": _FIVE,
    "NOK": CashRule(100),
    "NZD": CashRule(10, half_goes_down=True),
    "OMR": _FIVE,
    "SEK": CashRule(100),
    "SGD": _FIVE,
    "THB": CashRule(25),
    "UAH": CashRule(50),
    "ZAR": CashRule(10),
}


def cash_rule(currency: str, *, country: str = "", coin: int = 0) -> CashRule:
    """
    Return how cash of a currency is rounded in a country; empty where no store's country is known.

    coin: what the shop rounds to in all its stores instead; 0 where the law decides.
    """
    rule = _EURO.get(country, EXACT) if currency == "EUR" else _BY_CURRENCY.get(currency, EXACT)
    return replace(rule, coin=coin) if coin else rule


def cash_rounding(amount: int, terms: CashTerms) -> int:
    """Return what is added to an amount (or subtracted, below zero) so that coins can pay it."""
    if terms.coin == 1:
        return 0
    paid = max(0, terms.rule.rounded(amount - terms.carried))
    if not paid and terms.rule.pays_a_coin and not terms.carried:
        paid = terms.rule.coin
    return paid - amount


def refund_rounding(amount: int, rule: CashRule, *, carried: int = 0, rest: int | None = None) -> int:
    """
    Return what is added to a refund (or subtracted, below zero) so that coins can pay it.

    carried: the roundings of what was paid back of the order in cash before. rest: what the order's cash came to, less
    what was paid back, if this refund is its last; the parts then add up to what was paid.
    """
    due = amount - carried if rest is None else rest
    if not rule.rounds_refunds:
        return max(0, due) - amount if rest is not None else 0
    return max(0, rule.rounded(due)) - amount
