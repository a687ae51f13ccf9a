from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money
from carts.rules.kinds.reward import Reward, Savings
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class FixedPrice(Reward):
    """One price for each unit, if that is lower."""

    label: ClassVar[str] = _("A fixed price each")
    position: ClassVar[int] = 30

    amount: Annotated[int, Money(label=_("amount"), least=0)]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        return {item.id: max(0, left[item.id] - self.amount * item.quantity) for item in chosen}
