"""Decides which promotions apply to a cart, and what each takes off each line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.reward import Reward, Savings


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """
    A promotion as the calculation knows it. currency: of its amounts; empty if it has none.

    priority: smaller numbers are applied first. is_exclusive: it is never combined. needs_voucher: only for carts with
    one of its codes.
    """

    id: int
    name: Mapping[str, str]
    reward: Reward
    conditions: tuple[Condition, ...] = ()
    currency: str = ""
    priority: int = 100
    is_exclusive: bool = False
    needs_voucher: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_open(self, context: PricingContext) -> bool:
        """Return whether it is valid at this moment, and unlocked by a voucher if it needs one."""
        if self.starts_at is not None and context.now < self.starts_at:
            return False
        if self.ends_at is not None and context.now >= self.ends_at:
            return False
        return not self.needs_voucher or self.id in context.vouchers


class AppliedPromotion(NamedTuple):
    """What a promotion takes off each line, by its id. frees_shipping: it also makes shipping free."""

    promotion: PromotionRule
    savings: Mapping[int, int]
    frees_shipping: bool = False

    @property
    def amount(self) -> int:
        return sum(self.savings.values())


Price = Callable[[Sequence[AppliedPromotion]], int]


@dataclass(frozen=True, slots=True)
class PromotionVerdict:
    """
    Why a cart gets a promotion or not. word: given, closed (not valid now), no_voucher, other_currency, condition, or
    nothing.

    condition: the one that is not met. amount: the discount. nothing: its conditions are met, but it gives no discount
    here, or an exclusive promotion is cheaper.
    """

    word: str
    amount: int = 0
    condition: Condition | None = None


def explain_promotions(
    items: Sequence[Item],
    *,
    promotions: Sequence[PromotionRule],
    context: PricingContext,
    currency: str,
    amounts: Mapping[int, int],
) -> list[tuple[PromotionRule, PromotionVerdict]]:
    """Return why a cart gets each promotion or not. amounts: the discounts of those it gets, by their ids."""
    return [(promotion, _judge(promotion, items, context, currency, amounts)) for promotion in promotions]


def apply_promotions(
    items: Sequence[Item], *, promotions: Sequence[PromotionRule], context: PricingContext, currency: str, price: Price
) -> list[AppliedPromotion]:
    """
    Return the promotions that a cart gets: all combinable ones together, or one exclusive promotion if that is cheaper.

    items: most expensive first. price: the price of the cart with some promotions applied; it decides between them.
    """
    fitting = [
        promotion
        for promotion in promotions
        if promotion.is_open(context)
        and (not promotion.currency or promotion.currency == currency)
        and all(condition.holds(items, context) for condition in promotion.conditions)
    ]
    if not fitting:
        return []
    in_order = sorted(
        fitting, key=lambda promotion: (promotion.reward.is_order_level, promotion.priority, promotion.id)
    )
    best = _apply(items, [promotion for promotion in in_order if not promotion.is_exclusive])
    exclusive = [promotion for promotion in in_order if promotion.is_exclusive]
    if not exclusive:
        return best
    least = price(best)
    for promotion in sorted(exclusive, key=lambda promotion: (promotion.priority, promotion.id)):
        alone = _apply(items, [promotion])
        cost = price(alone)
        if cost < least:
            best, least = alone, cost
    return best


def _apply(items: Sequence[Item], promotions: Sequence[PromotionRule]) -> list[AppliedPromotion]:
    left = {item.id: item.quantity * item.unit_price for item in items}
    applied = []
    for promotion in promotions:
        savings: Savings = {}
        for item_id, amount in promotion.reward.savings(items, left).items():
            if amount > 0:
                left[item_id] -= amount
                savings[item_id] = amount
        frees_shipping = promotion.reward.frees_shipping
        if savings or frees_shipping:
            applied.append(AppliedPromotion(promotion, savings, frees_shipping))
    return applied


def _judge(
    promotion: PromotionRule, items: Sequence[Item], context: PricingContext, currency: str, amounts: Mapping[int, int]
) -> PromotionVerdict:
    if promotion.id in amounts:
        return PromotionVerdict("given", amounts[promotion.id])
    if promotion.needs_voucher and promotion.id not in context.vouchers:
        return PromotionVerdict("no_voucher")
    if not promotion.is_open(context):
        return PromotionVerdict("closed")
    if promotion.currency and promotion.currency != currency:
        return PromotionVerdict("other_currency")
    failing = next((condition for condition in promotion.conditions if not condition.holds(items, context)), None)
    return PromotionVerdict("condition", condition=failing) if failing is not None else PromotionVerdict("nothing")
