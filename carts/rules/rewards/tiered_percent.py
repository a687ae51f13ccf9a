from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import EVERYTHING, Goods, Item
from carts.rules.kinds.fields import WHOLE, BasisPoints, ChosenGoods, Money, Several
from carts.rules.kinds.reward import Reward, Savings, share_out
from core.errors import gettext_noop as _
from core.money import round_half_up


@dataclass(frozen=True, slots=True)
class PercentTier:
    """A percentage from a value of the goods on."""

    value: Annotated[int, Money(least=0)]
    basis_points: Annotated[int, BasisPoints()]


@dataclass(frozen=True, slots=True)
class TieredPercent(Reward):
    """A percentage off the chosen goods together, the highest whose value they reach before promotions."""

    label: ClassVar[str] = _("A percentage that grows with the value")
    position: ClassVar[int] = 15
    is_order_level: ClassVar[bool] = True

    tiers: Annotated[
        tuple[PercentTier, ...],
        Several(
            label=_("percentages by value"), of=PercentTier, example='{"value": 2000, "basis_points": 1500}',
        ),
    ]  # fmt: skip
    goods: Annotated[Goods, ChosenGoods()] = EVERYTHING

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        chosen = self.goods.among(items)
        value = chosen.value
        rate = max((tier.basis_points for tier in self.tiers if value >= tier.value), default=0)
        return share_out(round_half_up(sum(left[item.id] for item in chosen) * rate, WHOLE), chosen, left)
