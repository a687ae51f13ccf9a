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
from orders.services.payments.balances_due import balance_due_before_goods_go, payment_due


@transaction.atomic
def start_picking_parcel(*, parcel_id: int, by: Actor, now: datetime) -> None:
    """Begin to pick and pack a parcel. Locks the order. Raises NotFound, IllegalTransition."""
    parcel = _take_parcel(parcel_id, by=by)
    move(SHIP, parcel, "picking", by=by)
    publish(ParcelPicking(**about_fulfilment(parcel, by, now)))


@transaction.atomic(savepoint=False)
def send_parcel(*, parcel_id: int, tracking: str, by: Actor, now: datetime) -> None:
    """
    Send a whole parcel: its goods leave the stock, and the buyer is notified.

    tracking: the carrier's number; if it is empty, that of the label, if there is one. A parcel that its carrier has
    delivered already is delivered, too. Locks the order, then the stock rows last. Raises NotFound,
    IllegalTransition, PaymentNotTaken (see orders.services.payments.authorisations), PaymentDue.
    """
    parcel = _take_parcel(parcel_id, by=by)
    SHIP.check(present=parcel.state, to="shipped", by=by)
    if owed := balance_due_before_goods_go(parcel.order):
        raise payment_due(owed, parcel.order.currency)
    label = live_shipment(parcel_id)
    number = tracking or (label.tracking if label else "")
    url = label.tracking_url if label and label.tracking == number else ""
    move(SHIP, parcel, "shipped", by=by, tracking=number, tracking_url=url, finished_at=now)
    lines = list(parcel.lines.filter(handed_over_at__isnull=True).order_by("pk"))
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


def _take_parcel(parcel_id: int, *, by: Actor) -> Fulfilment:
    return take_fulfilment(fulfilment_id=parcel_id, kind=Fulfilment.SHIP, store_id=by.store_id)
