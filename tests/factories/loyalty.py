"""The loyalty programme as tests need it."""

from typing import Any

from accounts.models import LoyaltyProgramme, LoyaltyTier


def switch_on(**fields: Any) -> LoyaltyProgramme:
    """A programme of one point for a euro, worth a cent, to be spent 30 days after the hand-over, for a year."""
    terms = {"is_active": True, "points_per_unit": 1, "point_value": 1, "pending_days": 30, "expiry_months": 12}
    programme, _is_new = LoyaltyProgramme.objects.update_or_create(currency="EUR", defaults=terms | fields)
    return programme


def make_tier(code: str, threshold: int, **fields: Any) -> LoyaltyTier:
    """A tier that so many points lead to."""
    return LoyaltyTier.objects.create(code=code, name={"en": code.title()}, threshold=threshold, **fields)
