"""What staff may do to somebody's credit or points by hand, always with a reason."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import BalanceEntry
from accounts.services.balances import balance_for, change_balance
from core.actors import Actor


@transaction.atomic
def correct_balance(
    *, customer_id: int, kind: str, currency: str, amount: int, reason: str, key: UUID, by: Actor, now: datetime
) -> bool:
    """
    Give somebody credit or points, or take some away, on the word of staff.

    amount: minor units or points, with its sign. key: of the form that asks, so that it is done once. Return False if
    it was done before. Raises BalanceNotEnough.
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
    )
