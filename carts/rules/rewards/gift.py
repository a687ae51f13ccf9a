from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import Item
from carts.rules.kinds.fields import OneVariant, Units
from carts.rules.kinds.reward import Gift, Reward, Savings
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class GiftOfGoods(Reward):
    """Units of a variant, which come into the cart by themselves while its conditions hold and they are in stock."""

    label: ClassVar[str] = _("A gift")
    position: ClassVar[int] = 100
    is_order_level: ClassVar[bool] = True

    variant: Annotated[
        int, OneVariant(label=_("the gift"), help=_("It is never counted by other promotions, and bears no deposit."))
    ]
    pieces: Annotated[int, Units(label=_("units of the gift"))] = 1

    @property
    def gift(self) -> Gift:
        return Gift(self.variant, self.pieces)

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        return {}
