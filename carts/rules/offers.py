"""Which offers a cart gets, and what each takes off which line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from carts.rules.benefits import Benefit, FreeShipping, Savings
from carts.rules.conditions import Condition, Scene
from carts.rules.goods import Item


@dataclass(frozen=True, slots=True)
class Offer:
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

    def is_open(self, scene: Scene) -> bool:
        """Return whether it is the time for it, and its code was given where it needs one."""
        if self.starts_at is not None and scene.now < self.starts_at:
            return False
        if self.ends_at is not None and scene.now >= self.ends_at:
            return False
        return not self.needs_voucher or self.id in scene.vouchers


class Given(NamedTuple):
    """What an offer takes off each line by its id; frees_shipping: and shipping costs nothing."""

    offer: Offer
    savings: Mapping[int, int]
    frees_shipping: bool = False

    @property
    def amount(self) -> int:
        return sum(self.savings.values())


Price = Callable[[Sequence[Given]], int]


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What became of an offer. word: given, closed (not its time), no_voucher, other_currency, condition, or nothing.

    condition: the one that does not hold. amount: what it takes off. nothing: it fits, but takes nothing off as things
    stand, or another one that works alone is cheaper.
    """

    word: str
    amount: int = 0
    condition: Condition | None = None


def judge_offers(
    items: Sequence[Item], *, offers: Sequence[Offer], scene: Scene, currency: str, amounts: Mapping[int, int]
) -> list[tuple[Offer, Verdict]]:
    """Say of each offer why a cart has it or not. amounts: what those that were given took off, by their ids."""
    return [(offer, _judge(offer, items, scene, currency, amounts)) for offer in offers]


def give_offers(
    items: Sequence[Item], *, offers: Sequence[Offer], scene: Scene, currency: str, price: Price
) -> list[Given]:
    """
    Return what the cart's offers come to: all the combinable ones together, or the one exclusive offer that is cheaper.

    items: from the dearest down. price: what the cart costs with some offers given; decides between them.
    """
    fitting = [
        offer
        for offer in offers
        if offer.is_open(scene)
        and (not offer.currency or offer.currency == currency)
        and all(condition.holds(items, scene) for condition in offer.conditions)
    ]
    if not fitting:
        return []
    in_order = sorted(fitting, key=lambda offer: (offer.benefit.on_whole, offer.priority, offer.id))
    best = _give(items, [offer for offer in in_order if not offer.is_exclusive])
    lone = [offer for offer in in_order if offer.is_exclusive]
    if not lone:
        return best
    least = price(best)
    for offer in sorted(lone, key=lambda offer: (offer.priority, offer.id)):
        alone = _give(items, [offer])
        cost = price(alone)
        if cost < least:
            best, least = alone, cost
    return best


def _give(items: Sequence[Item], offers: Sequence[Offer]) -> list[Given]:
    left = {item.id: item.quantity * item.unit_price for item in items}
    given = []
    for offer in offers:
        savings: Savings = {}
        for item_id, amount in offer.benefit.savings(items, left).items():
            if amount > 0:
                left[item_id] -= amount
                savings[item_id] = amount
        frees = isinstance(offer.benefit, FreeShipping)
        if savings or frees:
            given.append(Given(offer, savings, frees))
    return given


def _judge(offer: Offer, items: Sequence[Item], scene: Scene, currency: str, amounts: Mapping[int, int]) -> Verdict:
    if offer.id in amounts:
        return Verdict("given", amounts[offer.id])
    if offer.needs_voucher and offer.id not in scene.vouchers:
        return Verdict("no_voucher")
    if not offer.is_open(scene):
        return Verdict("closed")
    if offer.currency and offer.currency != currency:
        return Verdict("other_currency")
    failing = next((condition for condition in offer.conditions if not condition.holds(items, scene)), None)
    return Verdict("condition", condition=failing) if failing is not None else Verdict("nothing")
