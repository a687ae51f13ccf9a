"""
From cart to order, exactly once, on every channel.

place_order runs inside the transaction of its door. It takes the cart, works out who serves what, checks what the
shopper saw against what is true now, writes the order in one statement, and promises the stock last, because that is
the row others wait for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carts.queries.carts import CartLineView, CartView
from carts.queries.quoting import place_at, quote_cart
from carts.rules.problems import UNAVAILABLE
from carts.rules.quote import Quote, Supply
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import not_valid
from carts.services.vouchers import hold_vouchers
from core.actors import Actor
from core.errors import Refusal
from core.ids import new_id
from core.journal import publish
from core.money import Money, money_json
from core.web import logs
from inventory.models import StockMovement
from inventory.services.reservations import HOLD_LIFETIME, fulfil_reservations, reserve_stock
from orders.events import OrderCompleted, OrderPlaced
from orders.queries.views import OrderView
from orders.rules.checkout import CARRY_OUT, SHIP, CheckoutRequest, PlannedTender, assign_lines, takes_at_once
from orders.services.payments.gateway import ChargeRequest, needs_provider, provider_of
from orders.services.payments.tenders import hold_tenders, plan_payment
from orders.services.placing.allocation import Allocation, allocate
from orders.services.placing.order_insert import NewOrder, write_order
from orders.services.registers.till_sessions import take_open_session


class TotalChanged(Refusal):
    """The order would cost something else than the shopper saw; the new totals are in the refusal."""

    code = "total_changed"


class Unavailable(Refusal):
    """Something in the cart is no longer sold."""

    code = "unavailable"


@dataclass(frozen=True, slots=True)
class Promised:
    """A written order, and what a provider still has to be asked for; the promise holds once all of it is paid."""

    order: OrderView
    charges: list[ChargeRequest]


@transaction.atomic(savepoint=False)
def place_order(*, cart: CartView, request: CheckoutRequest, by: Actor, now: datetime) -> Promised:
    """
    Turn a cart that was taken (carts.services.placing) into an order.

    Stock is promised at the chosen locations in this transaction: for good, or for 15 minutes while a payment is under
    way; so is what vouchers take off, and what gift cards, credit and points pay. What is carried out leaves at once.
    Publishes OrderPlaced unless a payment is awaited. Vouchers and balances are locked late, and the stock rows last.
    Raises TotalChanged, VoucherNotValid, Unavailable, InsufficientStock, StoreCannotServe, PaymentNotPossible,
    Malformed, SessionNotOpen, BalanceNotEnough; the caller's rollback undoes all of it, the taking of the cart too.
    """
    _check_on_sale(cart.lines)
    by_id = {line.id: line for line in cart.lines}
    assigned = assign_lines(request.fulfilments, list(by_id))
    parts = allocate(request.fulfilments, [[by_id[line_id] for line_id in ids] for ids in assigned], by=by, now=now)
    found = quote_cart(cart, by=by, now=request.occurred_at or now, supplies=_supplies(cart, parts))
    _check_vouchers(found)
    _check_total(cart, request, found)
    tenders = plan_payment(
        request.tenders,
        owed=found.totals.grand,
        kinds={part.kind for part in parts},
        customer_id=cart.customer_id or request.customer_id,
        currency=cart.currency,
    )
    tenders = [tender._replace(attempt_key=new_id()) if needs_provider(tender) else tender for tender in tenders]
    waits = any(tender.attempt_key for tender in tenders)
    if request.session_id is not None:
        # Held until the commit: a till that is being closed counts this sale, or refuses it.
        take_open_session(session_id=request.session_id, store_id=by.store_id)

    captures = settings.CARD_CAPTURE == "now" or takes_at_once(
        kinds={part.kind for part in parts}, methods=[tender.payment_method for tender in tenders]
    )
    draft = NewOrder(
        cart=cart, request=request, parts=parts, quote=found, tenders=tenders, waits=waits, captures=captures
    )
    order = write_order(draft, by=by, now=now)
    _spend_vouchers(draft, now)
    if not waits:
        announce_placed(order, by=by, now=now)
    hold_tenders(tenders, number=order.number, waits=waits, by=by, now=now)
    _promise_stock(parts, waits=waits, by=by, now=now)
    logs.bind(order=order.number, cart=cart.id)
    return Promised(order, [_charge(tender, cart.currency, captures) for tender in tenders if tender.attempt_key])


def announce_placed(order: OrderView, *, by: Actor, now: datetime) -> None:
    """Publish that an order's promise holds; and that it is complete, if all of it was carried out."""
    publish(
        OrderPlaced(
            by=by,
            occurred_at=now,
            customer_id=order.customer_id,
            ref=order.number,
            order_id=order.id,
            cart_id=order.cart_id,
            total=order.grand_total,
            currency=order.currency,
            units=order.units,
        ),
        *(
            [OrderCompleted(by=by, occurred_at=now, customer_id=order.customer_id, ref=order.number, order_id=order.id)]
            if order.state == "completed"
            else []
        ),
    )


def _charge(tender: PlannedTender, currency: str, captures: bool) -> ChargeRequest:
    assert tender.attempt_key is not None
    return ChargeRequest(
        tender.attempt_key,
        provider_of(tender),
        tender.amount,
        currency,
        tender.payment_method,
        captures,
        tender.customer_ref,
        tender.saves_card,
    )


def _check_on_sale(lines: Sequence[CartLineView]) -> None:
    gone = [line.sku for line in lines if any(problem.code == UNAVAILABLE for problem in line.problems)]
    if gone:
        raise Unavailable(
            _("No longer sold: %(skus)s. Remove it from the cart.") % {"skus": ", ".join(gone)}, skus=gone
        )


def _spend_vouchers(draft: NewOrder, now: datetime) -> None:
    amounts = {voucher.id: voucher.amount for voucher in draft.quote.vouchers if voucher.amount}
    if amounts:
        hold_vouchers(cart_id=draft.cart.id, amounts=amounts, customer_id=draft.customer_id, waits=draft.waits, now=now)


def _check_vouchers(found: Quote) -> None:
    for voucher in found.vouchers:
        if voucher.problem:
            raise not_valid(voucher.code, voucher.problem)


def _supplies(cart: CartView, parts: Sequence[Allocation]) -> list[Supply]:
    """Say where each line is supplied: at the address it is sent to, else in the store that hands it over."""
    return [
        Supply(
            frozenset(line.line_id for line in part.lines),
            _place_of(part.address) if part.kind == SHIP else place_at(cart, part.source.code),
            is_shipped=part.kind == SHIP,
        )
        for part in parts
    ]


def _place_of(address: Mapping[str, Any]) -> TaxPlace:
    return TaxPlace(address.get("country_code", ""), address.get("country_area", ""), address.get("postal_code", ""))


def _check_total(cart: CartView, request: CheckoutRequest, found: Quote) -> None:
    if request.expected_total is None:
        return
    if request.expected_total == found.totals.grand and request.expected_currency == cart.currency:
        return
    changed = [
        {
            "sku": line.sku,
            "old_price": money_json(line.unit_price_when_added, cart.currency),
            "new_price": money_json(line.single_price or 0, cart.currency),
        }
        for line in cart.lines
        if line.single_price != line.unit_price_when_added
    ]
    raise TotalChanged(
        _("The total is now %(total)s. Check it and order again if you agree.")
        % {"total": str(Money(found.totals.grand, cart.currency))},
        totals={
            name: money_json(getattr(found.totals, name), cart.currency)
            for name in ("items", "discount", "shipping", "tax", "grand")
        },
        changed_prices=changed,
    )


def _promise_stock(parts: Sequence[Allocation], *, waits: bool, by: Actor, now: datetime) -> None:
    carried_out = [part for part in parts if part.kind == CARRY_OUT]
    others = [part for part in parts if part.kind != CARRY_OUT]
    expires_at = now + HOLD_LIFETIME if waits else None
    if others:
        requests = [request for part in others for request in part.requests]
        reserve_stock(requests=requests, by=by, now=now, expires_at=expires_at)
    if carried_out:
        # What lies on the counter is in the shopper's hand: the till may sell the safety stock too.
        requests = [request for part in carried_out for request in part.requests]
        reserve_stock(requests=requests, by=by, now=now, expires_at=expires_at, respects_safety_stock=False)
        if not waits:
            ids = [request.reservation_id for request in requests]
            fulfil_reservations(ids=ids, kind=StockMovement.SOLD, by=by, now=now)
