"""What orders do about events of other parts, and the wording of their own events in the timeline."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.events import CustomerVerified
from accounts.queries.timeline import describes_event
from carts.services.vouchers import settle_vouchers
from core.actors import Actor
from core.formats import money_text, number_text
from core.journal import Entry, handles
from core.languages import active_language
from orders.events import (
    BalancePaid,
    OrderCancelled,
    OrderCompleted,
    OrderPlaced,
    OrderShipped,
    PaymentCaptured,
    PickupCollected,
    PickupExpired,
    PickupRejected,
    RefundDone,
    RefundFailed,
)
from orders.services.payments.gift_cards import issue_sold_gift_cards
from orders.services.payments.loyalty import open_order_points, settle_order_points
from orders.services.placing.guests import claim_guest_orders
from orders.services.settlement.follow_ups import keep_given_address


@handles(CustomerVerified)
def bring_guest_orders_home(entry: Entry) -> None:
    """Link the orders placed without an account to the person who verified their address or number."""
    assert entry.customer_id is not None
    claim_guest_orders(customer_id=entry.customer_id, medium=entry.payload["medium"])


@handles(OrderPlaced)
def use_vouchers(entry: Entry) -> None:
    """Redeem the vouchers that the order held, because it is confirmed."""
    settle_vouchers(cart_id=entry.payload["cart_id"], now=entry.occurred_at)


@handles(OrderPlaced, BalancePaid, PaymentCaptured, PickupCollected)
def load_sold_gift_cards(entry: Entry) -> None:
    """Load the gift cards of an order as soon as the whole order is paid: at once, later, or at the desk."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    issue_sold_gift_cards(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(OrderPlaced)
def keep_address(entry: Entry) -> None:
    """Save the address of a confirmed order in its buyer's address book, if they asked for that."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    keep_given_address(order_id=entry.payload["order_id"], by=by, now=timezone.now())


@handles(
    *(OrderPlaced, BalancePaid, PickupCollected, OrderShipped, OrderCompleted, OrderCancelled, PickupExpired),
    *(PickupRejected, RefundDone, RefundFailed),
)
def settle_points(entry: Entry) -> None:
    """Recompute the points of an order after any change of its value, in whatever order the events arrive."""
    by = Actor(channel=entry.channel, staff_id=entry.actor_id, store_code=entry.store)
    settle = open_order_points if entry.kind == OrderPlaced.kind else settle_order_points
    settle(order_id=entry.payload["order_id"], by=by, now=timezone.now())


def _about_order(words: Any) -> Callable[[Entry], str]:
    """Word an event by its order's number alone. words: lazily translated, with a placeholder for the number."""
    return lambda entry: words % {"number": entry.ref}


def _placed(entry: Entry) -> str:
    total = _money(entry.payload["total"], entry.payload["currency"])
    return _("Order %(number)s placed, %(total)s") % {"number": entry.ref, "total": total}


def _collected(entry: Entry) -> str:
    units = entry.payload["units"]
    words = ngettext("Order %(number)s: %(units)s item collected", "Order %(number)s: %(units)s items collected", units)
    return words % {"number": entry.ref, "units": number_text(units, active_language())}


def _returned(entry: Entry) -> str:
    units = entry.payload["units"]
    words = ngettext(
        "Order %(number)s: return of %(units)s item requested",
        "Order %(number)s: return of %(units)s items requested",
        units,
    )
    return words % {"number": entry.ref, "units": number_text(units, active_language())}


def _refunded(entry: Entry) -> str:
    amount = _money(entry.payload["amount"], entry.payload["currency"])
    return _("Order %(number)s: %(amount)s refunded") % {"number": entry.ref, "amount": amount}


def _due_paid(entry: Entry) -> str:
    amount = _money(entry.payload["amount"], entry.payload["currency"])
    return _("Order %(number)s: %(amount)s paid") % {"number": entry.ref, "amount": amount}


def _captured(entry: Entry) -> str:
    amount = _money(entry.payload["amount"], entry.payload["currency"])
    return _("Order %(number)s: %(amount)s taken from the card") % {"number": entry.ref, "amount": amount}


def _lost(entry: Entry) -> str:
    amount = _money(entry.payload["amount"], entry.payload["currency"])
    words = _("Order %(number)s: %(amount)s can no longer be taken from the card and are due")
    return words % {"number": entry.ref, "amount": amount}


def _money(amount: int, currency: str) -> str:
    return money_text(amount, currency, active_language())


describes_event("order.placed", _placed)
describes_event("order.payment_failed", _about_order(gettext_lazy("Order %(number)s: the payment did not arrive")))
describes_event("order.due_paid", _due_paid)
describes_event("payment.captured", _captured)
describes_event("payment.authorisation_lost", _lost)
describes_event("order.cancelled", _about_order(gettext_lazy("Order %(number)s cancelled")))
describes_event("order.completed", _about_order(gettext_lazy("Order %(number)s completed")))
describes_event("order.shipped", _about_order(gettext_lazy("Order %(number)s: a parcel left")))
describes_event("parcel.picking", _about_order(gettext_lazy("Order %(number)s: a parcel is being packed")))
describes_event("parcel.delivered", _about_order(gettext_lazy("Order %(number)s: a parcel arrived")))
describes_event("pickup.accepted", _about_order(gettext_lazy("Order %(number)s: the store accepted it")))
describes_event("pickup.picking", _about_order(gettext_lazy("Order %(number)s: the store is picking")))
describes_event("pickup.ready", _about_order(gettext_lazy("Order %(number)s ready to be collected")))
describes_event("pickup.rejected", _about_order(gettext_lazy("Order %(number)s: the store could not fulfil it")))
describes_event("pickup.collected", _collected)
describes_event("pickup.expired", _about_order(gettext_lazy("Order %(number)s was not collected in time")))
describes_event(
    "pickup.code_refused", _about_order(gettext_lazy("Order %(number)s: a wrong collection code was shown"))
)
describes_event("pickup.unlocked", _about_order(gettext_lazy("Order %(number)s: collection codes may be tried again")))
describes_event("pickup.collector_named", _about_order(gettext_lazy("Order %(number)s: another person may collect it")))
describes_event("return.requested", _returned)
describes_event("receipt.requested", _about_order(gettext_lazy("Order %(number)s: receipt asked for")))
describes_event("refund.done", _refunded)
describes_event("card.saved", lambda entry: _("A card was saved for next time"))
describes_event("card.removed", lambda entry: _("A saved card was removed"))
describes_event("refund.failed", _about_order(gettext_lazy("Order %(number)s: a refund failed")))
