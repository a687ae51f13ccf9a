"""
Sales that happened although the books had too few free units: they are booked, and somebody has to count.

A till that could not reach the shop sold what lay on its counter. Such a sale is never refused (decision 0150).
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from core.journal import publish
from inventory.events import Oversold
from inventory.models import Oversale
from inventory.services.reservations import ReservationRequest
from inventory.services.stock_ledger import ensure_levels

# The missing units are booked in before the sale books them out: a level never falls below what is reserved on it.
_BOOK = """
WITH need AS (
    SELECT variant_id, location_id, sum(quantity)::int AS quantity
    FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(quantities)s::int[])
        AS request(variant_id, location_id, quantity)
    GROUP BY variant_id, location_id
), locked AS (
    SELECT level.id, need.quantity - (level.on_hand - level.reserved) AS missing
    FROM inventory_stocklevel AS level JOIN need USING (variant_id, location_id)
    ORDER BY level.id FOR UPDATE OF level
), moved AS (
    UPDATE inventory_stocklevel AS level SET on_hand = level.on_hand + locked.missing
    FROM locked WHERE level.id = locked.id AND locked.missing > 0
    RETURNING level.id, level.variant_id, level.location_id, level.reserved, locked.missing
), movement AS (
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, actor_id, reason, occurred_at)
    SELECT id, 'adjusted', missing, 0, 'oversale', %(cause)s::text, %(channel)s::text, %(actor)s::bigint, '',
           %(occurred_at)s::timestamptz
    FROM moved
), noted AS (
    INSERT INTO inventory_oversale (level_id, units, reserved, cause_id, noted_at)
    SELECT id, missing, reserved, %(cause)s::text, %(now)s::timestamptz FROM moved
)
SELECT moved.variant_id, moved.location_id, moved.missing AS units, variant.sku
FROM moved JOIN inventory_variant AS variant ON variant.id = moved.variant_id ORDER BY variant.sku
"""
_SETTLE = """
UPDATE inventory_oversale SET settled_at = %(now)s, settled_by_id = %(actor)s::bigint
WHERE id = %(oversale)s AND settled_at IS NULL
"""

# Only what was sold before the count of its article, as its movement says: the count cannot have seen what was sold
# after it. Where units were reserved, orders may have lost theirs, and somebody has to look after them.
_SETTLE_COUNTED = """
WITH counted AS (
    SELECT oversale.id
    FROM inventory_stockdocumentline AS line
    JOIN inventory_stockdocument AS document ON document.id = line.document_id
    JOIN inventory_stocklevel AS level
        ON level.variant_id = line.variant_id AND level.location_id = document.target_id
    JOIN inventory_oversale AS oversale ON oversale.level_id = level.id
    LEFT JOIN inventory_stockmovement AS movement
        ON movement.level_id = level.id AND movement.cause_kind = 'oversale' AND movement.cause_id = oversale.cause_id
    WHERE document.id = %(document)s AND oversale.settled_at IS NULL AND oversale.reserved = 0
      AND COALESCE(movement.occurred_at, oversale.noted_at) <= line.counted_at
    ORDER BY oversale.id FOR UPDATE OF oversale
)
UPDATE inventory_oversale AS oversale SET settled_at = %(now)s, settled_by_id = %(actor)s::bigint
FROM counted WHERE oversale.id = counted.id AND oversale.settled_at IS NULL
"""


class AlreadySettled(Refusal):
    """Somebody has looked after this oversale already."""

    code = "already_settled"


@transaction.atomic(savepoint=False)
def book_oversold_units(
    *, requests: Sequence[ReservationRequest], cause: str, by: Actor, now: datetime, occurred_at: datetime | None = None
) -> int:
    """
    Book in the units of a sale that the books have not free, and note each as an oversale; return how many.

    requests: what the sale takes from stock next. cause: the number of the order. occurred_at: when the goods left,
    now without it. Locks the levels in pk order until
    the caller's transaction ends. Publishes Oversold for each variant.
    """
    ensure_levels((request.variant_id, request.location_id) for request in requests)
    rows = sql.fetch_all(
        _BOOK,
        {
            "variants": [request.variant_id for request in requests],
            "locations": [request.location_id for request in requests],
            "quantities": [request.quantity for request in requests],
            "cause": cause,
            "channel": by.channel,
            "actor": by.staff_id,
            "now": now,
            "occurred_at": occurred_at or now,
        },
    )
    publish(
        *(
            Oversold(
                by=by,
                occurred_at=now,
                ref=row["sku"],
                variant_id=row["variant_id"],
                location_id=row["location_id"],
                quantity=row["units"],
            )
            for row in rows
        )
    )
    return sum(row["units"] for row in rows)


@transaction.atomic(savepoint=False)
def settle_oversale(*, oversale_id: int, by: Actor, now: datetime) -> None:
    """
    Note that the place of an oversale was counted, and that orders which got no goods were looked after.

    The books themselves are corrected by an adjustment. Raises NotFound, AlreadySettled.
    """
    if not sql.execute(_SETTLE, {"oversale": oversale_id, "actor": by.staff_id, "now": now}):
        if not Oversale.objects.filter(pk=oversale_id).exists():
            raise NotFound(_("There is no such oversale."))
        raise AlreadySettled(_("Somebody has settled this already."))


@transaction.atomic(savepoint=False)
def settle_counted_oversales(*, document_id: int, by: Actor, now: datetime) -> int:
    """
    Settle the oversales that an approved count has answered, and return how many.

    Those that found units reserved stay open: orders may have lost their goods. Locks the oversales in pk order.
    """
    return sql.execute(_SETTLE_COUNTED, {"document": document_id, "actor": by.staff_id, "now": now})
