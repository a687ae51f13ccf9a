"""Writes store credit and points of the demo's first shoppers."""

import random
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings

from accounts.models import Customer
from accounts.models.balances import CREDIT, POINTS
from accounts.services.balances.credit import correct_balance
from core.actors import THE_SYSTEM

SHOPPERS = 12


def give_balances(*, shoppers: Sequence[Customer], now: datetime) -> None:
    """Give some shoppers store credit and points, with the same amounts every time."""
    rng = random.Random(4)
    for shopper in shoppers[:SHOPPERS]:
        for kind, amount in ((CREDIT, rng.randrange(500, 4000, 50)), (POINTS, rng.randrange(40, 900))):
            correct_balance(
                customer_id=shopper.pk,
                kind=kind,
                currency=settings.SHOP_CURRENCY if kind == CREDIT else "",
                amount=amount,
                reason="Welcome",
                key=UUID(int=rng.getrandbits(128)),
                by=THE_SYSTEM,
                now=now,
            )
