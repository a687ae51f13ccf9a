"""Fees on an order as a whole: for handling, for packing, for a small order. Amounts in minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.goods import Item


@dataclass(frozen=True, slots=True)
class Fee:
    """
    A fee of the shop. below: the value of the goods from which it is not charged (None: always charged).

    channel, country: where it is charged; empty for everywhere. The country is where goods are supplied. tax_category:
    the id of its own; None where it has the rates of its goods.
    """

    id: int
    name: Mapping[str, str]
    currency: str
    amount: int
    starts_at: datetime
    ends_at: datetime | None = None
    below: int | None = None
    channel: str = ""
    country: str = ""
    tax_category: int | None = None

    def is_charged(self, context: PricingContext, currency: str) -> bool:
        """Return whether it is charged on a channel at a moment."""
        is_open = self.starts_at <= context.now and (self.ends_at is None or context.now < self.ends_at)
        return is_open and self.currency == currency and self.channel in ("", context.channel)

    def amount_for(self, value: int) -> int:
        """
        Return what it is for goods of this value: at most what they lack of the value from which it is not charged.

        Otherwise whoever adds a little to a small order would pay less for more goods.
        """
        return self.amount if self.below is None else max(0, min(self.amount, self.below - value))


class QuotedFee(NamedTuple):
    """A fee of a cart. items: the goods it is charged for, which bear its tax."""

    fee: Fee
    amount: int
    items: frozenset[int]


def fees_of(
    items: Sequence[Item], fees: Sequence[Fee], *, countries: Mapping[int, str], currency: str, context: PricingContext
) -> tuple[QuotedFee, ...]:
    """
    Return the fees of goods, in the order of the shop's. countries: where each item is supplied, by its id.

    The value that counts is that of all goods before promotions. Gift cards are no goods: they bear no fee. What one
    fee on small orders adds, the next one finds there: together, too, they are at most what the goods lack.
    """
    goods = [item for item in items if not item.is_stored_value]
    value = sum(item.value for item in goods)
    quoted = []
    for fee in fees:
        bearing = frozenset(item.id for item in goods if not fee.country or countries.get(item.id) == fee.country)
        amount = fee.amount_for(value) if bearing and fee.is_charged(context, currency) else 0
        if amount:
            quoted.append(QuotedFee(fee, amount, bearing))
            value += amount if fee.below is not None else 0
    return tuple(quoted)
