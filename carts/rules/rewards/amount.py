from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money, Truth
from carts.rules.kinds.reward import Reward, Savings, share_out
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AmountOff(Reward):
    """An amount off the chosen goods together, or off each unit."""

    label: ClassVar[str] = _("An amount off")
    position: ClassVar[int] = 20

    amount: Annotated[int, Money(label=_("amount"))]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    is_each: Annotated[bool, Truth(_("off each unit"))] = False

    @property
    def is_order_level(self) -> bool:
        return not self.is_each

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        if self.is_each:
            return {item.id: min(left[item.id], self.amount * item.quantity) for item in chosen}
        return share_out(self.amount, chosen, left)
