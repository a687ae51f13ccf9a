from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from carts.rules.goods import Item
from carts.rules.kinds.reward import Reward, Savings
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class FreeShipping(Reward):
    """Shipping is free."""

    label: ClassVar[str] = _("Free shipping")
    position: ClassVar[int] = 70
    is_order_level: ClassVar[bool] = True
    lowers_shipping: ClassVar[bool] = True

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {}

    def shipping_left(self, price: int) -> int:
        return 0
