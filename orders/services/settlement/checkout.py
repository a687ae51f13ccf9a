"""
Checks out a cart, on any channel: once per key, with the payment between two transactions.

The first transaction claims the key, turns the cart into an order, holds stock and writes the attempts. Then the
providers are called, with no transaction open. The second transaction writes their answers, applies them, and stores
the response to the client. A process that dies in between leaves an order that the sweep settles; a repeated request
with the same key continues from there.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from carts.services.carts import Owner
from carts.services.placing import CartEmpty, cart_from_lines, take_cart
from core.actors import Actor
from core.errors import Refusal
from core.idempotency import Claim, Replay
from orders.models import Order
from orders.queries.orders import find_order_by_client_id, find_order_by_request_key, number_ordered_with
from orders.queries.views import OrderView
from orders.rules.checkout import CheckoutRequest
from orders.services.payments.gateway import ChargeRequest, PaymentResult, ask_providers
from orders.services.placing.placement import PlacedOrder, place_order
from orders.services.registers.late_sales import is_of_register
from orders.services.registers.receipt_numbers import number_sale
from orders.services.settlement.follow_ups import follow_at_once
from orders.services.settlement.payments import open_attempts, payment_declined, settle_payments

Render = Callable[[OrderView, Sequence[PaymentResult]], dict[str, Any]]
Place = Callable[[], PlacedOrder]

ONE_PER_CLIENT_ID = "order_one_per_client_id"


class CartAlreadyOrdered(Refusal):
    """This version of the cart was ordered already; `number` names the order."""

    code = "cart_already_ordered"


class ClientIdReused(Refusal):
    """Another sale, of other goods, was made with this client_id."""

    code = "client_id_reused"


class RegisterMismatch(Refusal):
    """The sale with this client_id was made at another register."""

    code = "register_mismatch"


def check_out(
    *, claim: Claim, owner: Owner, request: CheckoutRequest, by: Actor, now: datetime, render: Render
) -> HttpResponse:
    """
    Order the owner's open cart: 201 with the order, or 202 if the payment needs the shopper or is unknown.

    Raises what place_order raises, CartEmpty, VersionConflict, CartAlreadyOrdered, and PaymentDeclined, which leaves
    the cart unchanged.
    """
    try:
        return order_once(
            claim,
            lambda: place_order(
                cart=take_cart(owner=owner, version=request.cart_version, by=by, now=now, at=request.occurred_at),
                request=request,
                by=by,
                now=now,
            ),
            request,
            by=by,
            now=now,
            render=render,
        )
    except CartEmpty:
        number = number_ordered_with(
            customer_ids=owner.customer_ids, token_hash=owner.token_hash, version=request.cart_version or 0
        )
        if number is None:
            raise
        raise CartAlreadyOrdered(
            _("This cart was already ordered: order %(number)s.") % {"number": number}, number=number
        ) from None


def sell_cart(
    *, claim: Claim, cart_id: int, request: CheckoutRequest, by: Actor, now: datetime, render: Render
) -> HttpResponse:
    """Order a shopper's open cart at the till. Raises and answers like check_out."""
    return order_once(
        claim,
        lambda: place_order(
            cart=take_cart(
                owner=Owner(), cart_id=cart_id, version=request.cart_version, by=by, now=now, at=request.occurred_at
            ),
            request=request,
            by=by,
            now=now,
        ),
        request,
        by=by,
        now=now,
        render=render,
    )


def sell_lines(
    *,
    claim: Claim,
    lines: Sequence[tuple[str, int]],
    customer_id: int | None,
    request: CheckoutRequest,
    by: Actor,
    now: datetime,
    render: Render,
    voucher_codes: Sequence[str] = (),
) -> HttpResponse:
    """
    Sell goods scanned at the till without a shopper's cart; lines: pairs of SKU and quantity.

    voucher_codes: the customer's vouchers, at most as many as a cart holds. Raises NotFound for a SKU that is not sold,
    VoucherNotValid, ClientIdReused, RegisterMismatch, and whatever place_order raises.
    """
    return order_once(
        claim,
        lambda: place_order(
            cart=cart_from_lines(
                lines=lines,
                customer_id=customer_id,
                voucher_codes=voucher_codes,
                by=by,
                now=now,
                at=request.occurred_at,
            ),
            request=request,
            by=by,
            now=now,
        ),
        request,
        by=by,
        now=now,
        render=render,
        goods=units_of(lines),
    )


def units_of(lines: Sequence[tuple[str, int]]) -> Counter[str]:
    """Return the units of each SKU, whatever its case, of a sale that may be sent again."""
    goods: Counter[str] = Counter()
    for sku, quantity in lines:
        goods[sku.casefold()] += quantity
    return goods


def order_once(
    claim: Claim,
    place: Place,
    request: CheckoutRequest,
    *,
    by: Actor,
    now: datetime,
    render: Render,
    goods: Counter[str] | None = None,
) -> HttpResponse:
    """
    Place an order and have it paid, once for each claim and client_id; place: in the first transaction.

    goods: the units of each SKU, where a client_id may name this sale. Answers like check_out.
    """

    def order() -> HttpResponse:
        return _order(claim, place, request, by=by, now=now, render=render, goods=goods)

    try:
        return order()
    except IntegrityError as error:
        # A copy of the same sale under another key was placed meanwhile; now it is found.
        if ONE_PER_CLIENT_ID not in str(error):
            raise
        return order()


def _order(
    claim: Claim,
    place: Place,
    request: CheckoutRequest,
    *,
    by: Actor,
    now: datetime,
    render: Render,
    goods: Counter[str] | None,
) -> HttpResponse:
    try:
        with transaction.atomic(durable=True):
            is_fresh = claim.take()
            known = _known_order(claim, request, is_fresh, goods=goods)
            placed = known or place()
            order = placed.order
            answer = None if placed.charges else claim.finish(render(order, []), status=201)
    except Replay as replay:
        return replay.response
    if answer is None:
        order, answer = _pay(claim, order, placed.charges, by=by, now=now, render=render)
        if order.store is not None:
            number_sale(order_id=order.id, now=now)
    follow_at_once(order, sells_gift_cards=placed.sells_gift_cards, by=by, now=now)
    return answer


def _known_order(
    claim: Claim, request: CheckoutRequest, is_fresh: bool, *, goods: Counter[str] | None
) -> PlacedOrder | None:
    """Return the order that an interrupted request, or an earlier copy of the same sale, has placed already."""
    known = None
    if not is_fresh:
        known = find_order_by_request_key(claim.request_key)
    elif request.client_id is not None:
        known = find_order_by_client_id(request.client_id)
        if known is not None:
            _check_same_sale(known, request, goods)
    if known is None:
        return None
    charges = open_attempts(known) if known.state == Order.PENDING else []
    return PlacedOrder(known, charges, sells_gift_cards=True)


def _check_same_sale(known: OrderView, request: CheckoutRequest, goods: Counter[str] | None) -> None:
    assert request.client_id is not None
    if not is_of_register(client_id=request.client_id, session_id=request.session_id):
        raise RegisterMismatch(_("This client_id belongs to a sale at another register."))
    sold: Counter[str] = Counter()
    for line in known.lines:
        if not line.is_gift:
            sold[line.sku.casefold()] += line.quantity
    if goods not in (None, sold):
        raise ClientIdReused(_("This client_id belongs to another sale."))


def _pay(
    claim: Claim, order: OrderView, charges: Sequence[ChargeRequest], *, by: Actor, now: datetime, render: Render
) -> tuple[OrderView, HttpResponse]:
    outcomes = ask_providers(charges)
    with transaction.atomic(durable=True):
        settled = settle_payments(order=order, outcomes=outcomes, by=by, now=now)
        if settled.state == Order.FAILED:
            claim.forget()
        else:
            status = 202 if settled.state == Order.PENDING else 201
            return settled, claim.finish(render(settled, outcomes), status=status)
    raise payment_declined(settled)
