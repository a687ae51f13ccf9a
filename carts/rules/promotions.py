"""Decides which promotions apply to a cart, and what each takes off each line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from carts.rules.context import PricingContext
from carts.rules.goods import Item
from carts.rules.kinds.condition import Condition
from carts.rules.kinds.counting import CountingReward, best_uses
from carts.rules.kinds.fields import text_of
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
    order: tuple[int, int, int, str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """
        Compute its place in the calculation: first what changes unit prices, then what counts units, then the cart.

        Among equal priorities the kind decides, then the text of the reward; so neither age nor id changes an amount.
        """
        phase = 1 if isinstance(self.reward, CountingReward) else 2 if self.reward.is_order_level else 0
        place = (phase, self.priority, self.reward.position, text_of(self.reward), self.id)
        object.__setattr__(self, "order", place)

    def is_open(self, context: PricingContext) -> bool:
        """Return whether it is valid at this moment, and unlocked by a voucher if it needs one."""
        if self.starts_at is not None and context.now < self.starts_at:
            return False
        if self.ends_at is not None and context.now >= self.ends_at:
            return False
        return not self.needs_voucher or self.id in context.vouchers


class AppliedPromotion(NamedTuple):
    """What a promotion takes off each line, by its id."""

    promotion: PromotionRule
    savings: Mapping[int, int]

    @property
    def amount(self) -> int:
        return sum(self.savings.values())


# What a cart costs with some promotions, and then what decides among equal ones.
Price = Callable[[Sequence[AppliedPromotion]], tuple[int, int]]


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

    If vouchers would make it dearer together with other promotions, they are left out. items: most expensive first.
    price: the price of the cart with some promotions applied; it decides between them, the lowest first.
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
    in_order = sorted(fitting, key=lambda promotion: promotion.order)
    together = [promotion for promotion in in_order if not promotion.is_exclusive]
    without_vouchers = [promotion for promotion in together if not promotion.needs_voucher]
    others = [[promotion] for promotion in in_order if promotion.is_exclusive]
    if 0 < len(without_vouchers) < len(together):
        others.append(without_vouchers)
    best = _apply(items, together)
    if not others:
        return best
    least = price(best)
    for tried in others:
        alone = _apply(items, tried)
        cost = price(alone)
        if cost < least:
            best, least = alone, cost
    return best


def _apply(items: Sequence[Item], promotions: Sequence[PromotionRule]) -> list[AppliedPromotion]:
    """Apply promotions in their order, each to what the earlier ones have left of the items."""
    left = {item.id: item.quantity * item.unit_price for item in items}
    floors = {item.id: item.quantity * item.floor for item in items if item.floor}
    counted: dict[int, Savings] = {}
    applied = []
    for promotion in promotions:
        if isinstance(promotion.reward, CountingReward):
            # All that count units follow one another, and are tried together.
            counted = counted or _counted(items, promotions, left)
            saved = counted[promotion.id]
        else:
            saved = promotion.reward.savings(items, left)
        savings: Savings = {}
        for item_id, amount in saved.items():
            amount = min(amount, left[item_id] - floors.get(item_id, 0))
            if amount > 0:
                left[item_id] -= amount
                savings[item_id] = amount
        if savings or promotion.reward.lowers_shipping or promotion.reward.gift is not None:
            applied.append(AppliedPromotion(promotion, savings))
    return applied


def _counted(items: Sequence[Item], promotions: Sequence[PromotionRule], left: Mapping[int, int]) -> dict[int, Savings]:
    """Return what each promotion that counts units takes off each item."""
    rewards = {each.id: each.reward for each in promotions if isinstance(each.reward, CountingReward)}
    return dict(zip(rewards, best_uses(list(rewards.values()), items, left), strict=True))


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
