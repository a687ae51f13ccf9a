from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods
from carts.rules.kinds.counting import CountingReward, Part
from carts.rules.kinds.fields import ChosenGoods, Money, Units
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AnyForPrice(CountingReward):
    """Any `quantity` of the chosen units for one price, as often as that saves something, dearest units first."""

    label: ClassVar[str] = _("Any N for one price")
    position: ClassVar[int] = 55

    quantity: Annotated[int, Units(label=_("units together"))]
    amount: Annotated[int, Money(label=_("amount"), least=0)]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def parts_of_set(self) -> Sequence[Part]:
        return (Part(self.quantity, self.goods),)

    def saving_of(self, values: Sequence[int]) -> int:
        return values[0] - self.amount
