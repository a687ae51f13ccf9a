from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import Units
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class NthPurchase(Condition):
    """The customer is known, and this is their n-th purchase."""

    label: ClassVar[str] = _("for the purchase of this number")
    unmet: ClassVar[str] = _("another number of purchases")
    refusal: ClassVar[str] = _("This voucher is for another purchase than this one.")
    position: ClassVar[int] = 35
    about: ClassVar[str] = Condition.BUYER

    number: Annotated[int, Units(help=_("3 for a customer's third purchase."))]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.is_known and context.purchases == self.number - 1
