"""What orders do about events of their own and of other parts."""

from django.utils import timezone

from accounts.events import CustomerVerified
from carts.services.vouchers import settle_vouchers
from core.actors import Actor
from core.journal import Entry, handles
from orders.events import (
    BalancePaid,
    OrderCancelled,
    OrderCompleted,
    OrderPartlyCancelled,
    OrderPlaced,
    OrderRespelt,
    OrderShipped,
    PaymentCaptured,
    PickupCollected,
    PickupExpired,
    PickupRejected,
    PriceReduced,
    RefundDone,
    RefundFailed,
    ReturnReceived,
)
from orders.services.documents.invoicing import credit_if_less, invoice_if_complete
from orders.services.fulfilment.gift_cards import deliver_gift_cards
from orders.services.payments.loyalty import open_order_points, settle_order_points
from orders.services.placing.guests import claim_guest_orders, join_guest_order
from orders.services.registers.receipt_numbers import number_sale
from orders.services.settlement.follow_ups import keep_given_address, remember_receipt


@handles(CustomerVerified)
def bring_guest_orders_home(entry: Entry) -> None:
    """Link the orders placed without an account to the person who verified their address or number."""
    assert entry.customer_id is not None
    claim_guest_orders(customer_id=entry.customer_id, medium=entry.payload["medium"])


@handles(OrderPlaced, OrderRespelt)
def bring_guest_order_home(entry: Entry) -> None:
    """Link an order that was placed without signing in to the person who has verified its address or number."""
    if entry.customer_id is None and join_guest_order(order_id=entry.payload["order_id"]):
        by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
        open_order_points(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(OrderPlaced)
def use_vouchers(entry: Entry) -> None:
    """Redeem the vouchers that the order held, because it is confirmed."""
    settle_vouchers(cart_id=entry.payload["cart_id"], now=entry.occurred_at)


@handles(OrderPlaced, BalancePaid, PaymentCaptured, PickupCollected)
def load_sold_gift_cards(entry: Entry) -> None:
    """Load the gift cards of an order as soon as the whole order is paid: at once, later, or at the desk."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    deliver_gift_cards(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(OrderPlaced)
def number_receipt(entry: Entry) -> None:
    """Give a sale that waited for its payment the next number of its register."""
    number_sale(order_id=entry.payload["order_id"], now=timezone.now())


@handles(OrderPlaced)
def keep_address(entry: Entry) -> None:
    """Save the address of a confirmed order in its buyer's address book, if they asked for that."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    keep_given_address(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(OrderPlaced)
def remember_chosen_receipt(entry: Entry) -> None:
    """Remember by which medium the buyer took the receipt."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    remember_receipt(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(
    *(OrderPlaced, BalancePaid, PickupCollected, OrderShipped, OrderCompleted, OrderCancelled, PickupExpired),
    *(OrderPartlyCancelled, PickupRejected, RefundDone, RefundFailed, ReturnReceived),
)
def settle_points(entry: Entry) -> None:
    """Recompute the points of an order after any change of its value, in whatever order the events arrive."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    settle = open_order_points if entry.kind == OrderPlaced.kind else settle_order_points
    settle(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(OrderCompleted)
def issue_invoice(entry: Entry) -> None:
    """Issue the invoice of an order of which everything has left."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    invoice_if_complete(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(ReturnReceived, PriceReduced)
def issue_credit_note(entry: Entry) -> None:
    """Take back what an invoice states too much, because goods came back or cost less."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    credit_if_less(order_id=entry.payload["order_id"], by=by, now=timezone.now())
