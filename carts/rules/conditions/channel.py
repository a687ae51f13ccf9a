from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import Codes
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class OnChannel(Condition):
    """The purchase is on one of these channels."""

    label: ClassVar[str] = _("only on these channels")
    unmet: ClassVar[str] = _("not on this channel")
    refusal: ClassVar[str] = _("This voucher is not valid on this channel.")
    position: ClassVar[int] = 50
    about: ClassVar[str] = Condition.CHANNEL

    channels: Annotated[frozenset[str], Codes(of=Codes.CHANNELS)]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.channel in self.channels
