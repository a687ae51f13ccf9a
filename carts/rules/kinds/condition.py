"""The base of conditions. Amounts in minor units of the promotion's currency, before any discount."""

from collections.abc import Sequence
from typing import ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item


class Condition:
    """
    A requirement on a cart, its buyer or its channel.

    about: which of these; prices of a buyer cost a statement, and a promotion of a channel needs a reason and an end.
    label, position: how, and in which order, the back office asks for it. unmet: why a cart does not get the promotion,
    as the preview says it. refusal: why a voucher has no effect, as shoppers read it.
    """

    __slots__ = ()

    GOODS: ClassVar = "goods"
    BUYER: ClassVar = "buyer"
    CHANNEL: ClassVar = "channel"

    label: ClassVar[str]
    unmet: ClassVar[str]
    refusal: ClassVar[str]
    position: ClassVar[int]
    about: ClassVar[str]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        """Return whether the cart, its buyer or its channel meets it."""
        raise NotImplementedError

    def least_value(self, items: Sequence[Item]) -> int:
        """Return what goods must be worth that still meet it; 0 if it does not ask for goods."""
        return 0
