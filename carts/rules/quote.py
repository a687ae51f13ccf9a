"""What a cart costs. All amounts in minor units of one currency; prices include tax."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """Units at a price."""

    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True)
class ShippingTerms:
    """The flat price of shipping, and the value of goods from which it is free (None: never)."""

    amount: int = 0
    free_from: int | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """grand = items - discount + shipping + tax; tax is what is added on top, 0 while prices include it."""

    items: int
    discount: int = 0
    shipping: int = 0
    tax: int = 0

    @property
    def grand(self) -> int:
        return self.items - self.discount + self.shipping + self.tax


def shipping_price(*, shipped: int, terms: ShippingTerms) -> int:
    """Return what shipping goods of this value costs; nothing is shipped for 0."""
    if shipped == 0 or (terms.free_from is not None and shipped >= terms.free_from):
        return 0
    return terms.amount


def quote(lines: Sequence[QuoteLine], *, shipped: int = 0, terms: ShippingTerms | None = None) -> Totals:
    """
    Return the totals of some lines; the order of the lines does not matter.

    shipped: the value of the lines that are to be shipped. terms: what shipping costs; none is charged without.
    """
    items = sum(line.quantity * line.unit_price for line in lines)
    return Totals(items=items, shipping=shipping_price(shipped=shipped, terms=terms or ShippingTerms()))
