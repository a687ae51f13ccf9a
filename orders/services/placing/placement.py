"""
Turns a cart into an order, exactly once, on every channel.

place_order runs inside its caller's transaction. It takes the cart, allocates the lines to locations, compares what the
shopper saw with the present state, writes the order in one statement, and reserves the stock last, because other
transactions wait for those rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from carts.queries.carts import CartLineView, CartView
from carts.queries.delivery import check_served, choose_method
from carts.queries.quoting import place_at, quote_cart
from carts.queries.terms.return_policies import return_policies_of
from carts.rules.delivery import DeliveryMethod
from carts.rules.problems import UNAVAILABLE
from carts.rules.quote import Quote, Supply
from carts.rules.taxes import TaxPlace
from carts.rules.vouchers import not_valid
from carts.services.vouchers import hold_vouchers
from core.actors import Actor
from core.errors import Malformed, Refusal
from core.ids import new_id
from core.journal import publish
from core.money import Money, money_json
from core.web import logs
from inventory.models import StockMovement
from inventory.services.oversales import book_oversold_units
from inventory.services.reservations import HOLD_LIFETIME, ReservationRequest, fulfil_reservations, reserve_stock
from orders.events import OrderCompleted, OrderPlaced
from orders.events.about import about_order
from orders.queries.views import OrderView
from orders.rules.checkout import (
    CARRY_OUT,
    SHIP,
    CheckoutRequest,
    FulfilmentRequest,
    PlannedTender,
    assign_lines,
    takes_at_once,
    without_stored_value,
)
from orders.services.payments.gateway import ChargeRequest, chargeable, needs_provider, provider_of
from orders.services.payments.tenders import cash_terms_for, hold_tenders, plan_payment
from orders.services.placing.allocation import Allocation, allocate
from orders.services.placing.gifts import taken_by, with_gifts
from orders.services.placing.new_order import NewOrder
from orders.services.placing.order_insert import write_order
from orders.services.placing.receipts import EMAIL, SMS
from orders.services.placing.unpaid import check_contact, check_holds, check_unpaid
from orders.services.registers.late_sales import take_session_of_late_sale
from orders.services.registers.till_sessions import take_open_session


class TotalChanged(Refusal):
    """The total differs from the one the shopper saw; the refusal has the new totals."""

    code = "total_changed"


class Unavailable(Refusal):
    """Something in the cart is no longer sold."""

    code = "unavailable"


BeforeStock = Callable[[OrderView, Sequence[PlannedTender]], None]


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """
    A written order with the charges still to be made; it is confirmed once all of them are paid.

    sells_gift_cards: whether any line is a gift card.
    """

    order: OrderView
    charges: list[ChargeRequest]
    sells_gift_cards: bool


@transaction.atomic(savepoint=False)
def place_order(
    *, cart: CartView, request: CheckoutRequest, by: Actor, now: datetime, before_stock: BeforeStock | None = None
) -> PlacedOrder:
    """
    Turn a cart that was taken (carts.services.placing) into an order.

    before_stock: what else belongs to the order and locks balances; it gets the order and its tenders.

    Stock is reserved at the chosen locations in this transaction: committed, or held for 15 minutes while a payment is
    under way; the same goes for vouchers, gift cards, credit and points. What is carried out leaves at once. Publishes
    OrderPlaced unless a payment is awaited. Vouchers and balances are locked late, and the stock rows last. Raises
    CountryNotServed, NoTaxZone, MethodNotPossible, TotalChanged, VoucherNotValid, Unavailable, InsufficientStock,
    StoreCannotServe, PaymentNotPossible, AmountNotCharged, Malformed, SessionNotOpen, OccurredAtNotValid,
    BalanceNotEnough, TooManyHolds, TooMuchUnpaid; the caller's rollback undoes everything, including the taking of the
    cart. Stock does not refuse a late sale.
    """
    _check_on_sale(cart.lines)
    gift_cards = {line.id for line in cart.lines if line.is_stored_value}
    allocations = _allocated(cart, request, gift_cards, by, now)
    priced = quote_cart(
        cart, by=by, now=request.occurred_at or now, supplies=_supplies(cart, allocations), taken=taken_by(allocations)
    )
    _check_vouchers(priced)
    _check_total(cart, request, priced)
    kinds = {allocation.kind for allocation in allocations}
    tenders = _planned(cart, request, priced, kinds, by)
    waits = any(tender.attempt_key for tender in tenders)
    _check_promises(cart, request, tenders, kinds, by)
    request = _in_session(request, by, now)

    captures = _captures(kinds, tenders, sells_gift_cards=bool(gift_cards))
    cart, allocations = with_gifts(cart, allocations, priced.gifts, by=by, now=now)
    draft = NewOrder(
        cart=cart, request=request, allocations=allocations, quote=priced, tenders=tenders, waits=waits,
        captures=captures, return_policies=return_policies_of(cart, by=by),
    )  # fmt: skip
    order, held = write_order(draft, by=by, now=now)
    _check_reachable(order, request)
    check_holds(order, held, tenders, source=request.source, by=by, now=now)
    _spend_vouchers(draft, now)
    if not waits:
        announce_placed(order, by=by, now=now)
    hold_tenders(tenders, number=order.number, waits=waits, by=by, now=now)
    if before_stock is not None:
        before_stock(order, tenders)
    _reserve_stock(allocations, request, waits=waits, cause=order.number, by=by, now=now)
    logs.bind(order=order.number, cart=cart.id)
    return PlacedOrder(
        order,
        [_charge(tender, cart.currency, captures) for tender in tenders if tender.attempt_key],
        sells_gift_cards=bool(gift_cards),
    )


def _planned(
    cart: CartView, request: CheckoutRequest, priced: Quote, kinds: set[str], by: Actor
) -> list[PlannedTender]:
    """Return what each tender pays, with the keys under which providers are asked."""
    tenders = plan_payment(
        request.tenders,
        owed=priced.totals.grand,
        kinds=kinds,
        customer_id=cart.customer_id or request.customer_id,
        currency=cart.currency,
        cash=cash_terms_for(request.tenders, store_id=by.store_id, currency=cart.currency),
        only_money=priced.stored_value,
    )
    return [
        chargeable(tender, cart.currency)._replace(attempt_key=new_id()) if needs_provider(tender) else tender
        for tender in tenders
    ]


def _in_session(request: CheckoutRequest, by: Actor, now: datetime) -> CheckoutRequest:
    """Keep the session of a sale open until the commit: a till that is being closed counts it, or refuses it."""
    if request.session_id is None:
        return request
    if request.occurred_at is None:
        take_open_session(session_id=request.session_id, store_id=by.store_id)
        return request
    session_id = take_session_of_late_sale(
        session_id=request.session_id, store_id=by.store_id, occurred_at=request.occurred_at, by=by, now=now
    )
    return replace(request, session_id=session_id)


def _captures(kinds: set[str], tenders: Sequence[PlannedTender], *, sells_gift_cards: bool) -> bool:
    """Return whether cards are captured with the order."""
    methods = [tender.payment_method for tender in tenders]
    return settings.CARD_CAPTURE == "now" or takes_at_once(
        kinds=kinds, methods=methods, sells_gift_cards=sells_gift_cards
    )


def _allocated(
    cart: CartView, request: CheckoutRequest, gift_cards: set[int], by: Actor, now: datetime
) -> list[Allocation]:
    """Return where each line comes from, and that it may go there. gift_cards: the lines that need no place."""
    by_id = {line.id: line for line in cart.lines}
    fulfilments, goods = without_stored_value(request.fulfilments, gift_cards, list(by_id))
    assigned = assign_lines(fulfilments, goods)
    lines = [[by_id[line_id] for line_id in ids] for ids in assigned]
    methods = [_method_of(cart, fulfilment, taken) for fulfilment, taken in zip(fulfilments, lines, strict=True)]
    return allocate(fulfilments, lines, methods=methods, by=by, now=now)


def _method_of(cart: CartView, fulfilment: FulfilmentRequest, lines: Sequence[CartLineView]) -> DeliveryMethod | None:
    """Return how goods are shipped, if the shop has delivery methods, once it is sure that they may go there."""
    if fulfilment.kind != SHIP:
        return None
    place = _place_of(fulfilment.address)
    check_served(cart, place)
    chosen = choose_method(cart, [line.item for line in lines], place, code=fulfilment.method)
    return chosen.method if chosen else None


def _check_promises(
    cart: CartView, request: CheckoutRequest, tenders: Sequence[PlannedTender], kinds: set[str], by: Actor
) -> None:
    """Refuse to promise goods to somebody who cannot be reached, or who has too much unpaid already."""
    customer_id, email, phone = cart.customer_id or request.customer_id, request.contact_email, request.contact_phone
    units = sum(line.quantity for line in cart.lines)
    check_contact(kinds=kinds, customer_id=customer_id, email=email, phone=phone)
    check_unpaid(tenders, units=units, customer_id=customer_id, email=email, phone=phone, by=by)


def announce_placed(order: OrderView, *, by: Actor, now: datetime) -> None:
    """Publish that an order is confirmed, and that it is complete if everything was carried out."""
    publish(
        OrderPlaced(
            **about_order(order, by, now),
            cart_id=order.cart_id,
            total=order.grand_total,
            currency=order.currency,
            units=order.units,
        ),
        *(
            [
                OrderCompleted(
                    **about_order(order, by, now),
                )
            ]
            if order.state == "completed"
            else []
        ),
    )


def _check_reachable(order: OrderView, request: CheckoutRequest) -> None:
    """Refuse an order whose buyer cannot be told of it, or has no address for the receipt that they chose."""
    can_be_told = bool(order.contact_email or order.contact_phone)
    if not can_be_told and any(part.kind != CARRY_OUT for part in order.fulfilments):
        raise Malformed(_("Give an e-mail address or a phone number, so that we can reach you."), field="contact")
    needed = {EMAIL: order.contact_email, SMS: order.contact_phone}
    if not needed.get(request.receipt_medium, True):
        raise Malformed(_("Enter where to send the receipt."), field="receipt")


def _charge(tender: PlannedTender, currency: str, captures: bool) -> ChargeRequest:
    assert tender.attempt_key is not None
    return ChargeRequest(
        tender.attempt_key,
        provider_of(tender),
        tender.amount + tender.rounding,
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


def _check_vouchers(priced: Quote) -> None:
    for voucher in priced.vouchers:
        if voucher.blocks:
            raise not_valid(voucher.code, voucher.problem)


def _supplies(cart: CartView, allocations: Sequence[Allocation]) -> list[Supply]:
    """Return where each line is supplied: at its shipping address, or in the store that hands it over."""
    return [
        Supply(
            frozenset(line.line_id for line in allocation.lines),
            _place_of(allocation.address) if allocation.kind == SHIP else place_at(cart, allocation.source.code),
            is_shipped=allocation.kind == SHIP,
            method=allocation.method.code if allocation.method else "",
        )
        for allocation in allocations
    ]


def _place_of(address: Mapping[str, Any]) -> TaxPlace:
    return TaxPlace(address.get("country_code", ""), address.get("country_area", ""), address.get("postal_code", ""))


def _check_total(cart: CartView, request: CheckoutRequest, priced: Quote) -> None:
    if request.expected_total is None:
        return
    if request.expected_total == priced.totals.grand and request.expected_currency == cart.currency:
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
        % {"total": str(Money(priced.totals.grand, cart.currency))},
        totals={
            name: money_json(getattr(priced.totals, name), cart.currency)
            for name in ("items", "discount", "deposit", "shipping", "fees", "tax", "grand")
        },
        changed_prices=changed,
    )


def _reserve_stock(
    allocations: Sequence[Allocation], request: CheckoutRequest, *, waits: bool, cause: str, by: Actor, now: datetime
) -> None:
    carried_out = [allocation for allocation in allocations if allocation.kind == CARRY_OUT]
    not_carried = [allocation for allocation in allocations if allocation.kind != CARRY_OUT]
    # What a count compares with the books is when goods left the shelf, not when the shop heard of it.
    has_left = not waits and not not_carried
    left_at = request.occurred_at if request.occurred_at is not None and has_left else now
    if request.is_late:
        requests = _requests(allocations)
        book_oversold_units(requests=requests, cause=cause, by=by, now=now, occurred_at=left_at)
    expires_at = now + HOLD_LIFETIME if waits else None
    if not_carried:
        requests = _requests(not_carried)
        reserve_stock(requests=requests, by=by, now=now, expires_at=expires_at)
    if carried_out:
        # Goods on the counter are in the shopper's hand: the till may sell the safety stock too.
        requests = _requests(carried_out)
        reserve_stock(requests=requests, by=by, now=left_at, expires_at=expires_at, respects_safety_stock=False)
        if not waits:
            ids = [request.reservation_id for request in requests]
            fulfil_reservations(ids=ids, kind=StockMovement.SOLD, by=by, now=left_at)


def _requests(allocations: Sequence[Allocation]) -> list[ReservationRequest]:
    return [request for allocation in allocations for request in allocation.requests]
