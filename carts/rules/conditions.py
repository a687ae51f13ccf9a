"""When an offer applies. Amounts in minor units of the offer's currency, counted before offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.parsing import Fields


class PricingContext(NamedTuple):
    """
    Who buys, when, and through which door. store: the code of the store it happens in, empty outside of stores.

    segments: the codes of those the customer belongs to. has_bought: whether anything was ordered before. vouchers:
    the offers that the cart's codes open.
    """

    now: datetime
    channel: str = "web"
    store: str = ""
    is_known: bool = False
    has_bought: bool = False
    segments: frozenset[str] = frozenset()
    vouchers: frozenset[int] = frozenset()


class Condition(Protocol):
    """Something that must be true of a cart, its buyer or its place."""

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
    """At least so many units are in the cart."""

    quantity: int
    goods: Goods = EVERYTHING

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return sum(item.quantity for item in self.goods.among(items)) >= self.quantity


@dataclass(frozen=True, slots=True)
class FirstPurchase:
    """The customer is known, and has ordered nothing before."""

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
    """It is bought through one of these doors."""

    channels: frozenset[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.channel in self.channels


@dataclass(frozen=True, slots=True)
class InStore:
    """It is bought in one of these stores."""

    stores: frozenset[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.store in self.stores


ABOUT_BUYER = (FirstPurchase, InSegment)
ABOUT_DOOR = (OnChannel, InStore)
_READ = {
    "minimum_value": lambda fields: MinimumValue(fields.number("amount"), fields.goods()),
    "minimum_quantity": lambda fields: MinimumQuantity(fields.number("quantity", most=1_000_000), fields.goods()),
    "first_purchase": lambda fields: FirstPurchase(),
    "segment": lambda fields: InSegment(fields.words("segments")),
    "channel": lambda fields: OnChannel(fields.words("channels")),
    "store": lambda fields: InStore(fields.words("stores")),
}


def parse_conditions(given: Any) -> tuple[Condition, ...]:
    """Read a list of conditions, each an object with its `kind`. Raises PromotionNotValid."""
    found = []
    for place, each in enumerate(given if isinstance(given, list) else [given]):
        fields = Fields(each, of=f"conditions.{place}")
        found.append(fields.one_of("kind", _READ)(fields))
        fields.end()
    return tuple(found)
