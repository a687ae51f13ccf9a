from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import Item
from carts.rules.kinds.fields import WHOLE, BasisPoints
from carts.rules.kinds.reward import Reward, Savings
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class PercentOffShipping(Reward):
    """A percentage off the price of shipping."""

    label: ClassVar[str] = _("A percentage off shipping")
    position: ClassVar[int] = 80
    is_order_level: ClassVar[bool] = True
    lowers_shipping: ClassVar[bool] = True

    basis_points: Annotated[int, BasisPoints(label=_("percent"))]

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {}

    def shipping_left(self, price: int) -> int:
        return price - round_half_up(price * self.basis_points, WHOLE)
