from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods
from carts.rules.kinds.counting import CountingReward, Part
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, OtherGoods, Units
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class BuyTheseGetThose(CountingReward):
    """
    For each `buy` units of some goods, up to `get` units of others are reduced, so often at most.

    Units that could be either are bought only if there are no others.
    """

    label: ClassVar[str] = _("Buy of these, get of those")
    position: ClassVar[int] = 45

    buy: Annotated[int, Units(label=_("units bought"))]
    get: Annotated[int, Units(label=_("units received"))]
    bought: Annotated[
        Goods,
        OtherGoods(
            label=_("goods that must be bought"),
            help=_("For “Buy of these, get of those”; the goods chosen below are those that are received."),
            example='{"categories": ["kitchen/cups"]}',
        ),
    ]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING
    basis_points: Annotated[int, BasisPoints(label=_("percent"))] = WHOLE
    times: Annotated[int | None, Units(label=_("times at most"), help=_("In one cart; any number if empty."))] = None

    def parts_of_set(self) -> Sequence[Part]:
        return Part(self.buy, self.bought, leaves=self.goods), Part(self.get, self.goods, at_least=1)

    def saving_of(self, values: Sequence[int]) -> int:
        return round_half_up(values[1] * self.basis_points, WHOLE)

    def most_sets(self) -> int | None:
        return self.times
