from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money, Truth, Units
from carts.rules.kinds.reward import Reward, Savings, dearest_units, share_out
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AmountOff(Reward):
    """An amount off the chosen goods together, or off each unit, of the dearest `units` at most."""

    label: ClassVar[str] = _("An amount off")
    position: ClassVar[int] = 20

    amount: Annotated[int, Money(label=_("amount"))]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    is_each: Annotated[bool, Truth(_("off each unit"))] = False
    units: Annotated[int | None, Units(label=_("units at most"), help=_("The dearest ones; all if empty."))] = None

    @property
    def is_order_level(self) -> bool:
        return not self.is_each

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        if self.is_each:
            units = dearest_units(chosen, self.units)
            return {
                item.id: min(left[item.id] * units[item.id] // item.quantity, self.amount * units[item.id])
                for item in chosen
            }
        return share_out(self.amount, chosen, left)
