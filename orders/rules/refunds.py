"""How much is refunded, and to which tender. All amounts in minor units of one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import NamedTuple

from core.money import Money

ANY, CREDIT = "original", "credit"


class Reduction(NamedTuple):
    """What was given back of a line's price while its goods were kept; units: how many were not gone by then."""

    amount: int
    units: int


@dataclass(frozen=True, slots=True)
class SoldLine:
    """
    A line as it was sold. line_total: what was paid for it, with deposits and added tax.

    gone: units that were cancelled or returned, and refunded, before; returned: those of them that the buyer had.
    gift_value: of a unit that a promotion gave, what it would have cost; earned_from: what goods have to be worth for
    it, before promotions, as full_price is, that of all units. is_stored_value: a gift card, which earns no gift.
    reductions: what was given back of its price before, for the units that were left then. forfeited: what those
    returned units were worth for which nothing was given back: they are still paid, like what is kept.
    """

    id: int
    quantity: int
    line_total: int
    gone: int
    returned: int = 0
    gift_value: int = 0
    earned_from: int = 0
    full_price: int = 0
    is_stored_value: bool = False
    reductions: tuple[Reduction, ...] = ()
    forfeited: int = 0

    def worth_until(self, gone: int, share: int) -> int:
        """
        Return what the first units to go are worth together, as paid and less what was given back of them.

        share: what was paid for all units. It is rounded once, so that no unit's part is below zero and all parts add
        up.
        """
        if not self.reductions:
            return share * gone // self.quantity
        worth = Fraction(share * gone, self.quantity)
        for amount, units in self.reductions:
            worth -= Fraction(amount * max(0, gone - self.quantity + units), units)
        return floor(worth)


@dataclass(frozen=True, slots=True)
class RefundableTender:
    """A captured tender. left: what is not refunded yet; at_desk: staff must pay it out."""

    payment_id: int
    left: int
    at_desk: bool
    method: str = ""


@dataclass(frozen=True, slots=True)
class RefundPart:
    """A part of a refund. method: of the tender it goes back to, ANY, or CREDIT instead; amount: None for the rest."""

    method: str
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class RefundPlan:
    """How much goes back to the tenders and as credit, by the payment it is taken from; missing: what is in neither."""

    to_tenders: dict[int, int]
    to_credit: dict[int, int]
    missing: int


def value_of_units(units: Mapping[int, int], *, lines: Sequence[SoldLine], goods_paid: int, currency: str) -> int:
    """
    Return what was paid for some units: their share of everything paid for the goods, order-wide discount and tax too.

    units: how many of each line, by its id. lines: all of the order. goods_paid: the order's total without shipping.
    What was given back of their price before is not given back again. Units taken one by one over time, with the
    reductions, add up to the whole, to the minor unit.
    """
    value = 0
    for line, share in zip(lines, _shares(lines, goods_paid, currency), strict=True):
        last = line.gone + units.get(line.id, 0)
        value += _value_between(line, share, line.gone, last)
    return value


def kept_values(lines: Sequence[SoldLine], *, goods_paid: int, currency: str) -> dict[int, int]:
    """Return what was paid for the units of each line that are not gone, by its id, less what was given back of it."""
    shares = zip(lines, _shares(lines, goods_paid, currency), strict=True)
    return {line.id: _value_between(line, share, line.gone, line.quantity) for line, share in shares}


def spread_reduction(amount: int, values: Mapping[int, int], currency: str) -> dict[int, int]:
    """Return how much of an amount each line bears, by its id, in the proportion of what is kept of it."""
    bearing = {line_id: value for line_id, value in values.items() if value > 0}
    shares = Money(amount, currency).allocate(list(bearing.values()))
    return {line_id: share.amount for line_id, share in zip(bearing, shares, strict=True) if share.amount}


def withheld_for_gifts(lines: Sequence[SoldLine], *, goods_paid: int, currency: str) -> int:
    """
    Return what of the value of returned goods is withheld in all, because the buyer keeps gifts.

    What the goods that are kept lack to earn the gifts that are kept is withheld, at most what was returned. So much
    depends on what came back, and on nothing else: neither on the order in which it came nor on the number of returns.
    A refund is the value of its units less what this grows by, which is never more.
    """
    shares = zip(lines, _shares(lines, goods_paid, currency), strict=True)
    returned = sum(
        max(0, _value_between(line, share, line.gone - line.returned, line.gone) - line.forfeited)
        for line, share in shares
    )
    return min(returned, lacking_for_gifts(lines, goods_paid=goods_paid, currency=currency))


def lacking_for_gifts(lines: Sequence[SoldLine], *, goods_paid: int, currency: str) -> int:
    """
    Return what the goods that are kept lack to earn the gifts that are kept, in minor units; 0 if they earn them.

    They must be worth as much as the gifts, or as much as earns these; what was given back of their price counts as not
    paid.
    """
    kept_gifts = [line for line in lines if line.gift_value and line.gone < line.quantity]
    if not kept_gifts:
        return 0
    kept = paid = full_price = 0
    for line, share in zip(lines, _shares(lines, goods_paid, currency), strict=True):
        if not line.is_stored_value and not line.gift_value:
            kept += _value_between(line, share, line.gone, line.quantity) + line.forfeited
            paid, full_price = paid + share, full_price + line.full_price
    gifts = sum(line.gift_value * (line.quantity - line.gone) for line in kept_gifts)
    # What earns a gift counts before promotions; of that, what was paid is kept.
    earning = max(line.earned_from for line in kept_gifts) * paid // full_price if full_price else 0
    return max(0, min(gifts, earning) - kept)


def _value_between(line: SoldLine, share: int, first: int, last: int) -> int:
    """Return what the units are worth that go from one number of gone units to another. share: what the line cost."""
    return line.worth_until(last, share) - line.worth_until(first, share)


def _shares(lines: Sequence[SoldLine], goods_paid: int, currency: str) -> list[int]:
    """Return what was paid for each line, in all."""
    weights = [line.line_total for line in lines]
    if not any(weights):
        return [0] * len(lines)
    return [share.amount for share in Money(goods_paid, currency).allocate(weights)]


def spread_refund(
    amount: int, tenders: Sequence[RefundableTender], *, methods_first: Sequence[str] = ()
) -> dict[int, int]:
    """
    Return how much is refunded on each payment, by its id: never more than was paid and not refunded yet.

    The methods that the shop puts first come first, in its order. Then come refunds that need no staff, the later
    tender before the earlier; then what staff must pay out. amount: capped at what is left over all tenders.
    """
    rank = {method: place for place, method in enumerate(methods_first)}
    spread: dict[int, int] = {}
    for tender in sorted(
        tenders, key=lambda tender: (rank.get(tender.method, len(rank)), tender.at_desk, -tender.payment_id)
    ):
        refund = min(amount, tender.left)
        if refund > 0:
            spread[tender.payment_id] = refund
            amount -= refund
    return spread


def plan_refund(
    amount: int, parts: Sequence[RefundPart], tenders: Sequence[RefundableTender], *, methods_first: Sequence[str] = ()
) -> RefundPlan:
    """
    Return how much is refunded on each payment, as its parts say: each part in turn, a part without an amount the rest.

    Within a part the tenders come in the order of spread_refund.
    """
    left = {tender.payment_id: tender.left for tender in tenders}
    plan = RefundPlan({}, {}, amount)
    for part in parts:
        fitting = [
            replace(tender, left=left[tender.payment_id])
            for tender in tenders
            if part.method in (ANY, CREDIT, tender.method)
        ]
        wish = plan.missing if part.amount is None else part.amount
        spread = spread_refund(min(wish, plan.missing), fitting, methods_first=methods_first)
        into = plan.to_credit if part.method == CREDIT else plan.to_tenders
        for payment_id, share in spread.items():
            into[payment_id] = into.get(payment_id, 0) + share
            left[payment_id] -= share
        plan = replace(plan, missing=plan.missing - sum(spread.values()))
    return plan


def points_back(points: int, *, amount: int, refunded_before: int, refunded_now: int) -> int:
    """
    Return how many of the points that paid an amount come back with a part of it.

    The parts add up to all the points when all of the amount has come back.
    """
    return points * (refunded_before + refunded_now) // amount - points * refunded_before // amount
