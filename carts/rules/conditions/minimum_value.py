from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import ChosenGoods, Money
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class MinimumValue(Condition):
    """Goods of at least this value are in the cart."""

    label: ClassVar[str] = _("from a value of these goods")
    unmet: ClassVar[str] = _("the value of its goods is too low")
    refusal: ClassVar[str] = _("The goods in the cart do not reach the value that this voucher needs.")
    position: ClassVar[int] = 10
    about: ClassVar[str] = Condition.GOODS

    amount: Annotated[int, Money()]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return self.goods.among(items).value >= self.amount

    def least_value(self, items: Sequence[Item]) -> int:
        return self.amount
