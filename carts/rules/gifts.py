"""The gifts of a priced cart: units that promotions add by themselves, as long as they are in stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from carts.rules.goods import Item, cheapest_of
from carts.rules.promotions import AppliedPromotion


@dataclass(frozen=True, slots=True)
class GiftGoods:
    """
    A variant on sale that a promotion may give. unit_price: its ordinary price in minor units, above zero.

    available: units that can be given; for an order, those of the location that has most of them. places: the units
    that each location of the order can give.
    """

    variant_id: int
    sku: str
    slug: str
    name: Mapping[str, str]
    unit_price: int
    available: int
    picture: str | None = None
    places: Mapping[int, int] = field(default_factory=dict)


class QuotedGift(NamedTuple):
    """
    A gift that a promotion gives, or would give if it were in stock (is_given).

    earned_from: what goods must be worth, before promotions, that still earn it.
    """

    promotion_id: int
    promotion: Mapping[str, str]
    goods: GiftGoods
    quantity: int
    is_given: bool
    earned_from: int = 0

    @property
    def line_id(self) -> int:
        """Return the id of its line in an order that is being placed: no line of a cart has such an id."""
        return -self.promotion_id

    @property
    def value(self) -> int:
        return self.quantity * self.goods.unit_price if self.is_given else 0


def gifts_of(applied: Sequence[AppliedPromotion], known: Mapping[int, GiftGoods]) -> tuple[QuotedGift, ...]:
    """
    Return the gifts of applied promotions, in their order. known: the variants that may be given, by their ids.

    A gift that is not on sale is left out; one that is short is named, and not given. No unit is given twice.
    """
    left = {variant_id: goods.available for variant_id, goods in known.items()}
    gifts = []
    for application in applied:
        gift, promotion = application.promotion.reward.gift, application.promotion
        if gift is None or gift.variant_id not in known:
            continue
        is_given = left[gift.variant_id] >= gift.quantity
        left[gift.variant_id] -= gift.quantity if is_given else 0
        goods = known[gift.variant_id]
        gifts.append(QuotedGift(promotion.id, promotion.name, goods, gift.quantity, is_given))
    return tuple(gifts)


def earning(
    gifts: Sequence[QuotedGift], applied: Sequence[AppliedPromotion], items: Sequence[Item]
) -> list[QuotedGift]:
    """Return gifts with what earns them: goods that meet the conditions of their promotion, or else any unit."""
    conditions = {promotion.id: promotion.conditions for promotion, _savings in applied}
    any_unit = cheapest_of((item for item in items if not item.is_stored_value), 1)
    return [
        gift._replace(
            earned_from=max(any_unit, *(condition.least_value(items) for condition in conditions[gift.promotion_id]), 0)
        )
        for gift in gifts
    ]
