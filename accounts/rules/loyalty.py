"""
What points are earned, what they pay, when they end, and which tier they lead to.

Amounts in minor units, shares in whole percent, points whole. Nothing here knows orders or goods: whoever sells says
which of his amounts earn, and by which shelves (opaque paths) they stand.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.money import split

WHOLE = 100
SHORTEST_RETURN_DAYS = 30


@dataclass(frozen=True, slots=True)
class Programme:
    """
    How points are earned and what they pay, in one currency.

    points_per_unit: for each whole major unit. point_value: minor units that a point pays; 0 where points pay for
    nothing. most_percent: the largest share of an order that they pay. pending_days: from the hand-over of the whole
    order until they may be spent. expiry_months: from then on; None if they never end.
    """

    currency: str
    is_active: bool = False
    points_per_unit: int = 0
    point_value: int = 0
    minimum_points: int = 0
    most_percent: int = WHOLE
    pending_days: int = 0
    expiry_months: int | None = None
    warning_days: int = 0


@dataclass(frozen=True, slots=True)
class Bonus:
    """
    A rule by which something earns more or less than usual; what it leaves open it does not ask about.

    percent: 200 doubles, 0 earns nothing. segment and tier: ids; category: the path of a shelf.
    """

    percent: int
    segment: int | None = None
    tier: int | None = None
    category: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earner:
    """Who buys, and when."""

    moment: datetime
    segments: frozenset[int] = frozenset()
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and how many points of the last twelve months lead to it."""

    id: int
    code: str
    name: dict[str, str]
    threshold: int


@dataclass(frozen=True, slots=True)
class PointsBatch:
    """Points that came together and end together. free: how many of them nobody has used yet."""

    id: int
    free: int
    is_pending: bool


def percent_for(bonuses: Iterable[Bonus], *, categories: frozenset[str], earner: Earner) -> int:
    """
    Return how much of the usual points something earns: the most that any rule gives, 100 without a rule.

    A rule that gives nothing (postage stamps, cigarettes) wins over all others.
    """
    found = [bonus.percent for bonus in bonuses if _applies(bonus, categories, earner)]
    if not found:
        return WHOLE
    return max(found) if min(found) else 0


def earning_amounts(values: Sequence[int], *, kept: int, earning_nothing: int) -> list[int]:
    """
    Return the part of each amount that earns.

    values: what was charged for each thing that earns and was not taken back. kept: all money received for the order,
    but for points, and not paid back. earning_nothing: what was charged for shipping, gift cards and fees: money pays
    for that first, so that points, and what is still owed, never earn.
    """
    paid = min(max(kept - earning_nothing, 0), sum(values))
    return split(paid, values) if paid else [0] * len(values)


def points_earned(amounts: Iterable[tuple[int, int]], *, points_per_unit: int, minor_per_unit: int) -> int:
    """Return the points for amounts, each with its percent: counted for whole major units of them all together."""
    weighted = sum(amount * percent for amount, percent in amounts)
    return weighted // (WHOLE * minor_per_unit) * points_per_unit


def expiry_of(programme: Programme, since: datetime) -> datetime | None:
    """Return when points that may be spent since a moment end: the same day so many months on, or the month's last."""
    if programme.expiry_months is None:
        return None
    months = since.month - 1 + programme.expiry_months
    year, month = since.year + months // 12, months % 12 + 1
    return since.replace(year=year, month=month, day=min(since.day, monthrange(year, month)[1]))


def expiry_given_back(former: datetime | None, *, now: datetime) -> datetime | None:
    """Return when points that come back end: as before they were spent, but a month away at the least."""
    return None if former is None else max(former, now + timedelta(days=SHORTEST_RETURN_DAYS))


def plan_taking_back(
    points: int, *, own: Sequence[PointsBatch], others: Sequence[PointsBatch], free: int
) -> tuple[list[tuple[int, int]], int]:
    """
    Return from which lots (id and points) points are taken back, and how many of them nobody has any more.

    own: lots of the earning itself; the pending ones come first. others: the person's other lots that may be spent, the
    first to end first. free: what of all that may be spent is not held.
    """
    taken = []
    for lot in [*sorted(own, key=lambda lot: not lot.is_pending), *others]:
        part = min(points, lot.free if lot.is_pending else min(lot.free, free))
        if part:
            taken.append((lot.id, part))
            points -= part
            free -= 0 if lot.is_pending else part
    return taken, points


def tier_reached(tiers: Iterable[Tier], points: int) -> Tier | None:
    """Return the highest tier that so many points of the last twelve months lead to."""
    reached = [tier for tier in tiers if tier.threshold <= points]
    return max(reached, key=lambda tier: tier.threshold) if reached else None


def tier_above(tiers: Iterable[Tier], points: int) -> Tier | None:
    """Return the next tier that so many points do not reach yet."""
    above = [tier for tier in tiers if tier.threshold > points]
    return min(above, key=lambda tier: tier.threshold) if above else None


def _applies(bonus: Bonus, categories: frozenset[str], earner: Earner) -> bool:
    return (
        (bonus.segment is None or bonus.segment in earner.segments)
        and (bonus.tier is None or bonus.tier == earner.tier)
        and (not bonus.category or bonus.category in categories)
        and (bonus.starts_at is None or bonus.starts_at <= earner.moment)
        and (bonus.ends_at is None or earner.moment < bonus.ends_at)
    )
