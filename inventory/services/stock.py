"""
Receives units and corrects stock.

Reservations and sales are in reservations.py. Every change is one row of the ledger and one change of the level, in one
statement; levels are locked in pk order (docs/locking.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound, Refusal
from core.journal import publish
from inventory.events import StockAdjusted, StockLow, StockReceived
from inventory.models import StockMovement

MOST_UNITS = 1_000_000

_ENSURE_LEVELS = """
INSERT INTO inventory_stocklevel (variant_id, location_id, on_hand, reserved, safety)
SELECT DISTINCT variant.id, location.id, 0, 0, 0
FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[]) AS place(variant_id, location_id)
JOIN inventory_variant AS variant ON variant.id = place.variant_id
JOIN inventory_location AS location ON location.id = place.location_id
ORDER BY variant.id, location.id
ON CONFLICT (variant_id, location_id) DO NOTHING
"""

_MOVE = """
WITH change AS (
    SELECT variant_id, location_id, sum(units)::int AS units
    FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(units)s::int[])
        AS line(variant_id, location_id, units)
    GROUP BY variant_id, location_id
), locked AS (
    SELECT level.id, change.units
    FROM inventory_stocklevel AS level JOIN change USING (variant_id, location_id)
    ORDER BY level.id FOR UPDATE OF level
), moved AS (
    UPDATE inventory_stocklevel AS level SET on_hand = level.on_hand + locked.units
    FROM locked
    WHERE level.id = locked.id AND level.on_hand + locked.units >= level.reserved
    RETURNING level.id, level.variant_id, level.location_id, locked.units,
              level.on_hand - level.reserved - level.safety AS available
), movement AS (
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, actor_id, reason, occurred_at)
    SELECT id, %(kind)s::text, units, 0, %(cause_kind)s::text, %(cause_id)s::text, %(channel)s::text,
           %(actor)s::bigint, %(reason)s::text, %(now)s::timestamptz
    FROM moved
)
SELECT moved.variant_id, moved.location_id, moved.units, moved.available, variant.sku, variant.low_stock_below,
       location.code
FROM moved
JOIN inventory_variant AS variant ON variant.id = moved.variant_id
JOIN inventory_location AS location ON location.id = moved.location_id
ORDER BY variant.sku, location.code
"""

_SHORT_OF_RESERVED = """
SELECT variant.sku, location.code AS location, level.on_hand, level.reserved
FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(units)s::int[]) AS line(variant_id, location_id, units)
JOIN inventory_stocklevel AS level USING (variant_id, location_id)
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_location AS location ON location.id = level.location_id
GROUP BY variant.sku, location.code, level.on_hand, level.reserved
HAVING level.on_hand + sum(line.units) < level.reserved
ORDER BY variant.sku, location.code
"""

_SET_SAFETY = """
UPDATE inventory_stocklevel SET safety = %(safety)s WHERE variant_id = %(variant)s AND location_id = %(location)s
"""


class StockPromised(Refusal):
    """Fewer units would be left than are reserved for orders; `lines` says where."""

    code = "stock_promised"


class AlreadyBooked(Refusal):
    """This delivery or correction is already recorded."""

    code = "already_booked"


@dataclass(frozen=True, slots=True)
class StockLine:
    """Units of one variant at one location. units: at least 1 when received; positive or negative when corrected."""

    variant_id: int
    location_id: int
    units: int


@dataclass(frozen=True, slots=True)
class _Booking:
    """How a set of lines is recorded in the ledger; by whom and when."""

    kind: str
    cause_kind: str
    cause_id: str
    reason: str
    by: Actor
    now: datetime


@transaction.atomic
def receive_stock(*, lines: Sequence[StockLine], delivery: str, by: Actor, now: datetime) -> None:
    """
    Record received units, all lines or none.

    delivery: the number of the delivery note; the same one is recorded once for each variant and location. Locks the
    levels in pk order until the caller's transaction ends.
    Raises Malformed for units that are not positive, AlreadyBooked, NotFound.
    """
    _check(lines, are_valid=all(0 < line.units <= MOST_UNITS for line in lines))
    moved = _move(lines, _Booking(StockMovement.RECEIVED, "delivery", delivery, "", by, now))
    publish(
        *(
            StockReceived(
                by=_at(by, row),
                occurred_at=now,
                ref=row["sku"],
                variant_id=row["variant_id"],
                location_id=row["location_id"],
                quantity=row["units"],
            )
            for row in moved
        )
    )


@transaction.atomic
def adjust_stock(*, lines: Sequence[StockLine], reason: str, correction: str, by: Actor, now: datetime) -> None:
    """
    Correct the recorded stock where it differs from the shelf, all lines or none.

    reason: in the staff's words (broken, lost, found, counted). correction: an id that the caller made; the same one is
    recorded once. Locks the levels in pk order until the caller's transaction ends.
    Raises StockPromised if fewer units would be left than are reserved, Malformed for 0 units, AlreadyBooked, NotFound.
    """
    _check(lines, are_valid=all(0 < abs(line.units) <= MOST_UNITS for line in lines))
    moved = _move(lines, _Booking(StockMovement.ADJUSTED, "correction", correction, reason, by, now))
    publish(
        *(
            StockAdjusted(
                by=_at(by, row),
                occurred_at=now,
                ref=row["sku"],
                variant_id=row["variant_id"],
                location_id=row["location_id"],
                change=row["units"],
            )
            for row in moved
        ),
        *_low(moved, by=by, now=now),
    )


@transaction.atomic
def set_safety_stock(*, variant_id: int, location_id: int, safety: int) -> None:
    """
    Set how many units of a variant a location keeps for people in the store. Locks the level.

    It may exceed the units on hand; then none are sold online. Raises Malformed if it is negative, NotFound.
    """
    if not 0 <= safety <= MOST_UNITS:
        raise Malformed(_("The safety stock must be between 0 and %s units.") % MOST_UNITS, field="safety")
    ensure_levels([StockLine(variant_id, location_id, 0)])
    if not sql.execute(_SET_SAFETY, {"variant": variant_id, "location": location_id, "safety": safety}):
        raise NotFound(_("There is no such variant or location."))


def _check(lines: Sequence[StockLine], *, are_valid: bool) -> None:
    if not lines or not are_valid:
        raise Malformed(_("Give between 1 and %s units on each line.") % MOST_UNITS, field="lines")


def ensure_levels(lines: Iterable[StockLine]) -> None:
    """Create missing levels, empty; none for variants and locations that do not exist."""
    places = {"variants": [line.variant_id for line in lines], "locations": [line.location_id for line in lines]}
    sql.execute(_ENSURE_LEVELS, places)


def _move(lines: Sequence[StockLine], booking: _Booking) -> list[sql.Row]:
    parameters = {
        "variants": [line.variant_id for line in lines],
        "locations": [line.location_id for line in lines],
        "units": [line.units for line in lines],
        "kind": booking.kind,
        "cause_kind": booking.cause_kind,
        "cause_id": booking.cause_id,
        "channel": booking.by.channel,
        "actor": booking.by.staff_id,
        "reason": booking.reason,
        "now": booking.now,
    }
    ensure_levels(lines)
    try:
        moved = sql.fetch_all(_MOVE, parameters)
    except IntegrityError as error:
        if "stock_movement_once_per_cause" not in str(error):
            raise
        raise AlreadyBooked(_("%s was already booked.") % booking.cause_id, cause=booking.cause_id) from error
    if len(moved) != len({(line.variant_id, line.location_id) for line in lines}):
        short = sql.fetch_all(_SHORT_OF_RESERVED, parameters)
        if not short:
            raise NotFound(_("There is no such variant or location."))
        raise StockPromised(_("Fewer units would be left than are reserved for orders."), lines=short)
    return moved


def _low(moved: Iterable[sql.Row], *, by: Actor, now: datetime) -> list[StockLow]:
    """Return an event for each level that this change took below the variant's threshold."""
    return [
        StockLow(
            by=_at(by, row),
            occurred_at=now,
            ref=row["sku"],
            variant_id=row["variant_id"],
            location_id=row["location_id"],
            available=max(0, row["available"]),
        )
        for row in moved
        if row["available"] < row["low_stock_below"] <= row["available"] - row["units"]
    ]


def _at(by: Actor, row: sql.Row) -> Actor:
    """Return the actor in the store where the units are, wherever they are recorded from."""
    return replace(by, store_id=row["location_id"], store_code=row["code"])
