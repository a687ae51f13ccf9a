"""
Applies payment results: confirms the order or rolls it back.

The attempt is written and committed with the order, the provider is called, the outcome is written. Whoever learns the
outcome first (the request, the sweep, or a webhook event) writes it; the others find it written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carts.services.placing import give_cart_back
from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish
from core.states.moving import move_all
from core.sweeping import Sweep, go_through
from inventory.models import Reservation, StockMovement
from inventory.services.reservations import (
    HOLD_LIFETIME,
    InsufficientStock,
    ReservationRequest,
    commit_reservations,
    new_reservation_id,
    release_reservations,
    reserve_stock,
)
from orders.events import OrderPaymentFailed
from orders.events.about import about_order
from orders.models import BalanceDueEntry, Fulfilment, FulfilmentLine, Order, OrderLine, Payment
from orders.providers.base import AUTHORISED, DECLINED, NEEDS_ACTION
from orders.queries.balances_due import balance_due_in
from orders.queries.orders import get_order
from orders.queries.views import OrderView, PaymentView
from orders.rules.lifecycle import FULFILMENTS, ORDER, PAYMENT
from orders.services.fulfilment.fulfilments import note_goods_out, take_goods_out_of_stock
from orders.services.payments.balances_due import settle_balance_payments
from orders.services.payments.cards import save_cards
from orders.services.payments.gateway import UNKNOWN, ChargeRequest, PaymentResult, confirm, look_up
from orders.services.payments.outcomes import PaidOrder, find_paid_order, write_outcomes
from orders.services.payments.refunding.refunds import refund_payments
from orders.services.payments.tenders import release_held_tenders, spend_held_tenders
from orders.services.placing.placement import announce_placed
from orders.services.registers.receipt_numbers import number_sale
from orders.services.settlement.follow_ups import follow_at_once

UNANSWERED_AFTER = timedelta(seconds=60)
SETTLED_AT_ONCE = 100

_CONFIRM = """
WITH paid AS (
    UPDATE orders_order AS orders
    SET state = CASE WHEN all_carried.out THEN 'completed' ELSE 'placed' END,
        closed_at = CASE WHEN all_carried.out THEN %(now)s::timestamptz END
    FROM (SELECT bool_and(coalesce(fulfilment.kind, '') = 'carry_out') AS out
          FROM orders_orderline AS line
          LEFT JOIN orders_fulfilmentline AS part ON part.order_line_id = line.id
          LEFT JOIN orders_fulfilment AS fulfilment ON fulfilment.id = part.fulfilment_id
          WHERE line.order_id = %(order)s) AS all_carried
    WHERE orders.id = %(order)s AND orders.state = 'pending'
    RETURNING orders.id, orders.state
), fulfilment AS (
    UPDATE orders_fulfilment AS fulfilment
    SET state = CASE kind WHEN 'carry_out' THEN 'collected' ELSE 'placed' END,
        finished_at = CASE kind WHEN 'carry_out' THEN %(now)s::timestamptz END
    FROM paid WHERE fulfilment.order_id = paid.id
)
SELECT state FROM paid
"""
SETTLING = Sweep("orders.settle_payments", gettext_lazy("Settle a payment without an answer"))
_OPEN_ATTEMPTS = f"""
SELECT attempt.key, attempt.provider_ref AS ref, attempt.outcome, payment.provider, orders.id AS order_id, orders.number
FROM orders_paymentattempt AS attempt
JOIN orders_payment AS payment ON payment.id = attempt.payment_id
JOIN orders_order AS orders ON orders.id = payment.order_id
WHERE ((attempt.outcome = 'asked' AND attempt.asked_at < %(unanswered)s)
       OR (attempt.outcome = 'needs_action' AND attempt.asked_at < %(abandoned)s))
  AND {SETTLING.leaves_out("attempt.key")}
ORDER BY attempt.asked_at LIMIT %(limit)s
"""
_OPEN_OF_ORDER = """
SELECT attempt.key, payment.provider, payment.amount + payment.rounding AS amount, %(currency)s AS currency,
       attempt.payment_method, attempt.captures_at_once AS captures, attempt.customer_ref, attempt.saves_card,
       attempt.provider_ref AS ref
FROM orders_paymentattempt AS attempt JOIN orders_payment AS payment ON payment.id = attempt.payment_id
WHERE payment.order_id = %(order)s AND attempt.outcome IN ('asked', 'needs_action')
"""


class PaymentDeclined(Refusal):
    """
    The provider declined, or approved when stock or balances were gone; what was paid is refunded.

    At checkout, the cart and the stock are restored; an order that was already placed does not change.
    """

    code = "payment_declined"


@transaction.atomic(savepoint=False)
def settle_payments(*, order: OrderView, outcomes: Sequence[PaymentResult], by: Actor, now: datetime) -> OrderView:
    """
    Write provider results and apply them: the order is confirmed or rolled back.

    Safe to repeat with the same outcomes. An unknown outcome changes nothing. Locks the order, then the stock rows
    last. Return the order afterwards: placed or completed, pending, or failed with the cart restored.
    """
    known = [outcome for outcome in outcomes if outcome.outcome != UNKNOWN]
    if not known:
        return order
    written, paid = write_outcomes(order_id=order.id, outcomes=known, now=now)
    save_cards([result.card for result in known if result.card], customer_id=order.customer_id, by=by, now=now)
    if any(result.pays_balance for result in written):
        settle_balance_payments(order_id=order.id, written=written, by=by, now=now)
        return get_order(order.number)
    # Only what was written now counts: an answer that arrives after another one rolls nothing back.
    if any(result.outcome == DECLINED and result.is_new for result in written):
        return _roll_back(order, reason="payment_declined", by=by, now=now)
    if any(outcome.outcome == NEEDS_ACTION for outcome in known):
        return replace(order, payments=[_payment_now(payment, "needs_action") for payment in order.payments])
    are_authorised = any(outcome.outcome == AUTHORISED for outcome in known)
    return _confirm(order, paid or find_paid_order(order.id), are_authorised=are_authorised, by=by, now=now)


def settle_open_payments(*, now: datetime) -> int:
    """
    Settle attempts without an answer for a minute, and payments that shoppers never confirmed.

    Asks the provider about each, outside transactions, and writes each outcome in its own transaction. One whose
    provider does not answer is tried again later, after those behind it. Return how many were looked into.
    """
    moments = {"unanswered": now - UNANSWERED_AFTER, "abandoned": now - HOLD_LIFETIME, "now": now}
    rows = sql.fetch_all(_OPEN_ATTEMPTS, moments | {"limit": SETTLED_AT_ONCE})
    go_through(SETTLING, rows, lambda row: _settle_attempt(row, now), ref=lambda row: row["key"], now=now)
    return len(rows)


def _settle_attempt(row: sql.Row, now: datetime) -> bool:
    """Ask about one attempt and write the answer. Return whether there was one."""
    outcome = look_up(key=row["key"], ref=row["ref"], provider=row["provider"], gives_up=False)
    # Only payments that still wait are cancelled: cancelling a confirmed authorisation would lose the shopper's order.
    if row["outcome"] == NEEDS_ACTION and outcome.outcome == NEEDS_ACTION:
        outcome = look_up(key=row["key"], ref=row["ref"], provider=row["provider"], gives_up=True)
    with transaction.atomic(durable=True):
        settle_payments(order=get_order(row["number"]), outcomes=[outcome], by=THE_SYSTEM, now=now)
    return outcome.outcome != UNKNOWN


def look_again(*, order: OrderView, by: Actor, now: datetime, returned: Mapping[str, str] | None = None) -> OrderView:
    """
    Ask the providers again about an order whose shopper says that they have confirmed the payment.

    returned: what the shopper brought back from the provider's page, None if they came from nowhere. Network calls
    outside, the outcome in its own transaction. Raises PaymentDeclined.
    """
    charges = open_attempts(order)
    if returned is not None:
        for charge in charges:
            confirm(key=charge.key, ref=charge.ref, provider=charge.provider, fields=returned)
    outcomes = [look_up(key=charge.key, ref=charge.ref, provider=charge.provider, gives_up=False) for charge in charges]
    with transaction.atomic(durable=True):
        settled = settle_payments(order=order, outcomes=outcomes, by=by, now=now)
    if settled.state == Order.FAILED:
        raise payment_declined(settled)
    if any(outcome.outcome == DECLINED for outcome in outcomes):
        raise balance_payment_declined(settled)
    if settled.store is not None:
        number_sale(order_id=settled.id, now=now)
    follow_at_once(settled, by=by, now=now)
    return get_order(order.number)


def open_attempts(order: OrderView) -> list[ChargeRequest]:
    """Return the attempts of an order that have no final answer yet."""
    return [
        ChargeRequest(**row) for row in sql.fetch_all(_OPEN_OF_ORDER, {"order": order.id, "currency": order.currency})
    ]


def payment_declined(order: OrderView) -> PaymentDeclined:
    """Make the refusal for an order whose payment failed, or arrived when the order could no longer be placed."""
    if order.refunds:
        return PaymentDeclined(
            _("Your order could not be placed. What you paid will be refunded. Your cart is unchanged."),
            order=order.number,
        )
    return PaymentDeclined(
        _("The payment was declined and nothing was charged. Your cart is unchanged. Try another way to pay."),
        order=order.number,
    )


def balance_payment_declined(order: OrderView) -> PaymentDeclined:
    """Make the refusal for a failed payment of an order that was already placed; the order does not change."""
    return PaymentDeclined(
        _("The payment was declined and nothing was charged. Your order is still in place. Try another way to pay."),
        order=order.number,
    )


def _confirm(order: OrderView, paid: PaidOrder | None, *, are_authorised: bool, by: Actor, now: datetime) -> OrderView:
    """
    Confirm a paid order, once none of its payments is open.

    Balances and stock are taken before the order's state changes, so that an order whose hold expired meanwhile is
    still pending when it is rolled back, whatever its kind of fulfilment.
    """
    if paid is None:
        return _settle_late_money(get_order(order.number), by=by, now=now)
    if _is_anything_held(order) and not spend_held_tenders(order_id=order.id, number=order.number, by=by, now=now):
        return _roll_back(order, reason="balance_gone", by=by, now=now)
    if not _commit_stock(paid.reservations, by=by, now=now):
        return _roll_back(order, reason="stock_gone", by=by, now=now)
    row = sql.fetch_one(_CONFIRM, {"order": order.id, "now": now})
    assert row is not None
    # Authorised money is not captured yet; only in that case the payments must be read again.
    payments = [_payment_now(payment, Payment.CAPTURED) for payment in order.payments]
    if are_authorised:
        payments = get_order(order.number).payments
    confirmed = replace(
        order,
        state=row["state"],
        payments=payments,
        fulfilments=[
            fulfilment._replace(state="collected" if fulfilment.kind == Fulfilment.CARRY_OUT else "placed")
            for fulfilment in order.fulfilments
        ],
    )
    announce_placed(confirmed, by=by, now=now)
    if not paid.carried:
        return confirmed
    lines = list(FulfilmentLine.objects.filter(pk__in=paid.carried))
    note_goods_out(lines, now=now)
    take_goods_out_of_stock(lines, kind=StockMovement.SOLD, by=by, now=now)
    return get_order(order.number)


def _commit_stock(reservation_ids: list[UUID], *, by: Actor, now: datetime) -> bool:
    """Commit the reservations of a paid order; units whose hold expired are reserved again if possible."""
    if commit_reservations(ids=reservation_ids) == len(reservation_ids):
        return True
    lapsed = FulfilmentLine.objects.filter(
        reservation__in=reservation_ids, reservation__state=Reservation.RELEASED
    ).select_related("reservation__level", "order_line")
    requests = []
    for line in lapsed:
        assert line.reservation is not None
        level = line.reservation.level
        request = ReservationRequest(
            level.variant_id, level.location_id, line.quantity, line.order_line.sku, new_reservation_id()
        )
        line.reservation_id = request.reservation_id
        requests.append(request)
    FulfilmentLine.objects.bulk_update(lapsed, ["reservation"])
    try:
        with transaction.atomic():
            reserve_stock(requests=requests, by=by, now=now)
    except InsufficientStock:
        FulfilmentLine.objects.filter(pk__in=[line.pk for line in lapsed]).update(reservation=None)
        return False
    return True


def _roll_back(order: OrderView, *, reason: str, by: Actor, now: datetime) -> OrderView:
    if not move_all(ORDER, [order.id], Order.FAILED, cancel_reason=reason, closed_at=now):
        return _settle_late_money(get_order(order.number), by=by, now=now)
    # The worker that sees the voided payment voids its authorisation at the provider.
    open_states = (Payment.PENDING, Payment.NEEDS_ACTION, Payment.AUTHORISED)
    move_all(PAYMENT, _payments_in(order, open_states), Payment.VOIDED)
    if owed := balance_due_in(order.id):
        BalanceDueEntry.objects.create(order_id=order.id, kind=BalanceDueEntry.FAILED, amount=-owed, occurred_at=now)
    if _is_anything_held(order):
        release_held_tenders(order_id=order.id, now=now)
    refund = refund_payments(order_id=order.id, reason=reason, by=by, now=now)
    for kind in sorted({fulfilment.kind for fulfilment in order.fulfilments}):
        ended = [fulfilment.id for fulfilment in order.fulfilments if fulfilment.kind == kind]
        move_all(FULFILMENTS[kind], ended, "cancelled", finished_at=now)
    OrderLine.objects.filter(order_id=order.id).update(quantity_cancelled=F("quantity"))
    publish(
        OrderPaymentFailed(
            **about_order(order, by, now),
            reason=reason,
            refund=refund,
        )
    )
    if order.cart_id is not None:
        give_cart_back(cart_id=order.cart_id, by=by, now=now)
    held = FulfilmentLine.objects.filter(fulfilment__order_id=order.id, reservation__isnull=False)
    ids = [pk for pk in held.values_list("reservation_id", flat=True) if pk is not None]
    release_reservations(ids=ids, by=by, now=now, reason=reason)
    return get_order(order.number)


def _settle_late_money(order: OrderView, *, by: Actor, now: datetime) -> OrderView:
    """Refund money that arrived for an order that has failed, or void its authorisation."""
    if order.state in (Order.FAILED, Order.CANCELLED):
        move_all(PAYMENT, _payments_in(order, [Payment.AUTHORISED]), Payment.VOIDED)
        refund_payments(order_id=order.id, reason="paid_too_late", by=by, now=now)
    return order


def _payments_in(order: OrderView, states: Sequence[str]) -> list[int]:
    return list(Payment.objects.filter(order_id=order.id, state__in=states).values_list("pk", flat=True))


def _payment_now(payment: PaymentView, state: str) -> PaymentView:
    open_states = (Payment.PENDING, Payment.NEEDS_ACTION, *((Payment.HELD,) if state == Payment.CAPTURED else ()))
    return payment._replace(state=state) if payment.state in open_states else payment


def _is_anything_held(order: OrderView) -> bool:
    return any(payment.state == Payment.HELD for payment in order.payments)
