"""
Units that are at a place and may not be sold: taken in, moved between states, written off.

They are moved by rows of the same ledger as the units that may be sold (stock_ledger.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from core.actors import Actor
from core.data import sql
from core.errors import Malformed, NotFound
from core.journal import Event, publish
from core.texts.spelling import plain_text
from inventory.events import StockReturned, StockStateChanged, StockWrittenOff
from inventory.models import HeldStock, StockMovement
from inventory.services.stock_ledger import MOST_UNITS, Booking, StockChange, at_place, book, low_stock_events

# The state of the units that StockLevel.on_hand counts.
SELLABLE = "sellable"
HELD_STATES = tuple(state for state, _name in HeldStock.CHOICES)
STATES = (SELLABLE, *HELD_STATES)

_RELEASED = """
SELECT level.variant_id, level.location_id, sum(reservation.quantity)::int AS units
FROM inventory_reservation AS reservation JOIN inventory_stocklevel AS level ON level.id = reservation.level_id
WHERE reservation.id = ANY(%(ids)s::uuid[]) AND reservation.state = 'released'
GROUP BY level.variant_id, level.location_id ORDER BY level.variant_id, level.location_id
"""
_VARIANT = """
SELECT held.id, level.variant_id FROM inventory_heldstock AS held
JOIN inventory_stocklevel AS level ON level.id = held.level_id
JOIN inventory_variant AS variant ON variant.id = level.variant_id
WHERE upper(variant.sku) = upper(%(sku)s) AND level.location_id = %(location)s AND held.state = 'put_away'
"""


@dataclass(frozen=True, slots=True)
class UnitsInState:
    """Units of one variant at one location in a state: sellable, or one of HELD_STATES. units: at least 1."""

    variant_id: int
    location_id: int
    units: int
    state: str


@dataclass(frozen=True, slots=True)
class UnitsToMove:
    """Units of one variant at one location that go from a state to another one. units: at least 1."""

    variant_id: int
    location_id: int
    units: int
    from_state: str
    to_state: str


@transaction.atomic
def take_in_returned(
    *, lines: Sequence[UnitsInState], cause_kind: str, cause_id: str, by: Actor, now: datetime, reason: str = ""
) -> None:
    """
    Record units that came back, each line as sellable or in a held state, all lines or none.

    cause_kind, cause_id: what brought them back, a return for instance; the same cause is recorded once for each
    variant, location and state. Locks the levels in pk order until the caller's transaction ends.
    Raises Malformed for units or states that are not valid, AlreadyBooked, NotFound.
    """
    _check(lines, states={line.state for line in lines}, known=STATES)
    booking = Booking(StockMovement.RETURNED, cause_kind, cause_id, reason, by, now)
    _book(lines, +1, booking, StockReturned)


@transaction.atomic
def move_units(
    *, moves: Sequence[UnitsToMove], reason: str, cause_kind: str, cause_id: str, by: Actor, now: datetime
) -> None:
    """
    Move units between sellable and held states, all moves or none.

    reason: in the staff's words. cause_kind, cause_id: the same cause is recorded once for each variant, location and
    state. Locks the levels in pk order until the caller's transaction ends.
    Raises StockPromised if fewer sellable units would be left than are reserved, HeldStockShort if fewer units are in
    the state, Malformed for units or states that are not valid, AlreadyBooked, NotFound.
    """
    states = {state for move in moves for state in (move.from_state, move.to_state)}
    if any(move.from_state == move.to_state for move in moves):
        raise Malformed(_("Choose another state than the one in which the units are."), field="to_state")
    _check(moves, states=states, known=STATES)
    changes = [
        _change(UnitsInState(move.variant_id, move.location_id, move.units, state), sign)
        for move in moves
        for state, sign in ((move.from_state, -1), (move.to_state, +1))
    ]
    moved = book(changes, Booking(StockMovement.MOVED, cause_kind, cause_id, reason, by, now))
    places = _places(moved)
    events: list[Event] = [
        StockStateChanged(
            by=at_place(by, places[move.variant_id, move.location_id]),
            occurred_at=now,
            ref=places[move.variant_id, move.location_id]["sku"],
            variant_id=move.variant_id,
            location_id=move.location_id,
            quantity=move.units,
            from_state=move.from_state,
            to_state=move.to_state,
        )
        for move in moves
    ]
    publish(*events, *low_stock_events(moved, by=by, now=now))


@transaction.atomic
def write_off_units(
    *, lines: Sequence[UnitsInState], reason: str, cause_kind: str, cause_id: str, by: Actor, now: datetime
) -> None:
    """
    Take units in held states out of the books, all lines or none; sellable ones are corrected (stock.adjust_stock).

    reason: in the staff's words. cause_kind, cause_id: the same cause is recorded once for each variant, location and
    state. Locks the levels in pk order until the caller's transaction ends.
    Raises HeldStockShort if fewer units are in the state, Malformed for units or states that are not valid,
    AlreadyBooked, NotFound.
    """
    _check(lines, states={line.state for line in lines}, known=HELD_STATES)
    booking = Booking(StockMovement.WRITTEN_OFF, cause_kind, cause_id, reason, by, now)
    _book(lines, -1, booking, StockWrittenOff)


@transaction.atomic(savepoint=False)
def await_put_away(*, reservation_ids: Sequence[UUID], reason: str, by: Actor, now: datetime) -> None:
    """
    Keep the units of reservations that were just released from being sold: they lie somewhere, but not on the shelf.

    Call it in the transaction that released them; it locks the same levels. reason: a short code.
    """
    rows = sql.fetch_all(_RELEASED, {"ids": list(reservation_ids)})
    if rows:
        moves = [
            UnitsToMove(row["variant_id"], row["location_id"], row["units"], SELLABLE, HeldStock.PUT_AWAY)
            for row in rows
        ]
        cause = str(min(reservation_ids))  # A reservation is released once.
        move_units(moves=moves, reason=reason, cause_kind="reservation", cause_id=cause, by=by, now=now)


@transaction.atomic
def confirm_put_away(*, location_id: int, sku: str, units: int, by: Actor, now: datetime) -> int:
    """
    Confirm that units which waited to be put away are on the shelf: from here on they are sold again.

    Return how many of the article still wait. Locks the level. Raises NotFound, Malformed, HeldStockShort.
    """
    row = sql.fetch_one(_VARIANT, {"sku": plain_text(sku), "location": location_id})
    if row is None:
        raise NotFound(_("Nothing of %(sku)s waits to be put away here.") % {"sku": sku}, sku=sku)
    moves = [UnitsToMove(row["variant_id"], location_id, units, HeldStock.PUT_AWAY, SELLABLE)]
    move_units(moves=moves, reason="put_away", cause_kind="put_away", cause_id=str(uuid4()), by=by, now=now)
    return HeldStock.objects.get(pk=row["id"]).units


def _check(lines: Sequence[UnitsInState | UnitsToMove], *, states: set[str], known: Sequence[str]) -> None:
    if not lines or not all(0 < line.units <= MOST_UNITS for line in lines):
        raise Malformed(_("Give between 1 and %s units on each line.") % MOST_UNITS, field="lines")
    if unknown := states.difference(known):
        raise Malformed(_("Unknown state of stock: %s") % ", ".join(sorted(unknown)), field="state")


def _book(
    lines: Sequence[UnitsInState], sign: int, booking: Booking, event: type[StockReturned] | type[StockWrittenOff]
) -> None:
    """Book units in or out of their states, and publish an event for each line."""
    places = _places(book([_change(line, sign) for line in lines], booking))
    publish(
        *(
            event(
                by=at_place(booking.by, places[line.variant_id, line.location_id]),
                occurred_at=booking.now,
                ref=places[line.variant_id, line.location_id]["sku"],
                variant_id=line.variant_id,
                location_id=line.location_id,
                quantity=line.units,
                state=line.state,
            )
            for line in lines
        )
    )


def _change(line: UnitsInState, sign: int) -> StockChange:
    if line.state == SELLABLE:
        return StockChange(line.variant_id, line.location_id, sign * line.units)
    return StockChange(line.variant_id, line.location_id, 0, line.state, sign * line.units)


def _places(moved: Sequence[sql.Row]) -> dict[tuple[int, int], sql.Row]:
    return {(row["variant_id"], row["location_id"]): row for row in moved}
