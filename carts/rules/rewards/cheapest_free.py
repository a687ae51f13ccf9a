from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods
from carts.rules.kinds.counting import CountingReward, Part
from carts.rules.kinds.fields import ChosenGoods, Units
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class CheapestFree(CountingReward):
    """Of the at_least dearest chosen units the cheapest is free, once per cart."""

    label: ClassVar[str] = _("The cheapest is free")
    position: ClassVar[int] = 50

    at_least: Annotated[int, Units(label=_("units at least"), help=_("Two if empty."))] = 2
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def parts_of_set(self) -> Sequence[Part]:
        return Part(self.at_least - 1, self.goods), Part(1, self.goods)

    def saving_of(self, values: Sequence[int]) -> int:
        return values[1]

    def most_sets(self) -> int | None:
        return 1
