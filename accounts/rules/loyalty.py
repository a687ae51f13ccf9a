"""
How points are earned, what they are worth, when they expire, and which tier they reach.

Amounts in minor units, shares in whole percent, points whole. Nothing here knows orders or products: the caller says
which amounts earn, and their categories (opaque paths).
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
    How points are earned and what they are worth, in one currency.

    points_per_unit: for each whole major unit. point_value: minor units that a point pays; 0 if points cannot pay.
    most_percent: the largest share of an order that they may pay. pending_days: from the hand-over of the whole order
    until they may be spent. expiry_months: from then on; None if they never expire.
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
    A rule by which purchases earn more or less than usual; an empty condition always applies.

    percent: 200 doubles, 0 earns nothing. segment and tier: ids; category: a category's path.
    """

    percent: int
    segment: int | None = None
    tier: int | None = None
    category: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Earner:
    """The buyer's segments and tier, and the time."""

    moment: datetime
    segments: frozenset[int] = frozenset()
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier and how many points of the last twelve months reach it."""

    id: int
    code: str
    name: dict[str, str]
    threshold: int


@dataclass(frozen=True, slots=True)
class RemainingBatch:
    """Points that were credited together and expire together. free: how many of them are unused."""

    id: int
    free: int
    is_pending: bool


def percent_for(bonuses: Iterable[Bonus], *, categories: frozenset[str], earner: Earner) -> int:
    """
    Return the percentage of the usual points: the highest of all rules that apply, 100 without a rule.

    A rule of 0 (postage stamps, cigarettes) overrides all others.
    """
    percents = [bonus.percent for bonus in bonuses if _applies(bonus, categories, earner)]
    if not percents:
        return WHOLE
    return max(percents) if min(percents) else 0


def accrual_amounts(values: Sequence[int], *, kept: int, earning_nothing: int) -> list[int]:
    """
    Return the part of each amount that earns.

    values: the charge for each line that earns and was not returned. kept: all money received for the order, except
    points, and not refunded. earning_nothing: the charges for shipping, gift cards and fees: money covers those first,
    so that points, and the balance due, never earn.
    """
    paid = min(max(kept - earning_nothing, 0), sum(values))
    return split(paid, values) if paid else [0] * len(values)


def points_earned(amounts: Iterable[tuple[int, int]], *, points_per_unit: int, minor_per_unit: int) -> int:
    """Return the points for amounts, each with its percentage: counted in whole major units of their sum."""
    weighted = sum(amount * percent for amount, percent in amounts)
    return weighted // (WHOLE * minor_per_unit) * points_per_unit


def expiry_of(programme: Programme, since: datetime) -> datetime | None:
    """Return when points that matured at a moment expire: the same day so many months on, or the month's last."""
    if programme.expiry_months is None:
        return None
    months = since.month - 1 + programme.expiry_months
    year, month = since.year + months // 12, months % 12 + 1
    return since.replace(year=year, month=month, day=min(since.day, monthrange(year, month)[1]))


def expiry_given_back(former: datetime | None, *, now: datetime) -> datetime | None:
    """Return when restored points expire: as before they were spent, but at least a month from now."""
    return None if former is None else max(former, now + timedelta(days=SHORTEST_RETURN_DAYS))


def plan_taking_back(
    points: int, *, own: Sequence[RemainingBatch], others: Sequence[RemainingBatch], free: int
) -> tuple[list[tuple[int, int]], int]:
    """
    Return from which batches (id and points) points are taken back, and how many are missing.

    own: batches of the accrual itself; the pending ones come first. others: the person's other spendable batches, the
    first to expire first. free: how many of all spendable points are not held.
    """
    taken = []
    for batch in [*sorted(own, key=lambda batch: not batch.is_pending), *others]:
        part = min(points, batch.free if batch.is_pending else min(batch.free, free))
        if part:
            taken.append((batch.id, part))
            points -= part
            free -= 0 if batch.is_pending else part
    return taken, points


def tier_reached(tiers: Iterable[Tier], points: int) -> Tier | None:
    """Return the highest tier that so many points of the last twelve months reach."""
    reached = [tier for tier in tiers if tier.threshold <= points]
    return max(reached, key=lambda tier: tier.threshold) if reached else None


def tier_above(tiers: Iterable[Tier], points: int) -> Tier | None:
    """Return the lowest tier that so many points do not reach."""
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
