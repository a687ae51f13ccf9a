from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import WHOLE, ChosenGoods, Units
from carts.rules.kinds.reward import Reward, Savings, off_the_cheapest
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class CheapestFree(Reward):
    """The cheapest chosen unit is free, once per cart, if there are at least at_least units."""

    label: ClassVar[str] = _("The cheapest is free")
    position: ClassVar[int] = 50

    at_least: Annotated[int, Units(label=_("units at least"), help=_("Two if empty."))] = 2
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        is_enough = sum(item.quantity for item in chosen) >= self.at_least
        return off_the_cheapest(chosen, left, 1 if is_enough else 0, WHOLE)
