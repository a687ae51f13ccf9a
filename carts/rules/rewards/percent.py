from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, Truth
from carts.rules.kinds.reward import Reward, Savings, share_out
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class PercentOff(Reward):
    """A percentage off each line, or off the cart."""

    label: ClassVar[str] = _("A percentage off")
    position: ClassVar[int] = 10

    basis_points: Annotated[int, BasisPoints(label=_("percent"))]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    is_order_level: Annotated[bool, Truth(_("off the cart, not off each line"))] = False

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        rate, chosen = self.basis_points, self.goods.among(items)
        if self.is_order_level:
            return share_out(round_half_up(sum(left[item.id] for item in chosen) * rate, WHOLE), chosen, left)
        return {item.id: (2 * left[item.id] * rate + WHOLE) // (2 * WHOLE) for item in chosen}
