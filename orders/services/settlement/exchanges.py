"""
Exchanges goods at a till: some come back, others go out, and only the difference moves.

The goods that go out are an order of their own, paid with the goods that came back as far as these reach. What they
were worth leaves the payments of the first order and stands as a payment of the second; no provider is asked. If the
goods of the second order come back later, their refund goes to the tenders that had paid for the first.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import F, Sum
from django.http import HttpResponse
from django.utils.translation import gettext as _

from carts.services.placing import cart_from_lines
from core.actors import Actor
from core.idempotency import Claim
from core.states.moving import move
from orders.models import Order, Payment, Return
from orders.queries.views import OrderView
from orders.rules.checkout import EXCHANGE, CheckoutRequest, PaymentNotPossible, PlannedTender, Tender
from orders.rules.lifecycle import RETURN
from orders.services.fulfilment.sold_lines import value_requests_anew
from orders.services.payments.refunding.refunds import pay_with_returned_goods
from orders.services.placing.placement import PlacedOrder, place_order
from orders.services.returns.putting_away import put_away
from orders.services.returns.receiving import Arrival, TakenIn, announce_received, give_money_back, take_in
from orders.services.settlement.checkout import Render, order_once, units_of


def exchange_goods(
    *,
    claim: Claim,
    order_number: str,
    arrival: Arrival,
    lines: Sequence[tuple[str, int]],
    request: CheckoutRequest,
    by: Actor,
    now: datetime,
    render: Render,
) -> HttpResponse:
    """
    Take goods of an order back and hand others out for them, in one act, once.

    lines: pairs of SKU and quantity that go out. request: how they reach the buyer, and the tenders for what the goods
    that came back do not pay; a provider cannot be asked. What these are worth more is refunded as arrival says. Locks
    the first order, then the session, balances, and the stock rows last. Raises what receive_return and sell_lines do.
    """

    def place() -> PlacedOrder:
        taken = take_in(order_number=order_number, arrival=arrival, is_exchange=True, by=by, now=now)
        customer_id = request.customer_id or taken.order.customer_id
        value = Tender(EXCHANGE, limit=min(taken.goods.amount, _left_of(taken.order)))
        whole = replace(
            request,
            customer_id=customer_id,
            tenders=(value, *request.tenders),
            contact_email=request.contact_email or taken.order.contact_email,
            contact_phone=request.contact_phone or taken.order.contact_phone,
            language=taken.order.language or request.language,
        )
        cart = cart_from_lines(lines=lines, customer_id=customer_id, by=by, now=now)

        def settle(order: OrderView, tenders: Sequence[PlannedTender]) -> None:
            _settle(taken, arrival, order, tenders, by=by, now=now)

        return place_order(cart=cart, request=whole, by=by, now=now, before_stock=settle)

    return order_once(claim, place, request, by=by, now=now, render=render, goods=units_of(lines))


def _settle(
    taken: TakenIn, arrival: Arrival, order: OrderView, tenders: Sequence[PlannedTender], *, by: Actor, now: datetime
) -> None:
    if any(tender.attempt_key for tender in tenders):
        raise PaymentNotPossible(
            _("The difference of an exchange is paid in cash, at the store's own terminal, or from a balance."),
            method="card",
        )
    goods = taken.goods
    paid = sum(tender.amount for tender in tenders if tender.method == EXCHANGE)
    if paid:
        pay_with_returned_goods(order_id=taken.order.pk, amount=paid, return_id=goods.pk, by=by, now=now)
    refund = give_money_back(taken, arrival, less=paid, by=by, now=now)
    move(RETURN, goods, Return.EXCHANGED, by=by, exchanged_for_id=order.id)
    value_requests_anew(taken.order)
    announce_received(taken, refund or 0, by=by, now=now)
    # What came back is on the shelf before the other goods are taken from it: a piece may be exchanged for its like.
    put_away(goods, taken.to_put, by=by, now=now)


def _left_of(order: Order) -> int:
    captured = Payment.objects.filter(order=order, state=Payment.CAPTURED)
    return captured.aggregate(left=Sum(F("amount") - F("refunded")))["left"] or 0
