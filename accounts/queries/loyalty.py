"""A person's loyalty data: pending points, expiring points, and the tier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.queries.records import RECORDS_OF_PERSON
from accounts.rules.loyalty import Programme, Tier, tier_above
from core.data import sql

MOST_LOTS = 20

_PROGRAMME = """
SELECT currency, is_active, points_per_unit, point_value, minimum_points, most_percent,
       coalesce(pending_days, %(return_days)s) AS pending_days, expiry_months, warning_days
FROM accounts_loyaltyprogramme WHERE currency = %(currency)s
"""
_TIERS = "SELECT id, code, name, threshold FROM accounts_loyaltytier ORDER BY threshold"
_LOYALTY = f"""
WITH person AS ({RECORDS_OF_PERSON}), balance AS (
    SELECT id, amount, held FROM accounts_balance
    WHERE customer_id IN (SELECT id FROM person) AND kind = 'points' AND state = 'active'
), batch AS (
    SELECT batch.remaining, batch.matures_at, batch.matured_at, batch.expires_at, accrual.reference
    FROM accounts_pointbatch AS batch LEFT JOIN accounts_pointaccrual AS accrual ON accrual.id = batch.accrual_id
    WHERE batch.balance_id IN (SELECT id FROM balance) AND batch.remaining > 0
)
SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM balance) AS points,
       (SELECT coalesce(sum(amount - held), 0)::bigint FROM balance) AS available,
       (SELECT coalesce(sum(remaining), 0)::bigint FROM batch WHERE matured_at IS NULL) AS pending,
       (SELECT coalesce(sum(owed), 0)::bigint FROM accounts_pointaccrual
        WHERE balance_id IN (SELECT id FROM balance) AND owed > 0) AS owed,
       (SELECT coalesce(jsonb_agg(to_jsonb(waiting)), '[]') FROM (
            SELECT sum(remaining)::bigint AS points, matures_at, reference FROM batch WHERE matured_at IS NULL
            GROUP BY matures_at, reference ORDER BY matures_at NULLS LAST, reference LIMIT {MOST_LOTS}
        ) AS waiting) AS waiting,
       (SELECT coalesce(jsonb_agg(to_jsonb(ending)), '[]') FROM (
            SELECT sum(remaining)::bigint AS points, expires_at FROM batch
            WHERE matured_at IS NOT NULL AND expires_at IS NOT NULL
            GROUP BY expires_at ORDER BY expires_at LIMIT {MOST_LOTS}) AS ending) AS ending,
       (SELECT coalesce(jsonb_agg(to_jsonb(tier) ORDER BY threshold), '[]') FROM (
            SELECT id, code, name, threshold FROM accounts_loyaltytier) AS tier) AS tiers,
       (SELECT jsonb_build_object('tier', tier_id, 'points', points) FROM accounts_tiermembership
        WHERE customer_id IN (SELECT id FROM person) ORDER BY points DESC LIMIT 1) AS standing
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Pending points of an order. matures_at: None until the whole order was handed over."""

    points: int
    matures_at: datetime | None
    reference: str


@dataclass(frozen=True, slots=True)
class Ending:
    """Points that expire at a moment if they are not spent."""

    points: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Loyalty:
    """
    A person's points and tier.

    available: points that are not held. owed: points that the next ones cover first. year_points: earned within twelve
    months; next_tier: None if there is none above.
    """

    points: int = 0
    available: int = 0
    pending: int = 0
    owed: int = 0
    waiting: Sequence[Waiting] = ()
    ending: Sequence[Ending] = ()
    tier: Tier | None = None
    next_tier: Tier | None = None
    year_points: int = 0

    @property
    def missing(self) -> int:
        """Return how many points the next tier still needs."""
        return self.next_tier.threshold - self.year_points if self.next_tier else 0


def programme_of(currency: str) -> Programme:
    """Return the programme of a currency, or one that earns and pays nothing if the shop has none."""
    row = sql.fetch_one(_PROGRAMME, {"currency": currency, "return_days": settings.RETURN_WINDOW_DAYS})
    return Programme(**row) if row else Programme(currency)


def tiers_of_the_shop() -> list[Tier]:
    """Return all tiers, the lowest first."""
    return [Tier(**row) for row in sql.fetch_all(_TIERS, {})]


def loyalty_of(*, customer_id: int) -> Loyalty:
    """Return a person's loyalty data by the id of any of their records, in one statement."""
    row = sql.fetch_one(_LOYALTY, {"customer": customer_id})
    assert row is not None
    tiers = [Tier(**tier) for tier in row["tiers"]]
    standing: dict[str, Any] = row["standing"] or {"tier": None, "points": 0}
    return Loyalty(
        points=row["points"],
        available=row["available"],
        pending=row["pending"],
        owed=row["owed"],
        waiting=[
            Waiting(batch["points"], _moment(batch["matures_at"]), batch["reference"]) for batch in row["waiting"]
        ],
        ending=[Ending(batch["points"], datetime.fromisoformat(batch["expires_at"])) for batch in row["ending"]],
        tier=next((tier for tier in tiers if tier.id == standing["tier"]), None),
        next_tier=tier_above(tiers, standing["points"]),
        year_points=standing["points"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
