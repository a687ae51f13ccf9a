"""Writes the demo's loyalty programme, and the points that its first shoppers earned in the last ninety days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import Customer, LoyaltyProgramme, LoyaltyTier, Segment
from accounts.services.balances.points_in_time import mature_points
from core.actors import Actor
from inventory.models import Category
from omnistore.tools.demo.customers.balances import SHOPPERS
from orders.models import Order, PointBonus
from orders.services.payments.loyalty import open_order_points

HISTORY_DAYS = 90
TIERS = (
    ("silver", 200, {"en": "Silver", "de": "Silber", "ar": "فضي", "fa": "نقره‌ای"}),
    ("gold", 800, {"en": "Gold", "de": "Gold", "ar": "ذهبي", "fa": "طلایی"}),
)


def write_programme() -> None:
    """Write a programme of one point per euro, two for garden tools, and two tiers with a segment each."""
    LoyaltyProgramme.objects.update_or_create(
        currency=settings.SHOP_CURRENCY, defaults={"is_active": True, "expiry_months": 24}
    )
    for code, threshold, name in TIERS:
        segment = Segment.objects.create(code=code, name=name)
        LoyaltyTier.objects.create(code=code, threshold=threshold, name=name, segment=segment)
    PointBonus.objects.create(
        name={
            "en": "Double points on garden tools",
            "de": "Doppelte Punkte auf Gartengeräte",
            "ar": "نقاط مضاعفة على أدوات الحديقة",
            "fa": "امتیاز دو برابر برای ابزار باغبانی",
        },
        percent=200,
        category=Category.objects.get(path="garden/garden-tools"),
    )


def write_points(*, shoppers: Sequence[Customer], now: datetime) -> None:
    """Book the points of the first shoppers' orders; old points are mature and can be spent."""
    buyers = [shopper.pk for shopper in shoppers[:SHOPPERS]]
    orders = Order.objects.filter(customer__in=buyers, state__in=(Order.PLACED, Order.COMPLETED)).order_by("pk")
    for order in orders:
        by = Actor(channel=order.channel, customer_id=order.customer_id, store_id=order.store_id)
        open_order_points(order_id=order.pk, by=by, now=order.closed_at or order.placed_at)
    for day in range(HISTORY_DAYS, -1, -1):
        mature_points(now=now - timedelta(days=day))
