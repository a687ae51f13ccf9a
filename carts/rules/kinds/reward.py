"""
The base of rewards. Amounts in minor units of the promotion's currency.

A reward receives the items, most expensive first, and the amount that earlier promotions left of each. It returns its
discount on each item, never more than is left. docs/pricing.md describes the rounding.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from carts.rules.goods import Item
from carts.rules.kinds.fields import WHOLE
from core.money import round_half_up, split

Savings = dict[int, int]


class Reward:
    """
    What a promotion gives. label, position: how, and in which order, the back office offers it.

    frees_shipping: it makes shipping free.
    """

    __slots__ = ()

    label: ClassVar[str]
    position: ClassVar[int]
    frees_shipping: ClassVar[bool] = False

    @property
    def is_order_level(self) -> bool:
        """Return whether it reduces the cart as a whole, and so is applied after those that reduce lines."""
        return False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        """Return what it takes off each item, by its id."""
        raise NotImplementedError


def share_out(amount: int, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
    """Return an amount, shared out among items by what is left of each; no more than is left of all."""
    weights = [left[item.id] for item in items]
    amount = min(amount, sum(weights))
    if amount <= 0:
        return {}
    return dict(zip((item.id for item in items), split(amount, weights), strict=True))


def off_the_cheapest(items: Sequence[Item], left: Mapping[int, int], units: int, basis_points: int) -> Savings:
    """Return a percentage off the cheapest units."""
    savings: Savings = {}
    for item in reversed(items):
        if not units:
            break
        taken = min(units, item.quantity)
        units -= taken
        savings[item.id] = min(left[item.id], round_half_up(item.unit_price * taken * basis_points, WHOLE))
    return savings
