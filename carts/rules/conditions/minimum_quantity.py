from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import EVERYTHING, Goods, Item, cheapest_of
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import ChosenGoods, Units
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class MinimumQuantity(Condition):
    """At least this many units are in the cart."""

    label: ClassVar[str] = _("from so many of these units")
    unmet: ClassVar[str] = _("not enough of its goods")
    refusal: ClassVar[str] = _("The cart has too few of the goods that this voucher needs.")
    position: ClassVar[int] = 20
    about: ClassVar[str] = Condition.GOODS

    quantity: Annotated[int, Units(most=1_000_000)]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return self.goods.among(items).units >= self.quantity

    def least_value(self, items: Sequence[Item]) -> int:
        return cheapest_of(self.goods.among(items), self.quantity)
