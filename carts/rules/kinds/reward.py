"""
The base of rewards. Amounts in minor units of the promotion's currency.

A reward receives the items, most expensive first, and the amount that earlier promotions left of each. It returns its
discount on each item, never more than is left. docs/pricing.md describes the order of rewards and the rounding.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from carts.rules.goods import Item
from core.money import split

Savings = dict[int, int]


class Gift(NamedTuple):
    """Units of a variant that a reward adds to the cart for nothing."""

    variant_id: int
    quantity: int


class Reward:
    """
    What a promotion gives. label, position: how, and in which order, the back office offers it.

    lowers_shipping: it takes something off the price of shipping.
    """

    __slots__ = ()

    label: ClassVar[str]
    position: ClassVar[int]
    lowers_shipping: ClassVar[bool] = False

    @property
    def is_order_level(self) -> bool:
        """Return whether it reduces the cart as a whole, and so is applied after all others."""
        return False

    @property
    def gift(self) -> Gift | None:
        """Return the units that it adds to the cart; most rewards add none."""
        return None

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        """Return what it takes off each item, by its id."""
        raise NotImplementedError

    def shipping_left(self, price: int) -> int:
        """Return what it leaves of the price of shipping."""
        return price


def share_out(amount: int, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
    """Return an amount, shared out among items by what is left of each; no more than is left of all."""
    weights = [left[item.id] for item in items]
    amount = min(amount, sum(weights))
    if amount <= 0:
        return {}
    return dict(zip((item.id for item in items), split(amount, weights), strict=True))


def dearest_units(items: Sequence[Item], most: int | None) -> dict[int, int]:
    """Return how many units of each item a reward touches, by its id: most of them at most, the dearest ones."""
    if most is None:
        return {item.id: item.quantity for item in items}
    touched = {}
    for item in items:
        touched[item.id] = min(most, item.quantity)
        most -= touched[item.id]
    return touched
