"""The visitor's orders of every channel, and a guest's order behind an unguessable link."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.services.balances.gift_cards import CodeCannotBeShown, CodeShownAlready
from core.actors import Actor
from core.errors import NotFound, Refusal
from core.states.transitions import IllegalTransition
from core.texts.languages import active_language
from core.web import logs
from core.web.api.base import PageQuery, next_cursor, page_of
from omnistore.engagement.queries.places import ContactPlace, places_of
from omnistore.storefront.pages import PRIVATE, page, private_page, query_of
from omnistore.storefront.payment_pages import with_hosts
from omnistore.storefront.views.account import members_only
from omnistore.storefront.visitors import visitor_of
from orders.channels.pieces import PiecesForm, cancellable_pieces
from orders.models import Order, PaymentAttempt
from orders.queries.documents.invoices import invoices_of
from orders.queries.orders import get_order, get_order_for, is_open_to_guests, orders_of
from orders.queries.receipts import receipt_of
from orders.queries.views import FulfilmentView, OrderView
from orders.rules.lifecycle import OPEN_PICKUP_STATES, may_be_cancelled, may_be_changed
from orders.rules.order_links import is_order_key, order_key
from orders.rules.pickup_codes import collection_code
from orders.services.fulfilment.cancellation import cancel_order, preview_cancellation
from orders.services.fulfilment.pieces import Pieces, TooManyPieces
from orders.services.payments.balances_due import balance_due_of, is_payment_under_way
from orders.services.payments.gateway import look_up, payment_page
from orders.services.payments.gift_cards import gift_cards_of, show_sold_gift_card
from orders.services.settlement.payments import look_again, open_attempts

ORDERS_SHOWN = 10
CANCEL_REASONS = [
    ("changed_mind", gettext_lazy("I changed my mind")),
    ("too_slow", gettext_lazy("It takes too long")),
    ("found_elsewhere", gettext_lazy("I found it elsewhere")),
    ("mistake", gettext_lazy("I ordered it by mistake")),
]
_INVOICED = (Order.PLACED, Order.COMPLETED)
FRESH = timedelta(hours=1)  # How long an order's page says thank you.


def order_address(order: OrderView) -> str:
    """Return the URL of an order: its owner's page, or a guest's link with its key."""
    if order.customer_id is not None:
        return reverse("order", args=[order.number])
    return reverse("guest_order", args=[order.number, order_key(order.number, secret=settings.ORDER_LINK_SECRETS[0])])


@require_safe
@page
@members_only
def orders(request: HttpRequest) -> HttpResponse:
    """The visitor's orders of every channel, including those of the stores, newest first."""
    visitor = visitor_of(request)
    requested = page_of(query_of(PageQuery, request) | {"limit": ORDERS_SHOWN})
    after = requested.last_id()
    rows = orders_of(customer_ids=visitor.owner.customer_ids, after=after, limit=requested.fetch)
    cursor = next_cursor(requested, rows, key=lambda order: [order.id])
    shown = rows[: requested.limit]
    places = _places(*shown)
    context = {
        "title": _("My orders"),
        "orders": [(order, places.get(order.store or "")) for order in shown],
        "next": f"?cursor={cursor}" if cursor else "",
    }
    return private_page(request, "storefront/orders.html", context)


@require_safe
@page
def order(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """The state of an order: pickup code and QR code, progress, summary."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    places = _places(order)
    context: dict[str, Any] = {
        "title": _("Order %(number)s") % {"number": order.number},
        "order": order,
        "parts": [
            _part(order, part, places) | {"change_address": _change_address(request, order, part, key)}
            for part in order.fulfilments
        ],
        "place": places.get(order.store or ""),
        "due": sum(payment.amount for payment in order.payments if payment.state == "due"),
        "kept": sum(payment.amount for payment in order.payments if payment.state in ("authorised", "capturing")),
        "ships": any(part.kind == "ship" for part in order.fulfilments),
        "refunded": sum(payment.refunded for payment in order.payments),
        "key": key,
        "is_fresh": order.state == "placed" and timezone.now() - order.placed_at < FRESH,
        "is_waiting": is_payment_under_way(order),
        "pay_address": _address(order.number, key, "order_pay") if balance_due_of(order) else "",
        "is_guest": order.customer_id is None,
        "invoices": invoices_of(order.id),
        "invoice_address": _address(order.number, key, "order_invoices") if order.state in _INVOICED else "",
        "makes_pdfs": settings.RECEIPTS_AS_PDF,
        "collector_address": _address(order.number, key, "order_collector"),
        "cancel_address": _address(order.number, key, "order_cancel") if _may_cancel(request, order) else "",
        "returns_address": _address(order.number, key, "order_returns") if _may_return(order) else "",
        "gift_cards": gift_cards_of(order_id=order.id, number=order.number),
    }
    has_left = any(line.fulfilled > line.returned for line in order.lines)
    context["returns_later"] = has_left and not context["returns_address"]
    if context["is_waiting"]:
        context |= _waits_for(order) | {"confirm_address": _address(order.number, key, "order_confirm")}
    response = private_page(request, "storefront/order.html", context)
    return with_hosts(response, [context["page"]] if context.get("page") else [])


@require_POST
@page
def gift_card(request: HttpRequest, number: str, card_id: int, key: str = "") -> HttpResponse:
    """Show the code of a gift card that this order bought, only once."""
    order = order_of(request, number, key)
    context: dict[str, Any] = {"title": _("Gift card"), "order": order, "address": order_address(order)}
    status = 200
    try:
        context["code"] = show_sold_gift_card(order_number=order.number, card_id=card_id, now=timezone.now())
    except (CodeShownAlready, CodeCannotBeShown) as refusal:
        context["problem"], status = refusal, refusal.status
    return private_page(request, "storefront/gift_card.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@page
def cancel(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Ask for confirmation with the expected refund; then cancel what has not left."""
    order = order_of(request, number, key)
    logs.bind(order=order.number)
    by = visitor_of(request).actor
    if not _may_cancel(request, order):
        # Submitted twice, or the goods left meanwhile: the order's page shows the state.
        return redirect(order_address(order))
    waiting = cancellable_pieces(order, by=by)
    if request.method == "POST":
        return _cancelled(request, order, PiecesForm(request.POST, waiting=waiting), by)
    chosen = PiecesForm(request.GET or None, waiting=waiting)
    pieces = chosen.pieces if chosen.is_valid() else None
    preview = preview_cancellation(number=order.number, by=by, pieces=pieces)
    ending = _units_of(order, preview.units)
    context = {
        "title": _("Cancel order %(number)s") % {"number": order.number},
        "order": order,
        "preview": preview,
        "chosen": chosen,
        "ending": ending,
        "stays": any(stays for _name, _ends, stays in ending),
        "sent": [(name, chosen.data[name]) for name in chosen.fields] if pieces else [],
        "order_address": order_address(order),
        "reasons": CANCEL_REASONS,
    }
    return private_page(request, "storefront/cancel.html", context)


def _units_of(order: OrderView, ending: Pieces) -> list[tuple[str, int, int]]:
    """Return of each line its name, how many units end, and how many stay."""
    rows = [(line.name, ending.get(line.id, 0), line.quantity - line.cancelled) for line in order.lines]
    return [(name, gone, units - gone) for name, gone, units in rows]


def _cancelled(request: HttpRequest, order: OrderView, chosen: PiecesForm, by: Actor) -> HttpResponse:
    if not chosen.is_valid():
        messages.error(request, " ".join(str(error) for errors in chosen.errors.values() for error in errors))
        return redirect(request.path)
    reason = request.POST.get("reason", "")
    reason = reason if reason in dict(CANCEL_REASONS) else "other"
    pieces = chosen.pieces
    try:
        cancel_order(number=order.number, reason=reason, pieces=pieces, by=by, now=timezone.now())
        messages.success(request, _("The pieces were cancelled.") if pieces else _("The order was cancelled."))
    except (IllegalTransition, TooManyPieces) as refusal:
        messages.error(request, str(refusal))
    return redirect(order_address(order))


def _may_cancel(request: HttpRequest, order: OrderView) -> bool:
    by = visitor_of(request).actor
    return order.state == "placed" and any(
        may_be_cancelled(kind=part.kind, state=part.state, by=by) for part in order.fulfilments
    )


def _change_address(request: HttpRequest, order: OrderView, part: FulfilmentView, key: str) -> str:
    by = visitor_of(request).actor
    if order.state != "placed" or not may_be_changed(kind=part.kind, state=part.state, by=by):
        return ""
    kept = [order.number, key, part.id] if key else [order.number, part.id]
    return reverse("guest_order_change" if key else "order_change", args=kept)


def _address(number: str, key: str, name: str) -> str:
    return reverse(f"guest_{name}", args=[number, key]) if key else reverse(name, args=[number])


@require_safe
@page
def receipt(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """The receipt, to view and print."""
    order = order_of(request, number, key)
    language = active_language()
    context = {"receipt": receipt_of(order.number, language=language), "language": language}
    response = render(request, "orders/receipt.html", context)
    response.headers["Cache-Control"] = PRIVATE
    return response


@require_POST
@page
def confirm(request: HttpRequest, number: str, key: str = "") -> HttpResponse:
    """Resolve a payment that waited for the visitor."""
    return _resolved(request, order_of(request, number, key), request.POST.dict())


@require_safe
@page
def payment_return(request: HttpRequest, attempt: UUID) -> HttpResponse:
    """Resolve a payment whose visitor comes back from the provider's own page. Its key is known to them alone."""
    numbers = PaymentAttempt.objects.filter(key=attempt).values_list("payment__order__number", flat=True)
    if not numbers:
        raise NotFound(_("There is no such order."))
    return _resolved(request, get_order(numbers[0]), request.GET.dict())


def _resolved(request: HttpRequest, order: OrderView, returned: Mapping[str, str]) -> HttpResponse:
    if is_payment_under_way(order):
        was_placed = order.state == Order.PLACED
        try:
            order = look_again(order=order, by=visitor_of(request).actor, now=timezone.now(), returned=returned)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect(order_address(order) if was_placed else "cart")
    return redirect(order_address(order))


def _may_return(order: OrderView) -> bool:
    """Return whether the page of its returns has anything to offer or to show: not while all of it is on its way."""
    now, coming = timezone.now(), Counter[int]()
    for part in order.fulfilments:
        if part.kind == "ship" and part.state == "shipped" and part.promised_at and part.promised_at > now:
            coming.update(dict(part.lines))
    return bool(order.returns) or any(line.fulfilled - coming[line.id] > line.returned for line in order.lines)


def _waits_for(order: OrderView) -> dict[str, Any]:
    """Return the context of the provider's part of the page, with what the shopper must do."""
    for charge in open_attempts(order):
        if page := payment_page(charge.provider):
            answer = look_up(key=charge.key, ref=charge.ref, provider=charge.provider, gives_up=False)
            return {"page": page, "action": answer.next_action or {}}
    return {}


def order_of(request: HttpRequest, number: str, key: str) -> OrderView:
    """Return the order for its owner, or for a guest's link. Raises NotFound for everybody else."""
    if key:
        if not is_order_key(key, number=number, secrets=settings.ORDER_LINK_SECRETS):
            raise NotFound(_("There is no such order."))
        order = get_order(number)
        # Once a guest has created an account from it, only the signed-in owner may see the order.
        if is_open_to_guests(order):
            return order
    visitor = visitor_of(request)
    return get_order_for(number=number, customer_ids=visitor.owner.customer_ids, token_hash=visitor.owner.token_hash)


def _part(order: OrderView, part: FulfilmentView, places: Mapping[str, ContactPlace]) -> dict[str, Any]:
    lines = {line.id: line for line in order.lines}
    is_open_pickup = part.kind == "pickup" and part.state in OPEN_PICKUP_STATES
    place = places.get(part.store)
    return {
        "view": part,
        "place": place,
        "zone": place.hours.time_zone if place else settings.SHOP_TIME_ZONE,
        "lines": [(lines[line_id], quantity) for line_id, quantity in part.lines if line_id in lines],
        "code": collection_code(part.id, secret=settings.COLLECTION_SECRETS[0]) if is_open_pickup else "",
        "step": _step(part),
    }


def _step(part: FulfilmentView) -> str:
    """Return a fulfilment's progress as a sentence."""
    if part.kind == "carry_out":
        return _("Taken in the store.")
    sentences = {
        "pending": _("Waiting for payment."),
        "placed": _("We have your order."),
        "accepted": _("The store has accepted it."),
        "picking": _("Being prepared."),
        "ready": _("Ready to collect."),
        "collected": _("Collected."),
        "shipped": _("On its way to you."),
        "delivered": _("Delivered."),
        "cancelled": _("Cancelled."),
        "expired": _("Cancelled: it was not collected in time."),
    }
    if part.kind == "ship" and part.state == "placed":
        return _("We have your order. It will be packed soon.")
    return sentences.get(part.state, part.state)


def _places(*orders: OrderView) -> dict[str, ContactPlace]:
    codes = {part.store for order in orders for part in order.fulfilments} | {order.store or "" for order in orders}
    return places_of(sorted(codes), language=active_language())
