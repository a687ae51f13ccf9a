"""What the shop tells people when something happens to their orders."""

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

# The reasons with which the end of its last pickup cancels an order (orders/services/fulfilment/pickup.py).
REJECTED, EXPIRED = "rejected", "expired"


# One handler for all, so that people hear of things in the order in which they happened.
@handles(
    *(OrderPlaced, OrderPaymentFailed, OrderCancelled, OrderShipped),
    *(PickupReady, PickupRejected, PickupExpired, ReceiptRequested),
)
def notify_people(entry: Entry) -> None:
    """Queue the letter that this entry calls for, if any."""
    _TELLING[entry.kind](entry, timezone.now())


def _confirm_order(entry: Entry, now: datetime) -> None:
    # Of an order that was carried out of the store only the receipt is left to send, if it is wanted.
    if Fulfilment.objects.filter(order__number=entry.ref).exclude(kind=Fulfilment.CARRY_OUT).exists():
        notify_buyer("order_placed", entry, now=now)
    else:
        send_requested_receipt(entry, now=now)


def _tell_cancellation(entry: Entry, now: datetime) -> None:
    # Whoever is told that his pickup was given up need not be told that the order went with it.
    if entry.payload["reason"] not in (REJECTED, EXPIRED):
        notify_buyer("order_cancelled", entry, now=now)


def _tell_failure(entry: Entry, now: datetime) -> None:
    # The page that asked for a payment tells that it did not come; money that goes back may find nobody there.
    if entry.payload.get("refund"):
        notify_buyer("order_not_placed", entry, now=now)


def _send_receipt(entry: Entry, now: datetime) -> None:
    request = ReceiptRequest.objects.select_related("order").get(pk=entry.payload["receipt_request_id"])
    customer_id = request.order.customer_id
    notify("receipt", entry, medium=request.medium, recipient=request.address, customer_id=customer_id, now=now)


_TELLING: Mapping[str, Callable[[Entry, datetime], None]] = {
    OrderPlaced.kind: _confirm_order,
    OrderPaymentFailed.kind: _tell_failure,
    PickupReady.kind: lambda entry, now: notify_buyer("pickup_ready", entry, now=now),
    PickupRejected.kind: lambda entry, now: notify_buyer("pickup_rejected", entry, now=now),
    PickupExpired.kind: lambda entry, now: notify_buyer("pickup_expired", entry, now=now),
    OrderCancelled.kind: _tell_cancellation,
    OrderShipped.kind: lambda entry, now: notify_buyer("order_shipped", entry, now=now),
    ReceiptRequested.kind: _send_receipt,
}
