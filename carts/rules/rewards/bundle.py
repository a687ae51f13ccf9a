from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

from carts.rules.goods import Goods
from carts.rules.kinds.counting import CountingReward, Part
from carts.rules.kinds.fields import ChosenGoods, Money, Several, Units, text_of
from core.errors import gettext_noop as _

BUNDLES_REMEMBERED = 1024


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A quantity of some goods."""

    quantity: Annotated[int, Units()]
    goods: Annotated[Goods, ChosenGoods()]


@dataclass(frozen=True, slots=True)
class BundlePrice(CountingReward):
    """
    One price for units of several parts together, as often as that saves something, most expensive first.

    A part of narrower goods takes its units before a part of wider ones, whatever their order.
    """

    label: ClassVar[str] = _("Together for one price")
    position: ClassVar[int] = 60

    parts: Annotated[
        tuple[BundlePart, ...],
        Several(
            label=_("parts of the bundle"),
            of=BundlePart,
            example='{"quantity": 1, "goods": {"categories": ["kitchen/cups"]}}',
        ),
    ]
    amount: Annotated[int, Money(label=_("amount"), least=0)]

    def parts_of_set(self) -> Sequence[Part]:
        return _in_order(self.parts)

    def saving_of(self, values: Sequence[int]) -> int:
        return sum(values) - self.amount


@lru_cache(BUNDLES_REMEMBERED)
def _in_order(parts: tuple[BundlePart, ...]) -> tuple[Part, ...]:
    in_order = sorted(parts, key=lambda part: (part.goods.width, text_of(part)))
    return tuple(Part(part.quantity, part.goods) for part in in_order)
