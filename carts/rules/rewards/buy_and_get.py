from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods
from carts.rules.kinds.counting import CountingReward, Part
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, Units
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class BuyAndGet(CountingReward):
    """
    For each `buy` units, up to `get` more units are reduced (free at 10000 basis points), dearest units first.

    So the units of a set that are reduced are its cheapest.
    """

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

    def parts_of_set(self) -> Sequence[Part]:
        return Part(self.buy, self.goods), Part(self.get, self.goods, at_least=1)

    def saving_of(self, values: Sequence[int]) -> int:
        return round_half_up(values[1] * self.basis_points, WHOLE)
