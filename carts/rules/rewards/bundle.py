from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from carts.rules.goods import Goods, Item
from carts.rules.kinds.fields import ChosenGoods, Money, Several, Units
from carts.rules.kinds.reward import Reward, Savings, share_out
from core.errors import gettext_noop as _


@dataclass(frozen=True, slots=True)
class BundlePart:
    """A quantity of some goods."""

    quantity: Annotated[int, Units()]
    goods: Annotated[Goods, ChosenGoods()]


@dataclass(frozen=True, slots=True)
class BundlePrice(Reward):
    """
    One price for units of several parts together, as often as the cart holds them, most expensive first.

    An item counts for the first part that it matches.
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

    def savings(self, items: Sequence[Item], left: Mapping[int, int]) -> Savings:
        unassigned, by_part = list(items), []
        for part in self.parts:
            chosen = part.goods.among(unassigned)
            assigned = {item.id for item in chosen}
            unassigned = [item for item in unassigned if item.id not in assigned]
            by_part.append((part, chosen))
        times = min(sum(item.quantity for item in chosen) // part.quantity for part, chosen in by_part)
        values: Savings = {}
        for part, chosen in by_part:
            units = part.quantity * times
            for item in chosen:
                values[item.id] = min(item.quantity, units) * item.unit_price
                units -= min(item.quantity, units)
        saved = sum(values.values()) - self.amount * times
        most = {item_id: min(value, left[item_id]) for item_id, value in values.items()}
        return share_out(saved, [item for item in items if item.id in most], most)
