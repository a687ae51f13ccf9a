"""Ships parcels: picked, sent with a tracking number, delivered."""

from datetime import datetime

from django.db import transaction

from core.actors import THE_SYSTEM, Actor
from core.journal import publish
from core.states.moving import move
from inventory.models import StockMovement
from orders.events import OrderShipped, ParcelDelivered, ParcelPicking
from orders.models import Fulfilment
from orders.rules.lifecycle import SHIP
from orders.services.fulfilment.cancellation import close_if_done
from orders.services.fulfilment.fulfilments import (
    about_fulfilment,
    note_goods_out,
    take_fulfilment,
    take_goods_out_of_stock,
)
from orders.services.fulfilment.labels import live_shipment
from orders.services.fulfilment.pieces import Pieces, shares_of, take_apart, waiting_in
from orders.services.payments.balances_due import balance_due_before_goods_go, payment_due


@transaction.atomic
def start_picking_parcel(*, parcel_id: int, by: Actor, now: datetime) -> None:
    """Begin to pick and pack a parcel. Locks the order. Raises NotFound, IllegalTransition."""
    parcel = _take_parcel(parcel_id, by=by)
    move(SHIP, parcel, "picking", by=by)
    publish(ParcelPicking(**about_fulfilment(parcel, by, now)))


@transaction.atomic(savepoint=False)
def send_parcel(*, parcel_id: int, tracking: str, by: Actor, now: datetime, pieces: Pieces | None = None) -> None:
    """
    Send a parcel: its goods leave the stock, and the buyer is notified.

    tracking: the carrier's number; if it is empty, that of the label, if there is one. A parcel that its carrier has
    delivered already is delivered, too. pieces: units by the order line's id that are in it; what is not moves into a
    parcel of its own, to be sent later. Locks the order, then the stock rows last. Raises NotFound, IllegalTransition,
    TooManyPieces, PaymentNotTaken (see orders.services.payments.authorisations), PaymentDue.
    """
    parcel = _take_parcel(parcel_id, by=by)
    SHIP.check(present=parcel.state, to="shipped", by=by)
    if owed := balance_due_before_goods_go(parcel.order):
        raise payment_due(owed, parcel.order.currency)
    if pieces is not None:
        _leave_behind(parcel, pieces)
    label = live_shipment(parcel_id)
    number = tracking or (label.tracking if label else "")
    url = label.tracking_url if label and label.tracking == number else ""
    move(SHIP, parcel, "shipped", by=by, tracking=number, tracking_url=url, finished_at=now)
    lines = waiting_in([parcel])
    note_goods_out(lines, now=now)
    publish(OrderShipped(**about_fulfilment(parcel, by, now)))
    if label and label.state == "delivered":
        deliver(parcel, delivered_at=now, by=THE_SYSTEM, now=now)
    close_if_done(order=parcel.order, by=by, now=now)
    take_goods_out_of_stock(lines, kind=StockMovement.SHIPPED, by=by, now=now)


@transaction.atomic
def note_delivery(*, parcel_id: int, by: Actor, now: datetime) -> None:
    """Record that a parcel was delivered. Locks the order. Raises NotFound, IllegalTransition."""
    deliver(_take_parcel(parcel_id, by=by), delivered_at=now, by=by, now=now)


def deliver(parcel: Fulfilment, *, delivered_at: datetime, by: Actor, now: datetime) -> None:
    """
    Record that a parcel arrived at a moment, from which its buyer may return the goods; they are notified.

    The caller holds the order's lock. Raises IllegalTransition.
    """
    arrived_at = max(delivered_at, parcel.finished_at or delivered_at)
    move(SHIP, parcel, "delivered", by=by, finished_at=arrived_at)
    publish(ParcelDelivered(**about_fulfilment(parcel, by, now)))


def _leave_behind(parcel: Fulfilment, pieces: Pieces) -> None:
    """Move what is not meant into a parcel of its own: the label stays with what is sent now."""
    shares_of([parcel], pieces)
    rest = {part.order_line_id: part.quantity - pieces.get(part.order_line_id, 0) for part in waiting_in([parcel])}
    if any(rest.values()):
        take_apart([parcel], rest)


def _take_parcel(parcel_id: int, *, by: Actor) -> Fulfilment:
    return take_fulfilment(fulfilment_id=parcel_id, kind=Fulfilment.SHIP, store_id=by.store_id)
