"""The API's output of a person's loyalty data, for the person and for staff."""

from typing import Any

from rest_framework import serializers

from accounts.queries.loyalty import Loyalty
from accounts.rules.loyalty import Tier
from core.texts.translated import in_language

LOYALTY_EXAMPLE = {
    "card": "481516234200",
    "points": 320,
    "available": 320,
    "pending": 45,
    "owed": 0,
    "pending_lots": [{"points": 45, "order": "100234", "matures_at": "2026-12-21T12:00:00+00:00"}],
    "next_expiry": {"points": 120, "expires_at": "2027-03-01T09:00:00+00:00"},
    "tier": {"code": "silver", "name": "Silver"},
    "next_tier": {"code": "gold", "name": "Gold", "missing": 635},
    "year_points": 865,
}


class PendingBatchOut(serializers.Serializer[Any]):
    points = serializers.IntegerField()
    order = serializers.CharField()
    matures_at = serializers.DateTimeField(allow_null=True, help_text="Null before all of the order was handed over.")


class ExpiryOut(serializers.Serializer[Any]):
    points = serializers.IntegerField()
    expires_at = serializers.DateTimeField()


class TierOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()


class NextTierOut(TierOut):
    missing = serializers.IntegerField(help_text="Points still to be earned within twelve months.")


class LoyaltyOut(serializers.Serializer[Any]):
    card = serializers.CharField(help_text="The number that the card's QR code holds.")
    points = serializers.IntegerField()
    available = serializers.IntegerField(help_text="What is not held for an order under way.")
    pending = serializers.IntegerField(help_text="Earned, and spendable when nothing may come back any more.")
    owed = serializers.IntegerField(help_text="Taken back after it had been spent; the next points pay it first.")
    pending_lots = PendingBatchOut(many=True)
    next_expiry = ExpiryOut(allow_null=True)
    tier = TierOut(allow_null=True)
    next_tier = NextTierOut(allow_null=True)
    year_points = serializers.IntegerField(help_text="Earned within the last twelve months; it decides the tier.")


def loyalty_json(loyalty: Loyalty, *, card: str, language: str) -> dict[str, Any]:
    """Format a person's loyalty data. card: their card's number; language: that of the tiers' names."""
    following = loyalty.next_tier
    return {
        "card": card,
        "points": loyalty.points,
        "available": loyalty.available,
        "pending": loyalty.pending,
        "owed": loyalty.owed,
        "pending_lots": [
            {
                "points": batch.points,
                "order": batch.reference,
                "matures_at": batch.matures_at.isoformat() if batch.matures_at else None,
            }
            for batch in loyalty.waiting
        ],
        "next_expiry": (
            {"points": loyalty.ending[0].points, "expires_at": loyalty.ending[0].expires_at.isoformat()}
            if loyalty.ending
            else None
        ),
        "tier": _tier_json(loyalty.tier, language) if loyalty.tier else None,
        "next_tier": _tier_json(following, language) | {"missing": loyalty.missing} if following else None,
        "year_points": loyalty.year_points,
    }


def _tier_json(tier: Tier, language: str) -> dict[str, Any]:
    return {"code": tier.code, "name": in_language(tier.name, language) or tier.code}
