"""
Points: earned by purchases, pending until the goods may not come back any more, spent, ended, taken back.

An earning is what one purchase is worth in points. It is settled to what it should be, as often as anybody asks, under
the lock of its row, so that a purchase earns once however often it is told. Locks: earning, then balance, then lots.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.events import PointsPending
from accounts.models import BalanceEntry, PointDraw
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

_OPEN_EARNING = """
INSERT INTO accounts_pointearning (balance_id, reference, points, owed, terms, version, channel, store, earned_at)
VALUES (%(balance)s, %(reference)s, 0, 0, %(terms)s::jsonb, 0, %(channel)s, %(store)s, %(now)s)
ON CONFLICT (reference) DO NOTHING
"""
_LOCK_EARNING = """
SELECT earning.id, earning.balance_id, earning.points, earning.version, balance.customer_id
FROM accounts_pointearning AS earning JOIN accounts_balance AS balance ON balance.id = earning.balance_id
WHERE earning.reference = %(reference)s FOR UPDATE OF earning
"""
_SETTLE = """
UPDATE accounts_pointearning SET points = %(points)s, owed = owed + %(owed)s, version = version + 1
WHERE id = %(earning)s
"""
_MATURES = """
UPDATE accounts_pointlot SET matures_at = %(matures_at)s
WHERE earning_id = %(earning)s AND matured_at IS NULL AND matures_at IS DISTINCT FROM %(matures_at)s::timestamptz
"""


@transaction.atomic(savepoint=False)
def open_earning(*, customer_id: int, reference: str, terms: str, by: Actor, now: datetime) -> bool:
    """
    Note that a purchase earns points, on which terms (JSON, the caller's own); how many is settled by settle_earning.

    customer_id: of the person. Return False if that is known.
    """
    balance_id = balance_for(customer_id=customer_id, kind=POINTS, currency="", now=now)
    earning = {"balance": balance_id, "reference": reference, "terms": terms, "now": now}
    return bool(sql.execute(_OPEN_EARNING, earning | {"channel": by.channel, "store": by.store_code}))


@transaction.atomic(savepoint=False)
def settle_earning(*, reference: str, points: int, matures_at: datetime | None, by: Actor, now: datetime) -> int:
    """
    Make a purchase worth so many points: more are added as a pending lot, what is too much is taken back.

    matures_at: when they may be spent; None while nobody knows. Safe to repeat. Locks the earning and its balance.
    Return the difference; 0 for a purchase that earns nothing because it was never opened.
    """
    row = sql.fetch_one(_LOCK_EARNING, {"reference": reference})
    if row is None:
        return 0
    earning_id, difference, owed = row["id"], points - row["points"], 0
    act = f"{reference}#{row['version'] + 1}"
    if difference > 0:
        open_batch(
            balance_id=row["balance_id"], kind="earned", reference=act, points=difference, now=now,
            earning_id=earning_id, matures_at=matures_at,
        )  # fmt: skip
        publish(PointsPending(by=by, occurred_at=now, customer_id=row["customer_id"], ref=reference, points=difference))
    elif difference < 0:
        owed = _take_back(row, -difference, act=act, by=by, now=now)
    if difference:
        sql.execute(_SETTLE, {"earning": earning_id, "points": points, "owed": owed})
    sql.execute(_MATURES, {"earning": earning_id, "matures_at": matures_at})
    return int(difference)


@transaction.atomic(savepoint=False)
def give_points_back(*, spent_for: str, balance_id: int, points: int, reference: str, by: Actor, now: datetime) -> None:
    """
    Give back points that were spent: they end when they would have ended, but a month from now at the soonest.

    spent_for: the reference that they were spent under. balance_id: where those go of which nobody knows any more from
    which lots they came. Once per reference. Locks the balances.
    """
    if BalanceEntry.objects.filter(kind=BalanceEntry.GIVEN_BACK, reference=reference, balance__kind=POINTS).exists():
        return
    back = restore_batches(spent_for=spent_for, points=points, reference=reference, now=now)
    act: Mapping[str, Any] = {"kind": BalanceEntry.GIVEN_BACK, "reference": reference, "by": by, "now": now}
    for known_id, part in sorted(back.items()):
        change_amount(balance_id=known_id, amount=part, **act)
    rest = points - sum(back.values())
    if rest:
        expires_at = expiry_of(programme_of(settings.SHOP_CURRENCY), now)
        change_balance(balance_id=balance_id, amount=rest, expires_at=expires_at, **act)


def _take_back(earning: sql.Row, points: int, *, act: str, by: Actor, now: datetime) -> int:
    """Take points back from the earning's own lots, then from others; return how many nobody has any more."""
    balance_id = earning["balance_id"]
    balance = sql.fetch_one(LOCK_BALANCE, {"balance": balance_id})
    assert balance is not None
    own, others = batches_to_take_back(balance_id=balance_id, earning_id=earning["id"])
    taken, owed = plan_taking_back(points, own=own, others=others, free=balance["amount"] - balance["held"])
    pending = {lot.id for lot in own if lot.is_pending}
    off_the_balance = sum(part for lot_id, part in taken if lot_id not in pending)
    if off_the_balance:
        change_amount(
            balance_id=balance_id, kind=BalanceEntry.TAKEN_BACK, amount=-off_the_balance, reference=act, by=by, now=now
        )
    take_from_batches(taken, cause=PointDraw.TAKEN_BACK, reference=act, now=now, earning_id=earning["id"])
    return owed
