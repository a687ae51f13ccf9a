"""Which offers a cart gets, and what each takes off which line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from carts.rules.benefits import Benefit, FreeShipping, Savings
from carts.rules.conditions import Condition, PricingContext
from carts.rules.goods import Item


@dataclass(frozen=True, slots=True)
class PromotionRule:
    """
    A promotion as the calculation knows it. currency: of its amounts; empty where it has none.

    priority: the smaller the earlier. is_exclusive: it works alone. needs_voucher: only for carts with a code of it.
    """

    id: int
    name: Mapping[str, str]
    benefit: Benefit
    conditions: tuple[Condition, ...] = ()
    currency: str = ""
    priority: int = 100
    is_exclusive: bool = False
    needs_voucher: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def is_open(self, context: PricingContext) -> bool:
        """Return whether it is the time for it, and its code was given where it needs one."""
        if self.starts_at is not None and context.now < self.starts_at:
            return False
        if self.ends_at is not None and context.now >= self.ends_at:
            return False
        return not self.needs_voucher or self.id in context.vouchers


class AppliedPromotion(NamedTuple):
    """What an offer takes off each line by its id; frees_shipping: and shipping costs nothing."""

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
    What became of an offer. word: given, closed (not its time), no_voucher, other_currency, condition, or nothing.

    condition: the one that does not hold. amount: what it takes off. nothing: it fits, but takes nothing off as things
    stand, or another one that works alone is cheaper.
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
    """Say of each offer why a cart has it or not. amounts: what those that were given took off, by their ids."""
    return [(promotion, _judge(promotion, items, context, currency, amounts)) for promotion in promotions]


def apply_promotions(
    items: Sequence[Item], *, promotions: Sequence[PromotionRule], context: PricingContext, currency: str, price: Price
) -> list[AppliedPromotion]:
    """
    Return what the cart's offers come to: all the combinable ones together, or the one exclusive offer that is cheaper.

    items: from the dearest down. price: what the cart costs with some offers given; decides between them.
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
    in_order = sorted(fitting, key=lambda promotion: (promotion.benefit.on_whole, promotion.priority, promotion.id))
    best = _give(items, [promotion for promotion in in_order if not promotion.is_exclusive])
    lone = [promotion for promotion in in_order if promotion.is_exclusive]
    if not lone:
        return best
    least = price(best)
    for promotion in sorted(lone, key=lambda promotion: (promotion.priority, promotion.id)):
        alone = _give(items, [promotion])
        cost = price(alone)
        if cost < least:
            best, least = alone, cost
    return best


def _give(items: Sequence[Item], promotions: Sequence[PromotionRule]) -> list[AppliedPromotion]:
    left = {item.id: item.quantity * item.unit_price for item in items}
    given = []
    for promotion in promotions:
        savings: Savings = {}
        for item_id, amount in promotion.benefit.savings(items, left).items():
            if amount > 0:
                left[item_id] -= amount
                savings[item_id] = amount
        frees = isinstance(promotion.benefit, FreeShipping)
        if savings or frees:
            given.append(AppliedPromotion(promotion, savings, frees))
    return given


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
