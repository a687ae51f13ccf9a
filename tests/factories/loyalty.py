"""The loyalty programme as tests need it."""

import uuid
from datetime import UTC, datetime
from typing import Any

from accounts.models import (
    Balance,
    Customer,
    LoyaltyProgramme,
    LoyaltyTier,
    PointAccrual,
    PointBatch,
    PointRedemption,
    TierMembership,
)
from inventory.models import Category
from orders.models import PointBonus

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def switch_on(**fields: Any) -> LoyaltyProgramme:
    """A programme of one point for a euro, worth a cent, to be spent 30 days after the hand-over, for a year."""
    terms = {"is_active": True, "points_per_unit": 1, "point_value": 1, "pending_days": 30, "expiry_months": 12}
    programme, _is_new = LoyaltyProgramme.objects.update_or_create(currency="EUR", defaults=terms | fields)
    return programme


def make_tier(code: str, threshold: int, **fields: Any) -> LoyaltyTier:
    """A tier that so many points lead to."""
    return LoyaltyTier.objects.create(code=code, name={"en": code.title()}, threshold=threshold, **fields)


def fill_loyalty(number: int, shopper: Customer, shelf: Category) -> None:
    """Add one row to each table of the programme; number makes them differ."""
    points = Balance.objects.create(kind="points", customer=shopper, key=uuid.uuid4(), opened_at=NOON)
    accrual = PointAccrual.objects.create(
        balance=points, reference=f"thing {number}", points=9, terms={}, channel="web", earned_at=NOON
    )
    batch = PointBatch.objects.create(
        balance=points, accrual=accrual, kind="earned", reference="r", points=9, remaining=8, created_at=NOON
    )
    PointRedemption.objects.create(batch=batch, cause="taken_back", points=1, reference="r", occurred_at=NOON)
    tier = LoyaltyTier.objects.create(code=f"tier-{number}", name={"en": "Tier"}, threshold=number)
    TierMembership.objects.create(customer=shopper, tier=tier, points=9, reached_at=NOON, computed_at=NOON)
    PointBonus.objects.create(name={"en": "Bonus"}, percent=200, tier=tier, category=shelf)
