"""Manual corrections of credit and points by staff, always with a reason."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import BalanceEntry
from accounts.models.balances import POINTS
from accounts.queries.loyalty import programme_of
from accounts.rules.loyalty import expiry_of
from accounts.services.balances.balances import balance_for, change_balance
from core.actors import Actor


@transaction.atomic
def correct_balance(
    *, customer_id: int, kind: str, currency: str, amount: int, reason: str, key: UUID, by: Actor, now: datetime
) -> bool:
    """
    Add or remove a person's credit or points, as staff decided.

    amount: minor units or points, with its sign. key: the form's key, so that it is done once. Returns False if it was
    done before. Raises BalanceNotEnough.
    """
    balance_id = balance_for(customer_id=customer_id, kind=kind, currency=currency, now=now)
    return change_balance(
        balance_id=balance_id,
        kind=BalanceEntry.CORRECTED,
        amount=amount,
        reference=str(key),
        note=reason,
        by=by,
        now=now,
        expires_at=_points_end(kind, amount, now),
    )


def _points_end(kind: str, amount: int, now: datetime) -> datetime | None:
    return expiry_of(programme_of(settings.SHOP_CURRENCY), now) if kind == POINTS and amount > 0 else None
