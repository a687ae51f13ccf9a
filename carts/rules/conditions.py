"""Conditions of promotions. Amounts in minor units of the promotion's currency, before any discount."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.parsing import Fields


class PricingContext(NamedTuple):
    """
    Who buys, when, and on which channel. store: the code of the store they buy in, empty outside of stores.

    segments: the codes of the customer's segments. has_bought: whether they ordered anything before. vouchers: the ids
    of the promotions that the cart's vouchers unlock.
    """

    now: datetime
    channel: str = "web"
    store: str = ""
    is_known: bool = False
    has_bought: bool = False
    segments: frozenset[str] = frozenset()
    vouchers: frozenset[int] = frozenset()


class Condition(Protocol):
    """A requirement on a cart, its buyer or its place."""

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool: ...


@dataclass(frozen=True, slots=True)
class MinimumValue:
    """Goods of at least this value are in the cart."""

    amount: int
    goods: Goods = EVERYTHING

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return sum(item.quantity * item.unit_price for item in self.goods.among(items)) >= self.amount


@dataclass(frozen=True, slots=True)
class MinimumQuantity:
    """At least this many units are in the cart."""

    quantity: int
    goods: Goods = EVERYTHING

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return sum(item.quantity for item in self.goods.among(items)) >= self.quantity


@dataclass(frozen=True, slots=True)
class FirstPurchase:
    """The customer is known, and has not ordered before."""

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.is_known and not context.has_bought


@dataclass(frozen=True, slots=True)
class InSegment:
    """The customer belongs to one of these segments."""

    segments: frozenset[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return not self.segments.isdisjoint(context.segments)


@dataclass(frozen=True, slots=True)
class OnChannel:
    """The purchase is on one of these channels."""

    channels: frozenset[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.channel in self.channels


@dataclass(frozen=True, slots=True)
class InStore:
    """The purchase is in one of these stores."""

    stores: frozenset[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.store in self.stores


ABOUT_BUYER = (FirstPurchase, InSegment)
ABOUT_CHANNEL = (OnChannel, InStore)
_READ = {
    "minimum_value": lambda fields: MinimumValue(fields.number("amount"), fields.goods()),
    "minimum_quantity": lambda fields: MinimumQuantity(fields.number("quantity", most=1_000_000), fields.goods()),
    "first_purchase": lambda fields: FirstPurchase(),
    "segment": lambda fields: InSegment(fields.words("segments")),
    "channel": lambda fields: OnChannel(fields.words("channels")),
    "store": lambda fields: InStore(fields.words("stores")),
}


def parse_conditions(value: Any) -> tuple[Condition, ...]:
    """Parse a list of conditions, each an object with its `kind`. Raises PromotionNotValid."""
    conditions = []
    for place, condition in enumerate(value if isinstance(value, list) else [value]):
        fields = Fields(condition, of=f"conditions.{place}")
        conditions.append(fields.one_of("kind", _READ)(fields))
        fields.end()
    return tuple(conditions)
