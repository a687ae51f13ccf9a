"""What the shop tells people when something happens to their orders."""

from django.utils import timezone

from core.journal import Entry, handles
from omnistore.engagement.services.telling import send_wanted_receipt, tell, tell_buyer
from orders.events import (
    OrderCancelled,
    OrderPlaced,
    OrderShipped,
    PickupExpired,
    PickupReady,
    PickupRejected,
    ReceiptRequested,
)
from orders.models import Fulfilment, ReceiptRequest

# The reasons with which the end of its last pickup cancels an order (orders/services/pickup.py).
REJECTED, EXPIRED = "rejected", "expired"


@handles(OrderPlaced)
def confirm_order(entry: Entry) -> None:
    """Confirm an order; of one that was carried out of the store only the receipt is left to send, if wanted."""
    if Fulfilment.objects.filter(order__number=entry.ref).exclude(kind=Fulfilment.CARRY_OUT).exists():
        tell_buyer("order_placed", entry, now=timezone.now())
    else:
        send_wanted_receipt(entry, now=timezone.now())


@handles(PickupReady)
def announce_pickup(entry: Entry) -> None:
    """Tell the buyer to come and collect."""
    tell_buyer("pickup_ready", entry, now=timezone.now())


@handles(PickupRejected)
def tell_rejection(entry: Entry) -> None:
    """Tell the buyer that the store cannot serve."""
    tell_buyer("pickup_rejected", entry, now=timezone.now())


@handles(PickupExpired)
def tell_expiry(entry: Entry) -> None:
    """Tell the buyer that the pickup was given up."""
    tell_buyer("pickup_expired", entry, now=timezone.now())


@handles(OrderCancelled)
def tell_cancellation(entry: Entry) -> None:
    """Tell the buyer that the order is cancelled, unless he is told that its only pickup was given up."""
    if entry.payload["reason"] not in (REJECTED, EXPIRED):
        tell_buyer("order_cancelled", entry, now=timezone.now())


@handles(OrderShipped)
def tell_shipping(entry: Entry) -> None:
    """Tell the buyer that a parcel left."""
    tell_buyer("order_shipped", entry, now=timezone.now())


@handles(ReceiptRequested)
def send_receipt(entry: Entry) -> None:
    """Send the receipt to where it was asked to go."""
    request = ReceiptRequest.objects.select_related("order").get(pk=entry.payload["receipt_request_id"])
    tell(
        "receipt",
        entry,
        medium=request.medium,
        recipient=request.address,
        customer_id=request.order.customer_id,
        now=timezone.now(),
    )
