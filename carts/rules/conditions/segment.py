from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import Codes
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class InSegment(Condition):
    """The customer belongs to one of these segments."""

    label: ClassVar[str] = _("for these segments")
    unmet: ClassVar[str] = _("the customer is in none of its segments")
    refusal: ClassVar[str] = _("This voucher is for other customers.")
    position: ClassVar[int] = 40
    about: ClassVar[str] = Condition.BUYER

    segments: Annotated[frozenset[str], Codes(of=Codes.SEGMENTS)]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return not self.segments.isdisjoint(context.segments)
