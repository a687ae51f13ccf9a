"""Reductions that may be announced. Amounts in minor units of one currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class PriceSince:
    """A price from a moment on."""

    amount: int
    since: datetime


@dataclass(frozen=True, slots=True)
class OfferedSince:
    """A price that promotions gave everybody, from a moment until another; until: None while they do."""

    amount: int
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reduction:
    """A lowered price. prior: the lowest of the 30 days before; since: when it was lowered."""

    prior: int
    since: datetime


def announced_reduction(
    history: Sequence[PriceSince], *, now: datetime, offered: Sequence[OfferedSince] = ()
) -> Reduction | None:
    """
    Return the reduction that may be announced at a moment, with the prior price that the law requires beside it.

    history: every price, the oldest first. offered: the prices that promotions gave everybody; they are prior prices,
    too. A price counts as reduced for 30 days after it was lowered, and only if it is below the lowest of the 30 days
    before: a price that was raised first is not reduced (EU directive 98/6/EC, article 6a).
    """
    known = [price for price in history if price.since <= now]
    if len(known) < 2 or known[-1].amount >= known[-2].amount or known[-1].since <= now - LOOKED_BACK:
        return None
    present = known[-1]
    begin = present.since - LOOKED_BACK
    # A price was in force until the next one; one that ended before the thirty days does not count.
    ends = [price.since for price in known[1:]]
    prior = min(price.amount for price, end in zip(known[:-1], ends, strict=True) if end > begin)
    by_promotions = (
        price.amount
        for price in offered
        if price.since < present.since and (price.until is None or price.until > begin)
    )
    prior = min([prior, *by_promotions])
    return Reduction(prior, present.since) if prior > present.amount else None
