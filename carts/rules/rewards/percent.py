from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, Money, Truth, Units
from carts.rules.kinds.reward import Reward, Savings, dearest_units, share_out
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class PercentOff(Reward):
    """A percentage off each line, or off the cart; of the dearest `units` at most, and no more than `most` in all."""

    label: ClassVar[str] = _("A percentage off")
    position: ClassVar[int] = 10

    basis_points: Annotated[int, BasisPoints(label=_("percent"))]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    is_order_level: Annotated[bool, Truth(_("off the cart, not off each line"))] = False
    most: Annotated[int | None, Money(label=_("no more than this amount"))] = None
    units: Annotated[int | None, Units(label=_("units at most"), help=_("The dearest ones; all if empty."))] = None

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        rate, chosen = self.basis_points, self.goods.among(items)
        if self.units is not None:
            touched = dearest_units(chosen, self.units)
            left = {item.id: left[item.id] * touched[item.id] // item.quantity for item in chosen}
        if self.is_order_level:
            saved = round_half_up(sum(left[item.id] for item in chosen) * rate, WHOLE)
            return share_out(saved if self.most is None else min(saved, self.most), chosen, left)
        savings = {item.id: (2 * left[item.id] * rate + WHOLE) // (2 * WHOLE) for item in chosen}
        if self.most is None or sum(savings.values()) <= self.most:
            return savings
        return share_out(self.most, chosen, savings)
