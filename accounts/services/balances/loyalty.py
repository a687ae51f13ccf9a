"""
The points of purchases: accrued, pending until the return window is over, restored and taken back.

An accrual holds the points of one purchase. Each call settles it to the right number under the lock of its row, so that
repeated events accrue once. Locks: accrual, then balance, then batches.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.events import PointsPending
from accounts.models import BalanceEntry, PointRedemption
from accounts.models.balances import POINTS
from accounts.queries.loyalty import programme_of
from accounts.rules.loyalty import expiry_of, plan_taking_back
from accounts.services.balances.balances import balance_for, change_amount, change_balance
from accounts.services.balances.point_batches import (
    LOCK_BALANCE,
    batches_to_take_back,
    open_batch,
    restore_batches,
    take_from_batches,
)
from core.actors import Actor
from core.data import sql
from core.journal import publish

_OPEN_ACCRUAL = """
INSERT INTO accounts_pointaccrual (balance_id, reference, points, owed, terms, version, channel, store, earned_at)
VALUES (%(balance)s, %(reference)s, 0, 0, %(terms)s::jsonb, 0, %(channel)s, %(store)s, %(now)s)
ON CONFLICT (reference) DO NOTHING
"""
_LOCK_EARNING = """
SELECT accrual.id, accrual.balance_id, accrual.points, accrual.version, balance.customer_id
FROM accounts_pointaccrual AS accrual JOIN accounts_balance AS balance ON balance.id = accrual.balance_id
WHERE accrual.reference = %(reference)s FOR UPDATE OF accrual
"""
_SETTLE = """
UPDATE accounts_pointaccrual SET points = %(points)s, owed = owed + %(owed)s, version = version + 1
WHERE id = %(accrual)s
"""
_MATURES = """
UPDATE accounts_pointbatch SET matures_at = %(matures_at)s
WHERE accrual_id = %(accrual)s AND matured_at IS NULL AND matures_at IS DISTINCT FROM %(matures_at)s::timestamptz
"""


@transaction.atomic(savepoint=False)
def open_accrual(*, customer_id: int, reference: str, terms: str, by: Actor, now: datetime) -> bool:
    """
    Open the accrual of a purchase; settle_accrual sets its points. terms: JSON that only the caller reads.

    customer_id: of the person. Returns False if the accrual exists.
    """
    balance_id = balance_for(customer_id=customer_id, kind=POINTS, currency="", now=now)
    accrual = {"balance": balance_id, "reference": reference, "terms": terms, "now": now}
    return bool(sql.execute(_OPEN_ACCRUAL, accrual | {"channel": by.channel, "store": by.store_code}))


@transaction.atomic(savepoint=False)
def settle_accrual(*, reference: str, points: int, matures_at: datetime | None, by: Actor, now: datetime) -> int:
    """
    Set the points of a purchase: missing points are added as a pending batch, surplus ones are taken back.

    matures_at: when they may be spent; None while unknown. Safe to repeat. Locks the accrual and its balance. Returns
    the difference; 0 if no accrual was opened for the purchase.
    """
    row = sql.fetch_one(_LOCK_EARNING, {"reference": reference})
    if row is None:
        return 0
    accrual_id, difference, owed = row["id"], points - row["points"], 0
    change_reference = f"{reference}#{row['version'] + 1}"
    if difference > 0:
        open_batch(
            balance_id=row["balance_id"], kind="earned", reference=change_reference, points=difference, now=now,
            accrual_id=accrual_id, matures_at=matures_at,
        )  # fmt: skip
        publish(PointsPending(by=by, occurred_at=now, customer_id=row["customer_id"], ref=reference, points=difference))
    elif difference < 0:
        owed = _take_back(row, -difference, reference=change_reference, by=by, now=now)
    if difference:
        sql.execute(_SETTLE, {"accrual": accrual_id, "points": points, "owed": owed})
    sql.execute(_MATURES, {"accrual": accrual_id, "matures_at": matures_at})
    return int(difference)


@transaction.atomic(savepoint=False)
def give_points_back(*, spent_for: str, balance_id: int, points: int, reference: str, by: Actor, now: datetime) -> None:
    """
    Restore spent points with their former expiry, but at least a month from now.

    spent_for: the reference of the redemption. balance_id: receives the points whose former batches are unknown. Once
    per reference. Locks the balances.
    """
    if BalanceEntry.objects.filter(kind=BalanceEntry.GIVEN_BACK, reference=reference, balance__kind=POINTS).exists():
        return
    back = restore_batches(spent_for=spent_for, points=points, reference=reference, now=now)
    restoring: Mapping[str, Any] = {"kind": BalanceEntry.GIVEN_BACK, "reference": reference, "by": by, "now": now}
    for known_id, part in sorted(back.items()):
        change_amount(balance_id=known_id, amount=part, **restoring)
    rest = points - sum(back.values())
    if rest:
        expires_at = expiry_of(programme_of(settings.SHOP_CURRENCY), now)
        change_balance(balance_id=balance_id, amount=rest, expires_at=expires_at, **restoring)


def _take_back(accrual: sql.Row, points: int, *, reference: str, by: Actor, now: datetime) -> int:
    """Take points back from the accrual's own batches, then from others; return how many are missing."""
    balance_id = accrual["balance_id"]
    balance = sql.fetch_one(LOCK_BALANCE, {"balance": balance_id})
    assert balance is not None
    own, others = batches_to_take_back(balance_id=balance_id, accrual_id=accrual["id"])
    taken, owed = plan_taking_back(points, own=own, others=others, free=balance["amount"] - balance["held"])
    pending = {batch.id for batch in own if batch.is_pending}
    off_the_balance = sum(part for batch_id, part in taken if batch_id not in pending)
    if off_the_balance:
        change_amount(
            balance_id=balance_id,
            kind=BalanceEntry.TAKEN_BACK,
            amount=-off_the_balance,
            reference=reference,
            by=by,
            now=now,
        )
    take_from_batches(taken, cause=PointRedemption.TAKEN_BACK, reference=reference, now=now, accrual_id=accrual["id"])
    return owed
