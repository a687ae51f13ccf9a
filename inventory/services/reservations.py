"""
Reserves stock, and commits, releases or fulfils reservations.

Every function changes levels, reservations and the ledger in one statement each. Stock rows are locked in pk order, and
only for that statement and the following commit, so call these last in a transaction (docs/locking.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.ids import new_id
from inventory.models import Reservation, StockMovement

HOLD_LIFETIME = timedelta(minutes=15)
EXPIRED_AT_ONCE = 500

_RESERVE = """
WITH request AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(variants)s::bigint[], %(locations)s::bigint[], %(quantities)s::int[])
        AS request(id, variant_id, location_id, quantity)
), need AS (
    SELECT variant_id, location_id, sum(quantity)::int AS quantity FROM request GROUP BY variant_id, location_id
), locked AS (
    SELECT level.id, need.quantity
    FROM inventory_stocklevel AS level JOIN need USING (variant_id, location_id)
    ORDER BY level.id FOR UPDATE OF level
), taken AS (
    UPDATE inventory_stocklevel AS level SET reserved = level.reserved + locked.quantity
    FROM locked
    WHERE level.id = locked.id
      AND level.on_hand - level.reserved - (CASE WHEN %(respects_safety_stock)s::bool THEN level.safety ELSE 0 END)
          >= locked.quantity
    RETURNING level.id, level.variant_id, level.location_id
), reservation AS (
    INSERT INTO inventory_reservation (id, level_id, quantity, state, expires_at, created_at)
    SELECT request.id, taken.id, request.quantity, %(state)s::text, %(expires_at)s::timestamptz, %(now)s::timestamptz
    FROM request JOIN taken USING (variant_id, location_id)
    RETURNING id, level_id, quantity
)
INSERT INTO inventory_stockmovement (
    level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, actor_id, reason, occurred_at)
SELECT level_id, 'reserved', 0, quantity, 'reservation', id::text, %(channel)s::text, %(actor)s::bigint, '',
       %(now)s::timestamptz
FROM reservation
"""

# Ends live reservations: the units are available again (released), or have left the building (fulfilled).
_END = """
WITH ended AS (
    UPDATE inventory_reservation AS reservation SET state = %(state)s::text, expires_at = NULL
    FROM (
        SELECT id FROM inventory_reservation
        WHERE id = ANY(%(ids)s::uuid[]) AND state = ANY(%(from_states)s::text[])
        ORDER BY id FOR UPDATE
    ) AS live
    WHERE reservation.id = live.id
    RETURNING reservation.id, reservation.level_id, reservation.quantity
), per_level AS (
    SELECT level_id, sum(quantity)::int AS quantity FROM ended GROUP BY level_id
), locked AS (
    SELECT level.id, per_level.quantity
    FROM inventory_stocklevel AS level JOIN per_level ON per_level.level_id = level.id
    ORDER BY level.id FOR UPDATE OF level
), moved AS (
    UPDATE inventory_stocklevel AS level
    SET reserved = level.reserved - locked.quantity,
        on_hand = level.on_hand - (CASE WHEN %(leaves)s::bool THEN locked.quantity ELSE 0 END)
    FROM locked WHERE level.id = locked.id
)
INSERT INTO inventory_stockmovement (
    level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, actor_id, reason, occurred_at)
SELECT level_id, %(kind)s::text, CASE WHEN %(leaves)s::bool THEN -quantity ELSE 0 END, -quantity,
       'reservation', id::text, %(channel)s::text, %(actor)s::bigint, %(reason)s::text, %(now)s::timestamptz
FROM ended
"""

_COMMIT = """
UPDATE inventory_reservation SET state = 'committed', expires_at = NULL
WHERE id = ANY(%(ids)s::uuid[]) AND state = 'held'
"""

# What is reserved stays the same, so neither the level nor the ledger changes.
_SPLIT = """
WITH request AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(new_ids)s::uuid[], %(quantities)s::int[]) AS request(id, new_id, quantity)
), reduced AS (
    UPDATE inventory_reservation AS reservation SET quantity = reservation.quantity - request.quantity
    FROM request
    WHERE reservation.id = request.id AND reservation.state = 'committed' AND reservation.quantity > request.quantity
    RETURNING request.new_id, reservation.level_id, request.quantity, reservation.state, reservation.created_at
)
INSERT INTO inventory_reservation (id, level_id, quantity, state, created_at)
SELECT new_id, level_id, quantity, state, created_at FROM reduced
"""

_LOCK = """
SELECT level.id FROM inventory_stocklevel AS level
WHERE level.id IN (SELECT level_id FROM inventory_reservation WHERE id = ANY(%(reservations)s::uuid[]))
   OR (level.variant_id, level.location_id) IN (
       SELECT * FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[]))
ORDER BY level.id FOR UPDATE
"""

_AVAILABLE = """
SELECT request.place, COALESCE(level.on_hand - level.reserved
           - (CASE WHEN %(respects_safety_stock)s::bool THEN level.safety ELSE 0 END), 0) AS available
FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[]) WITH ORDINALITY AS request(variant_id, location_id, place)
LEFT JOIN inventory_stocklevel AS level USING (variant_id, location_id)
ORDER BY request.place
"""

_EXPIRED = """
SELECT id FROM inventory_reservation WHERE state = 'held' AND expires_at < %(now)s
ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""


class InsufficientStock(Refusal):
    """Fewer units are available than requested; `lines` lists the variants with their available units."""

    code = "insufficient_stock"


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """Units of one variant requested at one location, under a reservation id that the caller made."""

    variant_id: int
    location_id: int
    quantity: int
    sku: str
    reservation_id: UUID


def new_reservation_id() -> UUID:
    """Return an id for a reservation that is about to be made, so that rows pointing to it can be written first."""
    return new_id()


@transaction.atomic(savepoint=False)
def reserve_stock(
    *,
    requests: Sequence[ReservationRequest],
    by: Actor,
    now: datetime,
    expires_at: datetime | None = None,
    respects_safety_stock: bool = True,
) -> None:
    """
    Reserve all the requested units, or none.

    expires_at: when the reservation ends by itself (held); without it the units are committed. respects_safety_stock:
    leave the safety stock alone, as every channel does except the store's own till. The level rows stay locked until
    the caller's transaction ends: call this last. Raises InsufficientStock; roll back then.
    """
    parameters = {
        "ids": [request.reservation_id for request in requests],
        "variants": [request.variant_id for request in requests],
        "locations": [request.location_id for request in requests],
        "quantities": [request.quantity for request in requests],
        "respects_safety_stock": respects_safety_stock,
        "state": Reservation.HELD if expires_at else Reservation.COMMITTED,
        "expires_at": expires_at,
        "channel": by.channel,
        "actor": by.staff_id,
        "now": now,
    }
    if sql.execute(_RESERVE, parameters) != len(requests):
        raise _shortage(requests, respects_safety_stock)


@transaction.atomic(savepoint=False)
def commit_reservations(*, ids: Sequence[UUID]) -> int:
    """Commit held reservations. Return how many were still held: fewer than ids means that some expired."""
    return sql.execute(_COMMIT, {"ids": list(ids)})


@transaction.atomic(savepoint=False)
def split_reservations(*, pieces: Mapping[UUID, int]) -> dict[UUID, UUID]:
    """
    Move some units of committed reservations into reservations of their own, and return the new id of each.

    pieces: units by reservation, fewer than it holds. Whoever calls it holds the lock that guards their holder; no
    stock row is locked.
    """
    new_ids = {reservation_id: new_reservation_id() for reservation_id in pieces}
    if pieces:
        parameters = {"ids": list(new_ids), "new_ids": list(new_ids.values()), "quantities": list(pieces.values())}
        split = sql.execute(_SPLIT, parameters)
        assert split == len(pieces), "only live reservations of more units can be split"
    return new_ids


def lock_levels(*, reservation_ids: Sequence[UUID], requests: Sequence[ReservationRequest]) -> None:
    """
    Lock the stock rows that reservations hold and that requests need, in pk order.

    Call it before both are done in one transaction; two statements alone would lock them in two orders.
    """
    variants, locations = [one.variant_id for one in requests], [one.location_id for one in requests]
    sql.fetch_all(_LOCK, {"reservations": list(reservation_ids), "variants": variants, "locations": locations})


@transaction.atomic(savepoint=False)
def release_reservations(*, ids: Iterable[UUID], by: Actor, now: datetime, reason: str) -> int:
    """Release live reservations, so that their units are available. Return how many; ended ones are left alone."""
    return _end(ids, Reservation.RELEASED, StockMovement.RELEASED, by=by, now=now, reason=reason)


@transaction.atomic(savepoint=False)
def fulfil_reservations(*, ids: Iterable[UUID], kind: str, by: Actor, now: datetime) -> int:
    """
    Take the units of committed reservations out of stock.

    kind: the kind of ledger movement (StockMovement.SOLD, HANDED_OVER or SHIPPED). Return how many reservations ended.
    """
    return _end(ids, Reservation.FULFILLED, kind, by=by, now=now, reason="", from_states=(Reservation.COMMITTED,))


@transaction.atomic(durable=True)
def release_expired(*, now: datetime) -> int:
    """Release expired reservations, skipping those that others have locked. Return how many."""
    ids = [row["id"] for row in sql.fetch_all(_EXPIRED, {"now": now, "limit": EXPIRED_AT_ONCE})]
    return release_reservations(ids=ids, by=THE_SYSTEM, now=now, reason="expired") if ids else 0


def _end(
    ids: Iterable[UUID],
    state: str,
    kind: str,
    *,
    by: Actor,
    now: datetime,
    reason: str,
    from_states: Sequence[str] = Reservation.LIVE,
) -> int:
    return sql.execute(
        _END,
        {
            "ids": list(ids),
            "state": state,
            "from_states": list(from_states),
            "kind": kind,
            "leaves": state == Reservation.FULFILLED,
            "channel": by.channel,
            "actor": by.staff_id,
            "reason": reason,
            "now": now,
        },
    )


def _shortage(requests: Sequence[ReservationRequest], respects_safety_stock: bool) -> InsufficientStock:
    wanted: dict[tuple[int, int], tuple[str, int]] = {}
    for request in requests:
        _sku, so_far = wanted.get((request.variant_id, request.location_id), (request.sku, 0))
        wanted[request.variant_id, request.location_id] = (request.sku, so_far + request.quantity)
    rows = sql.fetch_all(
        _AVAILABLE,
        {
            "variants": [variant_id for variant_id, _location in wanted],
            "locations": [location_id for _variant, location_id in wanted],
            "respects_safety_stock": respects_safety_stock,
        },
    )
    short = [
        {"sku": sku, "requested": quantity, "available": max(0, row["available"])}
        for (sku, quantity), row in zip(wanted.values(), rows, strict=True)
        if row["available"] < quantity
    ]
    return insufficient_stock(short)


def insufficient_stock(short: Sequence[dict[str, object]]) -> InsufficientStock:
    """Return the refusal for short lines, each {sku, requested, available}; a single one is also at the top level."""
    top = dict(short[0]) if len(short) == 1 else {}
    names = ", ".join(f"{line['sku']} ({line['available']})" for line in short)
    return InsufficientStock(
        _("Not enough left: %(lines)s. Reduce the quantity, or choose another way of delivery.") % {"lines": names},
        lines=list(short),
        **top,
    )
