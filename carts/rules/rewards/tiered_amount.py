from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money, Several
from carts.rules.kinds.reward import Reward, Savings, share_out
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class AmountTier:
    """An amount from a value of the goods on."""

    value: Annotated[int, Money(least=0)]
    amount: Annotated[int, Money()]


@dataclass(frozen=True, slots=True)
class TieredAmount(Reward):
    """An amount off the chosen goods together, the highest whose value they reach before promotions."""

    label: ClassVar[str] = _("An amount that grows with the value")
    position: ClassVar[int] = 25
    is_order_level: ClassVar[bool] = True

    amount_tiers: Annotated[
        tuple[AmountTier, ...],
        Several(label=_("amounts by value"), of=AmountTier, example='{"value": 5000, "amount": 500}'),
    ]
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        value = chosen.value
        return share_out(
            max((tier.amount for tier in self.amount_tiers if value >= tier.value), default=0), chosen, left
        )
