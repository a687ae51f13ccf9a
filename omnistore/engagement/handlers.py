"""Notifications about events of orders."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone

from core.journal import Entry, handles
from omnistore.engagement.services.notifications import notify, notify_buyer, send_requested_receipt
from orders.events import (
    OrderCancelled,
    OrderPaymentFailed,
    OrderPlaced,
    OrderShipped,
    PickupExpired,
    PickupReady,
    PickupRejected,
    ReceiptRequested,
)
from orders.models import Fulfilment, ReceiptRequest

# The reasons of a cancellation that follows from the order's last pickup (orders/services/fulfilment/pickup.py).
REJECTED, EXPIRED = "rejected", "expired"


# One handler for all kinds, so that people get messages in the order of the events.
@handles(
    *(OrderPlaced, OrderPaymentFailed, OrderCancelled, OrderShipped),
    *(PickupReady, PickupRejected, PickupExpired, ReceiptRequested),
)
def notify_people(entry: Entry) -> None:
    """Queue the notification for this entry, if there is one."""
    _NOTIFICATIONS[entry.kind](entry, timezone.now())


def _confirm_order(entry: Entry, now: datetime) -> None:
    # A carry-out order only needs its receipt, if the customer asked for it.
    if Fulfilment.objects.filter(order__number=entry.ref).exclude(kind=Fulfilment.CARRY_OUT).exists():
        notify_buyer("order_placed", entry, now=now)
    else:
        send_requested_receipt(entry, now=now)


def _notify_cancellation(entry: Entry, now: datetime) -> None:
    # The notification about the failed pickup already covers the cancellation of the order.
    if entry.payload["reason"] not in (REJECTED, EXPIRED):
        notify_buyer("order_cancelled", entry, now=now)


def _notify_failure(entry: Entry, now: datetime) -> None:
    # The payment page itself shows the failure, but when a refund starts nobody may be looking at it.
    if entry.payload.get("refund"):
        notify_buyer("order_not_placed", entry, now=now)


def _send_receipt(entry: Entry, now: datetime) -> None:
    request = ReceiptRequest.objects.select_related("order").get(pk=entry.payload["receipt_request_id"])
    customer_id = request.order.customer_id
    notify("receipt", entry, medium=request.medium, recipient=request.address, customer_id=customer_id, now=now)


_NOTIFICATIONS: Mapping[str, Callable[[Entry, datetime], None]] = {
    OrderPlaced.kind: _confirm_order,
    OrderPaymentFailed.kind: _notify_failure,
    PickupReady.kind: lambda entry, now: notify_buyer("pickup_ready", entry, now=now),
    PickupRejected.kind: lambda entry, now: notify_buyer("pickup_rejected", entry, now=now),
    PickupExpired.kind: lambda entry, now: notify_buyer("pickup_expired", entry, now=now),
    OrderCancelled.kind: _notify_cancellation,
    OrderShipped.kind: lambda entry, now: notify_buyer("order_shipped", entry, now=now),
    ReceiptRequested.kind: _send_receipt,
}
