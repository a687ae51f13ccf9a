"""
The lots that a points balance is made of.

Whoever changes the amount of a points balance changes its lots in the same transaction, behind the lock of the
balance's row: statements here run after one that took it, so they read what nobody else can change. The lot that ends
first is used first.
"""

from collections.abc import Sequence
from datetime import datetime

from accounts.rules.loyalty import PointsBatch, expiry_given_back
from core.data import sql

LOCK_BALANCE = "SELECT amount, held FROM accounts_balance WHERE id = %(balance)s FOR UPDATE"

_OPEN = """
INSERT INTO accounts_pointlot (
    balance_id, earning_id, kind, reference, points, remaining, created_at, matures_at, matured_at, expires_at)
VALUES (%(balance)s, %(earning)s, %(kind)s, %(reference)s, %(points)s, %(points)s, %(now)s, %(matures_at)s,
        %(matured_at)s, %(expires_at)s)
"""
_DRAW = """
WITH share AS (
    SELECT id, least(remaining, %(points)s - before) AS part
    FROM (SELECT id, remaining, sum(remaining) OVER (ORDER BY expires_at NULLS LAST, id) - remaining AS before
          FROM accounts_pointlot
          WHERE balance_id = %(balance)s AND matured_at IS NOT NULL AND remaining > 0) AS lot
    WHERE before < %(points)s
), drawn AS (
    UPDATE accounts_pointlot AS lot SET remaining = lot.remaining - share.part FROM share WHERE lot.id = share.id
)
INSERT INTO accounts_pointdraw (lot_id, cause, points, restored, reference, occurred_at)
SELECT id, %(cause)s, part, 0, %(reference)s, %(now)s FROM share
"""
_TAKE = """
WITH given AS (
    SELECT * FROM unnest(%(lots)s::bigint[], %(parts)s::bigint[]) AS given(lot_id, part)
), drawn AS (
    UPDATE accounts_pointlot AS lot SET remaining = lot.remaining - given.part FROM given WHERE lot.id = given.lot_id
)
INSERT INTO accounts_pointdraw (lot_id, cause, points, restored, reference, earning_id, occurred_at)
SELECT lot_id, %(cause)s, part, 0, %(reference)s, %(earning)s::bigint, %(now)s FROM given
"""
_FREE = """
SELECT id, remaining AS free, matured_at IS NULL AS is_pending, earning_id FROM accounts_pointlot
WHERE balance_id = %(balance)s AND remaining > 0 AND (matured_at IS NOT NULL OR earning_id = %(earning)s::bigint)
ORDER BY expires_at NULLS LAST, id
"""
# Those that end last were used last, and come back first.
_SPENT_FOR = """
SELECT draw.id, draw.points - draw.restored AS free, lot.balance_id, lot.expires_at
FROM accounts_pointdraw AS draw JOIN accounts_pointlot AS lot ON lot.id = draw.lot_id
WHERE draw.reference = %(reference)s AND draw.cause = 'spent' AND draw.restored < draw.points
ORDER BY lot.expires_at DESC NULLS FIRST, draw.id DESC FOR UPDATE OF draw
"""
_RESTORE = "UPDATE accounts_pointdraw SET restored = restored + %(points)s WHERE id = %(draw)s"


def open_batch(
    *,
    balance_id: int,
    kind: str,
    reference: str,
    points: int,
    now: datetime,
    expires_at: datetime | None = None,
    earning_id: int | None = None,
    matures_at: datetime | None = None,
) -> None:
    """
    Write points down as a lot; what was earned by something is pending, all else may be spent at once.

    The balance's amount is the caller's to change. Raises IntegrityError if this reference brought points before.
    """
    sql.execute(
        _OPEN,
        {
            "balance": balance_id,
            "earning": earning_id,
            "kind": kind,
            "reference": reference,
            "points": points,
            "now": now,
            "matures_at": matures_at,
            "matured_at": None if earning_id else now,
            "expires_at": expires_at,
        },
    )


def redeem_batches(*, balance_id: int, points: int, cause: str, reference: str, now: datetime) -> None:
    """Take points out of the lots that end first. The caller has locked the balance and taken them off its amount."""
    sql.execute(_DRAW, {"balance": balance_id, "points": points, "cause": cause, "reference": reference, "now": now})


def take_from_batches(
    parts: Sequence[tuple[int, int]], *, cause: str, reference: str, now: datetime, earning_id: int | None = None
) -> None:
    """Take points out of certain lots (id and points). The caller has locked the balance and read them behind it."""
    sql.execute(
        _TAKE,
        {
            "lots": [lot_id for lot_id, _part in parts],
            "parts": [part for _lot_id, part in parts],
            "cause": cause,
            "reference": reference,
            "earning": earning_id,
            "now": now,
        },
    )


def batches_to_take_back(*, balance_id: int, earning_id: int) -> tuple[list[PointsBatch], list[PointsBatch]]:
    """Return the lots of an earning, and the others of its person that may be spent; the first to end come first."""
    rows = sql.fetch_all(_FREE, {"balance": balance_id, "earning": earning_id})
    own: list[PointsBatch] = []
    others: list[PointsBatch] = []
    for row in rows:
        (own if row["earning_id"] == earning_id else others).append(
            PointsBatch(row["id"], row["free"], row["is_pending"])
        )
    return own, others


def restore_batches(*, spent_for: str, points: int, reference: str, now: datetime) -> dict[int, int]:
    """
    Give back points that were spent under a reference, as lots that end when those did from which they came.

    The caller changes the balances' amounts before. Return how many came back to which balance; fewer than asked for if
    not so many were spent.
    """
    back: dict[int, int] = {}
    for place, row in enumerate(sql.fetch_all(_SPENT_FOR, {"reference": spent_for}), 1):
        part = min(points, row["free"])
        if not part:
            break
        sql.execute(_RESTORE, {"draw": row["id"], "points": part})
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
