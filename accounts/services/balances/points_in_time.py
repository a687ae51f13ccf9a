"""
Scheduled changes of points: pending ones mature, old ones expire, and their owners are warned before.

Each balance is locked before its batches are read again, so that nothing matures or expires twice, and nothing expires
while it is being spent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts.events import PointsExpireSoon
from accounts.models import BalanceEntry, PointRedemption
from accounts.queries.loyalty import programme_of
from accounts.rules.loyalty import Programme, expiry_of
from accounts.services.balances.balances import change_amount
from accounts.services.balances.point_batches import LOCK_BALANCE, take_from_batches
from core.actors import THE_SYSTEM
from core.data import sql
from core.journal import publish
from core.sweeping import Sweep, go_through

AT_ONCE = 500
MATURING = Sweep("accounts.mature_points", gettext_lazy("Mature the points of a balance"))
EXPIRING = Sweep("accounts.expire_points", gettext_lazy("Expire the points of a balance"))

_DUE = """
SELECT balance_id FROM accounts_pointbatch
WHERE matured_at IS NULL AND remaining > 0 AND matures_at <= %(now)s AND balance_id > %(after)s
GROUP BY balance_id ORDER BY balance_id LIMIT %(limit)s
"""
_RIPE = """
SELECT id, remaining, reference FROM accounts_pointbatch
WHERE balance_id = %(balance)s AND matured_at IS NULL AND remaining > 0 AND matures_at <= %(now)s ORDER BY id
"""
_MATURE = "UPDATE accounts_pointbatch SET matured_at = %(now)s, expires_at = %(expires_at)s WHERE id = %(batch)s"
_DEBTS = """
SELECT id, owed, reference FROM accounts_pointaccrual
WHERE balance_id = %(balance)s AND owed > 0 ORDER BY id FOR UPDATE
"""
_PAY_DEBT = "UPDATE accounts_pointaccrual SET owed = owed - %(points)s WHERE id = %(accrual)s"
_ENDING = """
SELECT balance_id FROM accounts_pointbatch
WHERE matured_at IS NOT NULL AND remaining > 0 AND expires_at <= %(now)s AND balance_id > %(after)s
GROUP BY balance_id ORDER BY balance_id LIMIT %(limit)s
"""
_OVER = """
SELECT id, remaining FROM accounts_pointbatch
WHERE balance_id = %(balance)s AND matured_at IS NOT NULL AND remaining > 0 AND expires_at <= %(now)s
ORDER BY expires_at, id
"""
_WARN = """
WITH ending AS (
    UPDATE accounts_pointbatch SET warned_at = %(now)s
    WHERE id IN (SELECT id FROM accounts_pointbatch
                 WHERE matured_at IS NOT NULL AND remaining > 0 AND warned_at IS NULL
                   AND expires_at > %(now)s AND expires_at <= %(until)s
                 ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING balance_id, remaining, expires_at
)
SELECT balance.customer_id, sum(ending.remaining)::bigint AS points, min(ending.expires_at) AS expires_at
FROM ending JOIN accounts_balance AS balance ON balance.id = ending.balance_id
GROUP BY balance.customer_id ORDER BY balance.customer_id
"""


def mature_points(*, now: datetime) -> int:
    """
    Mature points whose return window is over, and settle owed points from them.

    Each balance has its own transaction. Returns the number of balances.
    """
    programme = programme_of(settings.SHOP_CURRENCY)
    return _for_each(MATURING, _DUE, lambda balance_id: _mature(balance_id, programme, now), now)


def expire_points(*, now: datetime) -> int:
    """
    Expire points; points held for an order under way expire later, if they are not spent.

    Each balance has its own transaction. Returns the number of balances.
    """
    return _for_each(EXPIRING, _ENDING, lambda balance_id: _expire(balance_id, now), now)


@transaction.atomic(durable=True)
def warn_of_expiry(*, now: datetime) -> int:
    """Publish a warning, once, for points that expire soon. Return the number of people."""
    until = now + timedelta(days=programme_of(settings.SHOP_CURRENCY).warning_days)
    rows = sql.fetch_all(_WARN, {"now": now, "until": until, "limit": AT_ONCE})
    publish(
        *(
            PointsExpireSoon(
                by=THE_SYSTEM,
                occurred_at=now,
                customer_id=row["customer_id"],
                points=row["points"],
                expires_at=row["expires_at"].isoformat(),
            )
            for row in rows
        )
    )
    return len(rows)


def _for_each(sweep: Sweep, statement: str, change: Callable[[int], None], now: datetime) -> int:
    def act(row: sql.Row) -> bool:
        change(row["balance_id"])
        return True

    count, after = 0, 0
    while rows := sql.fetch_all(statement, {"now": now, "after": after, "limit": AT_ONCE}):
        count += go_through(sweep, rows, act, ref=lambda row: row["balance_id"], now=now)
        after = rows[-1]["balance_id"]
    return count


@transaction.atomic(durable=True)
def _mature(balance_id: int, programme: Programme, now: datetime) -> None:
    debts = sql.fetch_all(_DEBTS, {"balance": balance_id})
    sql.fetch_one(LOCK_BALANCE, {"balance": balance_id})
    for batch in sql.fetch_all(_RIPE, {"balance": balance_id, "now": now}):
        change_amount(
            balance_id=balance_id, kind=BalanceEntry.EARNED, amount=batch["remaining"], reference=batch["reference"],
            by=THE_SYSTEM, now=now,
        )  # fmt: skip
        sql.execute(_MATURE, {"batch": batch["id"], "now": now, "expires_at": expiry_of(programme, now)})
        _pay_debts(balance_id, batch, debts, now)


def _pay_debts(balance_id: int, batch: sql.Row, debts: list[sql.Row], now: datetime) -> None:
    """Take points that were owed from a batch that has just matured."""
    left = batch["remaining"]
    for debt in debts:
        part = min(left, debt["owed"])
        if not part:
            continue
        reference = f"{debt['reference']} by {batch['reference']}"
        change_amount(
            balance_id=balance_id,
            kind=BalanceEntry.TAKEN_BACK,
            amount=-part,
            reference=reference,
            by=THE_SYSTEM,
            now=now,
        )
        take_from_batches(
            [(batch["id"], part)], cause=PointRedemption.TAKEN_BACK, reference=reference, now=now, accrual_id=debt["id"]
        )
        sql.execute(_PAY_DEBT, {"accrual": debt["id"], "points": part})
        debt["owed"] -= part
        left -= part


@transaction.atomic(durable=True)
def _expire(balance_id: int, now: datetime) -> None:
    balance = sql.fetch_one(LOCK_BALANCE, {"balance": balance_id})
    assert balance is not None
    free = balance["amount"] - balance["held"]
    for batch in sql.fetch_all(_OVER, {"balance": balance_id, "now": now}):
        part = min(batch["remaining"], free)
        if part:
            free -= part
            reference = f"batch {batch['id']} {now:%Y-%m-%dT%H:%M:%S}"
            change_amount(
                balance_id=balance_id,
                kind=BalanceEntry.EXPIRED,
                amount=-part,
                reference=reference,
                by=THE_SYSTEM,
                now=now,
            )
            take_from_batches([(batch["id"], part)], cause=PointRedemption.EXPIRED, reference=reference, now=now)
