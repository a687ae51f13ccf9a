from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import Item
from carts.rules.kinds.fields import Money
from carts.rules.kinds.reward import Reward, Savings
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AmountOffShipping(Reward):
    """An amount off the price of shipping."""

    label: ClassVar[str] = _("An amount off shipping")
    position: ClassVar[int] = 90
    is_order_level: ClassVar[bool] = True
    lowers_shipping: ClassVar[bool] = True

    amount: Annotated[int, Money(label=_("amount"))]

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {}

    def shipping_left(self, price: int) -> int:
        return max(0, price - self.amount)
