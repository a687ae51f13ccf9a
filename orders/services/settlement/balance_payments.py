"""
Takes a payment of an order's balance due: once per key, with the provider called between two transactions.

A payment that still waits for its shopper is replaced by a new one; a declined one leaves the order unchanged.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from core.actors import Actor
from core.idempotency import Claim, Replay
from orders.models import Order, PaymentAttempt
from orders.providers.base import DECLINED
from orders.queries.orders import get_order
from orders.queries.scopes import check_served
from orders.queries.views import OrderView
from orders.rules.checkout import Tender
from orders.services.payments.balances_due import (
    PaymentStillWaits,
    begin_balance_payment,
    is_payment_under_way,
    open_charges,
)
from orders.services.payments.gateway import ChargeRequest, PaymentResult, ask_providers, look_up
from orders.services.settlement.follow_ups import follow_at_once
from orders.services.settlement.payments import balance_payment_declined, settle_payments

Render = Callable[[OrderView, Sequence[PaymentResult]], dict[str, Any]]


def pay_balance_due(
    *,
    claim: Claim,
    number: str,
    tenders: Sequence[Tender],
    session_id: int | None,
    by: Actor,
    now: datetime,
    render: Render,
) -> HttpResponse:
    """
    Take the balance due of an order, or a part of it: 201 with the order, or 202 when somebody must act first.

    tenders: as for orders.services.payments.balances_due.begin_balance_payment. session_id: the open till session that
    takes cash. Network calls between two transactions; locks the order, then the session, then balances.
    Raises what begin_balance_payment raises, AnotherStoresOrder, and PaymentDeclined, which leaves the order unchanged.
    """

    def begin() -> tuple[list[ChargeRequest], HttpResponse | None]:
        with transaction.atomic(durable=True):
            is_fresh = claim.take()
            order = Order.objects.locked().get(number=number)
            if is_fresh:
                check_served(number, by=by)
                charges = begin_balance_payment(order, tenders, session_id=session_id, by=by, now=now)
            else:
                # The request was interrupted after its first commit: continue with the charges that are still open.
                charges = open_charges(order)
            return charges, None if charges else claim.finish(render(get_order(number), []), status=201)

    try:
        try:
            charges, answer = begin()
        except PaymentStillWaits:
            end_waiting_payment(number=number, by=by, now=now)
            charges, answer = begin()
    except Replay as replay:
        return replay.response
    answer = answer or _ask(claim, number, charges, by=by, now=now, render=render)
    follow_at_once(get_order(number), by=by, now=now)
    return answer


def end_waiting_payment(*, number: str, by: Actor, now: datetime) -> None:
    """
    End a balance payment that waits for its shopper, so that the money can be taken another way. Network calls.

    A payment that the provider has approved meanwhile is taken; one that is being asked for right now stays.
    """
    waiting = PaymentAttempt.objects.filter(
        payment__order__number=number, payment__pays_balance=True, outcome=PaymentAttempt.NEEDS_ACTION
    ).select_related("payment")
    outcomes = [
        look_up(key=attempt.key, ref=attempt.provider_ref, provider=attempt.payment.provider, gives_up=True)
        for attempt in waiting
    ]
    if outcomes:
        with transaction.atomic(durable=True):
            settle_payments(order=get_order(number), outcomes=outcomes, by=by, now=now)


def _ask(
    claim: Claim, number: str, charges: Sequence[ChargeRequest], *, by: Actor, now: datetime, render: Render
) -> HttpResponse:
    outcomes = ask_providers(charges)
    with transaction.atomic(durable=True):
        order = settle_payments(order=get_order(number), outcomes=outcomes, by=by, now=now)
        if any(outcome.outcome == DECLINED for outcome in outcomes):
            claim.forget()
        else:
            return claim.finish(render(order, outcomes), status=202 if is_payment_under_way(order) else 201)
    raise balance_payment_declined(order)
