from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money, Units
from carts.rules.kinds.reward import Reward, Savings, dearest_units
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class FixedPrice(Reward):
    """One price for each unit, if that is lower; of the dearest `units` at most."""

    label: ClassVar[str] = _("A fixed price each")
    position: ClassVar[int] = 30

    amount: Annotated[int, Money(label=_("amount"), least=0)]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    units: Annotated[int | None, Units(label=_("units at most"), help=_("The dearest ones; all if empty."))] = None

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        units = dearest_units(chosen, self.units)
        return {
            item.id: max(0, left[item.id] * units[item.id] // item.quantity - self.amount * units[item.id])
            for item in chosen
        }
