"""
Receives units and corrects stock.

Reservations and sales are in reservations.py, units that may not be sold in held_stock.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound
from core.journal import publish
from inventory.events import StockAdjusted, StockReceived
from inventory.models import StockMovement
from inventory.services.stock_ledger import (
    MOST_UNITS,
    Booking,
    StockChange,
    at_place,
    book,
    ensure_levels,
    low_stock_events,
)

_SET_SAFETY = """
UPDATE inventory_stocklevel SET safety = %(safety)s WHERE variant_id = %(variant)s AND location_id = %(location)s
"""


@dataclass(frozen=True, slots=True)
class StockLine:
    """Units of one variant at one location. units: at least 1 when received; positive or negative when corrected."""

    variant_id: int
    location_id: int
    units: int


@transaction.atomic
def receive_stock(*, lines: Sequence[StockLine], delivery: str, by: Actor, now: datetime) -> None:
    """
    Record received units, all lines or none.

    delivery: the number of the delivery note; the same one is recorded once for each variant and location. Locks the
    levels in pk order until the caller's transaction ends.
    Raises Malformed for units that are not positive, AlreadyBooked, NotFound.
    """
    _check(lines, are_valid=all(0 < line.units <= MOST_UNITS for line in lines))
    moved = _move(lines, Booking(StockMovement.RECEIVED, "delivery", delivery, "", by, now))
    publish(
        *(
            StockReceived(
                by=at_place(by, row),
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
def adjust_stock(
    *,
    lines: Sequence[StockLine],
    reason: str,
    correction: str,
    by: Actor,
    now: datetime,
    cause_kind: str = "correction",
) -> None:
    """
    Correct the recorded stock where it differs from the shelf, all lines or none.

    reason: in the staff's words (broken, lost, found, counted). correction: an id that the caller made; the same one is
    recorded once. cause_kind: what the id is of, a stock document for instance. Locks the levels in pk order until the
    caller's transaction ends.
    Raises StockPromised if fewer units would be left than are reserved, Malformed for 0 units, AlreadyBooked, NotFound.
    """
    _check(lines, are_valid=all(0 < abs(line.units) <= MOST_UNITS for line in lines))
    moved = _move(lines, Booking(StockMovement.ADJUSTED, cause_kind, correction, reason, by, now))
    publish(
        *(
            StockAdjusted(
                by=at_place(by, row),
                occurred_at=now,
                ref=row["sku"],
                variant_id=row["variant_id"],
                location_id=row["location_id"],
                change=row["units"],
            )
            for row in moved
        ),
        *low_stock_events(moved, by=by, now=now),
    )


@transaction.atomic
def set_safety_stock(*, variant_id: int, location_id: int, safety: int) -> None:
    """
    Set how many units of a variant a location keeps for people in the store. Locks the level.

    It may exceed the units on hand; then none are sold online. Raises Malformed if it is negative, NotFound.
    """
    if not 0 <= safety <= MOST_UNITS:
        raise Malformed(_("The safety stock must be between 0 and %s units.") % MOST_UNITS, field="safety")
    ensure_levels([(variant_id, location_id)])
    if not sql.execute(_SET_SAFETY, {"variant": variant_id, "location": location_id, "safety": safety}):
        raise NotFound(_("There is no such variant or location."))


def _check(lines: Sequence[StockLine], *, are_valid: bool) -> None:
    if not lines or not are_valid:
        raise Malformed(_("Give between 1 and %s units on each line.") % MOST_UNITS, field="lines")


def _move(lines: Sequence[StockLine], booking: Booking) -> list[sql.Row]:
    return book([StockChange(line.variant_id, line.location_id, line.units) for line in lines], booking)
