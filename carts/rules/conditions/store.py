from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.fields import Codes
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class InStore(Condition):
    """The purchase is in one of these stores."""

    label: ClassVar[str] = _("only in these stores")
    unmet: ClassVar[str] = _("not in this store")
    refusal: ClassVar[str] = _("This voucher is not valid in this store.")
    position: ClassVar[int] = 60
    about: ClassVar[str] = Condition.CHANNEL

    stores: Annotated[frozenset[str], Codes(of=Codes.STORES)]

    def holds(self, items: Sequence[Item], context: PricingContext) -> bool:
        return context.store in self.stores
