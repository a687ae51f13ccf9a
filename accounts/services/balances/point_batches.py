"""
The batches of a points balance.

A change of a points balance's amount changes its batches in the same transaction, after locking the balance's row: the
statements here run after the one that took the lock, so nobody else can change what they read. The batch that expires
first is used first.
"""

from collections.abc import Sequence
from datetime import datetime

from accounts.rules.loyalty import RemainingBatch, expiry_given_back
from core.data import sql

LOCK_BALANCE = "SELECT amount, held FROM accounts_balance WHERE id = %(balance)s FOR UPDATE"

_OPEN = """
INSERT INTO accounts_pointbatch (
    balance_id, accrual_id, kind, reference, points, remaining, created_at, matures_at, matured_at, expires_at)
VALUES (%(balance)s, %(accrual)s, %(kind)s, %(reference)s, %(points)s, %(points)s, %(now)s, %(matures_at)s,
        %(matured_at)s, %(expires_at)s)
"""
_REDEEM = """
WITH share AS (
    SELECT id, least(remaining, %(points)s - before) AS part
    FROM (SELECT id, remaining, sum(remaining) OVER (ORDER BY expires_at NULLS LAST, id) - remaining AS before
          FROM accounts_pointbatch
          WHERE balance_id = %(balance)s AND matured_at IS NOT NULL AND remaining > 0) AS batch
    WHERE before < %(points)s
), drawn AS (
    UPDATE accounts_pointbatch AS batch SET remaining = batch.remaining - share.part
    FROM share WHERE batch.id = share.id
)
INSERT INTO accounts_pointredemption (batch_id, cause, points, restored, reference, occurred_at)
SELECT id, %(cause)s, part, 0, %(reference)s, %(now)s FROM share
"""
_TAKE = """
WITH given AS (
    SELECT * FROM unnest(%(batches)s::bigint[], %(parts)s::bigint[]) AS given(batch_id, part)
), drawn AS (
    UPDATE accounts_pointbatch AS batch SET remaining = batch.remaining - given.part
    FROM given WHERE batch.id = given.batch_id
)
INSERT INTO accounts_pointredemption (batch_id, cause, points, restored, reference, accrual_id, occurred_at)
SELECT batch_id, %(cause)s, part, 0, %(reference)s, %(accrual)s::bigint, %(now)s FROM given
"""
_FREE = """
SELECT id, remaining AS free, matured_at IS NULL AS is_pending, accrual_id FROM accounts_pointbatch
WHERE balance_id = %(balance)s AND remaining > 0 AND (matured_at IS NOT NULL OR accrual_id = %(accrual)s::bigint)
ORDER BY expires_at NULLS LAST, id
"""
# The batches that expire last were used last, and are restored first.
_SPENT_FOR = """
SELECT redemption.id, redemption.points - redemption.restored AS free, batch.balance_id, batch.expires_at
FROM accounts_pointredemption AS redemption JOIN accounts_pointbatch AS batch ON batch.id = redemption.batch_id
WHERE redemption.reference = %(reference)s AND redemption.cause = 'spent' AND redemption.restored < redemption.points
ORDER BY batch.expires_at DESC NULLS FIRST, redemption.id DESC FOR UPDATE OF redemption
"""
_RESTORE = "UPDATE accounts_pointredemption SET restored = restored + %(points)s WHERE id = %(redemption)s"


def open_batch(
    *,
    balance_id: int,
    kind: str,
    reference: str,
    points: int,
    now: datetime,
    expires_at: datetime | None = None,
    accrual_id: int | None = None,
    matures_at: datetime | None = None,
) -> None:
    """
    Create a batch of points; points of an accrual are pending, all others may be spent at once.

    The caller changes the balance's amount. Raises IntegrityError if this reference already has a batch.
    """
    sql.execute(
        _OPEN,
        {
            "balance": balance_id,
            "accrual": accrual_id,
            "kind": kind,
            "reference": reference,
            "points": points,
            "now": now,
            "matures_at": matures_at,
            "matured_at": None if accrual_id else now,
            "expires_at": expires_at,
        },
    )


def redeem_batches(*, balance_id: int, points: int, cause: str, reference: str, now: datetime) -> None:
    """Redeem points from the batches that expire first. The caller has locked and reduced the balance."""
    sql.execute(_REDEEM, {"balance": balance_id, "points": points, "cause": cause, "reference": reference, "now": now})


def take_from_batches(
    parts: Sequence[tuple[int, int]], *, cause: str, reference: str, now: datetime, accrual_id: int | None = None
) -> None:
    """Take points from given batches (id and points). The caller has locked the balance and then read them."""
    sql.execute(
        _TAKE,
        {
            "batches": [batch_id for batch_id, _part in parts],
            "parts": [part for _lot_id, part in parts],
            "cause": cause,
            "reference": reference,
            "accrual": accrual_id,
            "now": now,
        },
    )


def batches_to_take_back(*, balance_id: int, accrual_id: int) -> tuple[list[RemainingBatch], list[RemainingBatch]]:
    """Return an accrual's batches and the person's other spendable ones, the first to expire first."""
    rows = sql.fetch_all(_FREE, {"balance": balance_id, "accrual": accrual_id})
    own: list[RemainingBatch] = []
    others: list[RemainingBatch] = []
    for row in rows:
        (own if row["accrual_id"] == accrual_id else others).append(
            RemainingBatch(row["id"], row["free"], row["is_pending"])
        )
    return own, others


def restore_batches(*, spent_for: str, points: int, reference: str, now: datetime) -> dict[int, int]:
    """
    Restore points that were spent under a reference, as batches with the expiry of those they came from.

    The caller changes the balances' amounts first. Returns how many points came back to each balance; fewer than
    requested if fewer were spent.
    """
    back: dict[int, int] = {}
    for place, row in enumerate(sql.fetch_all(_SPENT_FOR, {"reference": spent_for}), 1):
        part = min(points, row["free"])
        if not part:
            break
        sql.execute(_RESTORE, {"redemption": row["id"], "points": part})
        open_batch(
            balance_id=row["balance_id"],
            kind="given_back",
            reference=f"{reference}/{place}",
            points=part,
            now=now,
            expires_at=expiry_given_back(row["expires_at"], now=now),
        )
        back[row["balance_id"]] = back.get(row["balance_id"], 0) + part
        points -= part
    return back
