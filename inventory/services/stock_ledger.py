"""
The writer of stock levels and held stock outside of reservations.

Every change is one row of the ledger and one change of the level, in one statement; levels are locked in pk order
(docs/locking.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import NotFound, Refusal
from inventory.events import StockLow

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

_ENSURE_HELD = """
INSERT INTO inventory_heldstock (level_id, state, units)
SELECT DISTINCT level.id, change.state, 0
FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(states)s::text[])
    AS change(variant_id, location_id, state)
JOIN inventory_stocklevel AS level USING (variant_id, location_id)
WHERE change.state <> ''
ORDER BY level.id, change.state
ON CONFLICT (level_id, state) DO NOTHING
"""

# A change that adds units is never refused: what is there may not be more than what is reserved already.
_MOVE = """
WITH change AS (
    SELECT variant_id, location_id, state, sum(units)::int AS units, sum(held)::int AS held
    FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(units)s::int[], %(states)s::text[], %(held)s::int[])
        AS line(variant_id, location_id, units, state, held)
    GROUP BY variant_id, location_id, state
), locked AS (
    SELECT level.id, total.units
    FROM inventory_stocklevel AS level
    JOIN (SELECT variant_id, location_id, sum(units)::int AS units FROM change GROUP BY variant_id, location_id)
        AS total USING (variant_id, location_id)
    ORDER BY level.id FOR UPDATE OF level
), moved AS (
    UPDATE inventory_stocklevel AS level SET on_hand = level.on_hand + locked.units
    FROM locked
    WHERE level.id = locked.id AND (locked.units >= 0 OR level.on_hand + locked.units >= level.reserved)
    RETURNING level.id, level.variant_id, level.location_id, locked.units,
              level.on_hand - level.reserved - level.safety AS available
), held AS (
    UPDATE inventory_heldstock AS held SET units = held.units + change.held
    FROM moved JOIN change USING (variant_id, location_id)
    WHERE held.level_id = moved.id AND held.state = change.state AND held.units + change.held >= 0
    RETURNING held.id
), movement AS (
    INSERT INTO inventory_stockmovement (
        level_id, kind, on_hand_change, reserved_change, cause_kind, cause_id, channel, actor_id, reason, occurred_at,
        held_state, held_change)
    SELECT moved.id, %(kind)s::text, change.units, 0, %(cause_kind)s::text, %(cause_id)s::text, %(channel)s::text,
           %(actor)s::bigint, %(reason)s::text, %(now)s::timestamptz, change.state, change.held
    FROM moved JOIN change USING (variant_id, location_id)
    WHERE change.units <> 0 OR change.held <> 0
)
SELECT moved.variant_id, moved.location_id, moved.units, moved.available, variant.sku, variant.low_stock_below,
       location.code, (SELECT count(*) FROM held) AS held_rows
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
HAVING sum(line.units) < 0 AND level.on_hand + sum(line.units) < level.reserved
ORDER BY variant.sku, location.code
"""

_SHORT_OF_HELD = """
SELECT variant.sku, location.code AS location, line.state, held.units AS held
FROM unnest(%(variants)s::bigint[], %(locations)s::bigint[], %(states)s::text[], %(held)s::int[])
    AS line(variant_id, location_id, state, change)
JOIN inventory_stocklevel AS level USING (variant_id, location_id)
JOIN inventory_heldstock AS held ON held.level_id = level.id AND held.state = line.state
JOIN inventory_variant AS variant ON variant.id = level.variant_id
JOIN inventory_location AS location ON location.id = level.location_id
GROUP BY variant.sku, location.code, line.state, held.units
HAVING held.units + sum(line.change) < 0
ORDER BY variant.sku, location.code, line.state
"""


class StockPromised(Refusal):
    """Fewer units would be left than are reserved for orders; `lines` says where."""

    code = "stock_promised"


class HeldStockShort(Refusal):
    """Fewer units are in a held state than are to leave it; `lines` says where, and how many there are."""

    code = "held_stock_short"


class AlreadyBooked(Refusal):
    """This delivery, correction or document is already recorded."""

    code = "already_booked"


@dataclass(frozen=True, slots=True)
class StockChange:
    """
    What changes of one variant at one location.

    units: more (or fewer, negative) that may be sold. state, held: a held state, and what changes of the units in it.
    """

    variant_id: int
    location_id: int
    units: int
    state: str = ""
    held: int = 0


@dataclass(frozen=True, slots=True)
class Booking:
    """How a set of changes is recorded in the ledger; by whom and when. kind: one of StockMovement.KINDS."""

    kind: str
    cause_kind: str
    cause_id: str
    reason: str
    by: Actor
    now: datetime


def ensure_levels(places: Iterable[tuple[int, int]]) -> None:
    """Create missing levels of (variant_id, location_id), empty; none for variants and locations that do not exist."""
    known = list(places)
    sql.execute(
        _ENSURE_LEVELS,
        {"variants": [variant for variant, _place in known], "locations": [place for _variant, place in known]},
    )


def book(changes: Sequence[StockChange], booking: Booking) -> list[sql.Row]:
    """
    Write changes to levels, held stock and the ledger, all or none; call this inside a transaction.

    Return a row for each level by SKU: variant_id, location_id, units, available, sku, low_stock_below, code. The
    levels stay locked until the transaction ends. Raises StockPromised, HeldStockShort, AlreadyBooked, NotFound; roll
    back then.
    """
    parameters = {
        "variants": [change.variant_id for change in changes],
        "locations": [change.location_id for change in changes],
        "units": [change.units for change in changes],
        "states": [change.state for change in changes],
        "held": [change.held for change in changes],
        "kind": booking.kind,
        "cause_kind": booking.cause_kind,
        "cause_id": booking.cause_id,
        "channel": booking.by.channel,
        "actor": booking.by.staff_id,
        "reason": booking.reason,
        "now": booking.now,
    }
    states = {(change.variant_id, change.location_id, change.state) for change in changes if change.state}
    ensure_levels((change.variant_id, change.location_id) for change in changes)
    if states:
        sql.execute(_ENSURE_HELD, parameters)
    try:
        moved = sql.fetch_all(_MOVE, parameters)
    except IntegrityError as error:
        if "stock_movement_once_per_cause" not in str(error):
            raise
        raise AlreadyBooked(_("%s was already booked.") % booking.cause_id, cause=booking.cause_id) from error
    is_whole = len(moved) == len({(change.variant_id, change.location_id) for change in changes})
    if not is_whole or moved[0]["held_rows"] != len(states):
        raise _refusal(parameters)
    return moved


def low_stock_events(moved: Iterable[sql.Row], *, by: Actor, now: datetime) -> list[StockLow]:
    """Return an event for each level that a booking took below the variant's threshold."""
    return [
        StockLow(
            by=at_place(by, row),
            occurred_at=now,
            ref=row["sku"],
            variant_id=row["variant_id"],
            location_id=row["location_id"],
            available=max(0, row["available"]),
        )
        for row in moved
        if row["available"] < row["low_stock_below"] <= row["available"] - row["units"]
    ]


def at_place(by: Actor, row: sql.Row) -> Actor:
    """Return the actor in the store where the units are, wherever they are recorded from."""
    return replace(by, store_id=row["location_id"], store_code=row["code"])


def _refusal(parameters: sql.Parameters) -> Refusal:
    if promised := sql.fetch_all(_SHORT_OF_RESERVED, parameters):
        return StockPromised(_("Fewer units would be left than are reserved for orders."), lines=promised)
    if short := sql.fetch_all(_SHORT_OF_HELD, parameters):
        return HeldStockShort(_("Fewer units are in this state than you named."), lines=short)
    return NotFound(_("There is no such variant or location."))
