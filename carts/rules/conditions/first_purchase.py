from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class FirstPurchase(Condition):
    """The customer is known, and has not ordered before."""

    label: ClassVar[str] = _("for the first purchase")
    unmet: ClassVar[str] = _("not the first purchase of a known customer")
    refusal: ClassVar[str] = _("This voucher is for the first purchase of a customer who is signed in.")
    position: ClassVar[int] = 30
    about: ClassVar[str] = Condition.BUYER

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.is_known and not context.has_bought
