from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, Units
from carts.rules.kinds.reward import Reward, Savings, off_the_cheapest
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class BuyAndGet(Reward):
    """For each `buy` units, `get` more units are reduced (free at 10000 basis points): the cheapest chosen ones."""

    label: ClassVar[str] = _("Buy X, get Y")
    position: ClassVar[int] = 40

    buy: Annotated[int, Units(label=_("units bought"))]
    get: Annotated[int, Units(label=_("units received"))]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    basis_points: Annotated[
        int,
        BasisPoints(
            label=_("percent"),
            help=_("For “Buy X, get Y”: the discount on the units that shoppers get; empty for free."),
        ),
    ] = WHOLE

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        units = sum(item.quantity for item in chosen) // (self.buy + self.get) * self.get
        return off_the_cheapest(chosen, left, units, self.basis_points)
