"""
Refunds, to the tenders the money came from.

The refund is written and committed with its cause, and counted on its payment from then on; the provider is called
outside any transaction, under the refund's own key; then the outcome is written. What no provider can refund (cash, a
card at the terminal) waits until staff pay it out. What came from a gift card, credit or points, and what the customer
takes as credit, is written in our own database at once.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.ids import new_id
from core.network import about_to_call
from core.sweeping import Sweep, go_through
from orders.models import Order, Payment, Refund, Return
from orders.providers.base import APPROVED
from orders.rules.cash import CashRule, refund_rounding
from orders.rules.refunds import ANY, RefundableTender, RefundPart, plan_refund, spread_refund
from orders.services.payments.gateway import UNKNOWN, refund
from orders.services.payments.refunding.refund_outcomes import (
    NO_CASH_OUT,
    CashOut,
    give_back_to_balance,
    settle_in_goods,
    write_outcome,
)

logger = logging.getLogger(__name__)

SETTLED_AT_ONCE = 200

_WRITE = """
WITH given AS (
    SELECT * FROM unnest(%(payments)s::bigint[], %(amounts)s::bigint[], %(keys)s::uuid[], %(roundings)s::bigint[],
                         %(coins)s::bigint[])
        AS given(payment_id, amount, key, rounding, coin)
), counted AS (
    UPDATE orders_payment AS payment SET refunded = payment.refunded + given.amount
    FROM given WHERE payment.id = given.payment_id
    RETURNING payment.id, payment.method, payment.hold_key, payment.points, payment.amount AS paid, payment.refunded,
              given.amount, given.key, given.rounding, given.coin
), refund AS (
    INSERT INTO orders_refund (
        payment_id, key, amount, rounding, coin, state, reason, provider_ref, goes_to, asked_at, for_return_id)
    SELECT id, key, amount, rounding, coin, 'pending', %(reason)s, '',
           CASE WHEN %(target)s = 'credit' AND hold_key IS NULL THEN 'credit'
                WHEN %(target)s = 'exchange' OR method = 'exchange' THEN 'exchange'
                ELSE 'original' END, %(now)s,
           CASE WHEN method = 'exchange' AND %(target)s = 'original' THEN NULL ELSE %(for_return)s::bigint END
    FROM counted
    RETURNING id, payment_id, goes_to
)
SELECT refund.id AS refund_id, refund.goes_to, counted.* FROM refund JOIN counted ON counted.id = refund.payment_id
ORDER BY refund.id
"""
REFUNDING = Sweep("orders.settle_refunds", gettext_lazy("Give money back"))
_PENDING = f"""
SELECT refund.id, refund.key, refund.amount + refund.rounding AS amount, payment.provider, charge.key AS charge_key,
       charge.provider_ref AS charge_ref
FROM orders_refund AS refund JOIN orders_payment AS payment ON payment.id = refund.payment_id
LEFT JOIN orders_paymentattempt AS charge ON charge.payment_id = payment.id AND charge.outcome = 'approved'
WHERE refund.state = 'pending' AND payment.provider <> '' AND refund.goes_to = 'original'
  AND CASE WHEN %(refund)s::bigint IS NULL THEN {REFUNDING.leaves_out("refund.id")}
           ELSE refund.id = %(refund)s::bigint END
ORDER BY refund.id LIMIT %(limit)s
"""


class RefundDoesNotFit(Refusal):
    """The parts of a refund do not come to its amount, or one is more than was paid that way and not refunded yet."""

    code = "refund_does_not_fit"


def ask_refund(
    *, order_id: int, amount: int, reason: str, now: datetime, by: Actor = THE_SYSTEM, as_credit: bool = False
) -> int:
    """
    Write refunds of an order's captured payments, as far as they have money left.

    amount: minor units. as_credit: refund as store credit instead of money; what came from a balance goes back to it
    all the same. The caller holds the order's lock and commits this with its cause; locks balances. Return how much is
    refunded. Raises CreditNeedsCustomer.
    """
    part = RefundPart(Refund.CREDIT if as_credit else ANY)
    return ask_refund_in_parts(order_id=order_id, amount=amount, parts=[part], reason=reason, by=by, now=now)


def ask_refund_in_parts(
    *,
    order_id: int,
    amount: int,
    parts: Sequence[RefundPart],
    reason: str,
    by: Actor,
    now: datetime,
    return_id: int | None = None,
) -> int:
    """
    Write refunds of an order's captured payments, to the tenders that the parts name, never over what they have left.

    amount: minor units; capped at what the order's tenders have left. return_id: the goods it is for. Locks and
    conditions as for ask_refund. Return how much is refunded. Raises RefundDoesNotFit, CreditNeedsCustomer.
    """
    payments = Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED)
    tenders = tenders_of(payments)
    amount = min(amount, sum(tender.left for tender in tenders))
    plan = plan_refund(amount, parts, tenders, methods_first=settings.REFUND_ORDER)
    if plan.missing:
        raise RefundDoesNotFit(
            _("The parts must come to the refund, and each to no more than was paid that way."),
            missing=plan.missing,
            amount=amount,
        )
    _lock_exchanged_for(payments)
    context = {"reason": reason, "now": now, "for_return": return_id}
    for spread, target in ((plan.to_tenders, Refund.ORIGINAL), (plan.to_credit, Refund.CREDIT)):
        if spread:
            _write(payments, spread, context, target=target, by=by, now=now)
    return amount


def pay_with_returned_goods(*, order_id: int, amount: int, return_id: int, by: Actor, now: datetime) -> None:
    """
    Take what an order had paid for returned goods as the payment of those that go out for them; no money moves.

    amount: minor units, at most what the order's tenders have left. The caller holds the order's lock.
    """
    payments = Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED)
    spread = spread_refund(amount, tenders_of(payments), methods_first=settings.REFUND_ORDER)
    assert sum(spread.values()) == amount
    if spread:
        context = {"reason": Refund.EXCHANGE, "now": now, "for_return": return_id}
        _write(payments, spread, context, target=Refund.EXCHANGE, by=by, now=now)


def lock_exchanged_for(order_id: int) -> None:
    """
    Lock the orders whose payments a refund of this one may go back to, because goods of theirs were exchanged for it.

    For callers that lock till sessions or balances before they ask for a refund. They hold this order's lock; the later
    order is always locked before the earlier one.
    """
    _lock_exchanged_for(Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED))


def _lock_exchanged_for(payments: Iterable[Payment]) -> None:
    exchanged = next((payment.order_id for payment in payments if payment.method == Refund.EXCHANGE), None)
    while exchanged is not None:
        goods = Return.objects.get(exchanged_for=exchanged)
        assert goods.order_id is not None
        order = Order.objects.locked().get(pk=goods.order_id)
        is_exchanged = Payment.objects.filter(order=order, method=Refund.EXCHANGE, state=Payment.CAPTURED).exists()
        exchanged = order.pk if is_exchanged else None


def _write(
    payments: Iterable[Payment],
    spread: Mapping[int, int],
    context: Mapping[str, Any],
    *,
    target: str,
    by: Actor,
    now: datetime,
) -> None:
    steps = _in_steps(payments, spread) if target == Refund.ORIGINAL else {}
    written = sql.fetch_all(
        _WRITE,
        {
            **context,
            "payments": list(spread),
            "amounts": list(spread.values()),
            "keys": [new_id() for _payment in spread],
            "roundings": [steps.get(payment_id, NO_CASH_OUT).rounding for payment_id in spread],
            "coins": [steps.get(payment_id, NO_CASH_OUT).coin for payment_id in spread],
            "target": target,
        },
    )
    for row in written:
        if row["goes_to"] == Refund.EXCHANGE:
            settle_in_goods(row["refund_id"], now=now)
            if target == Refund.ORIGINAL:
                _refund_exchanged(row["id"], row["amount"], context, by=by, now=now)
        elif row["hold_key"] is not None or row["goes_to"] == Refund.CREDIT:
            give_back_to_balance(row, by=by, now=now)


def _refund_exchanged(payment_id: int, amount: int, context: Mapping[str, Any], *, by: Actor, now: datetime) -> None:
    """Refund what goods had paid that were exchanged, to the tenders that had paid for them. amount: minor units."""
    goods = Return.objects.get(exchanged_for__payments=payment_id)
    left = amount
    taken = goods.refunds.filter(goes_to=Refund.EXCHANGE, came_back__lt=F("amount")).order_by("-pk")
    for given in taken:
        share = min(left, given.amount - given.came_back)
        if share:
            Refund.objects.filter(pk=given.pk).update(came_back=F("came_back") + share)
            Payment.objects.filter(pk=given.payment_id).update(refunded=F("refunded") - share)
            left -= share
    assert left == 0 and goods.order_id is not None
    ask_refund_in_parts(
        order_id=goods.order_id,
        amount=amount,
        parts=[RefundPart(ANY)],
        reason=context["reason"],
        return_id=context["for_return"],
        by=by,
        now=now,
    )


def tenders_of(payments: Iterable[Payment]) -> list[RefundableTender]:
    """Return an order's refundable tenders: what was captured and not refunded yet."""
    return [
        RefundableTender(
            payment.pk,
            payment.amount - payment.refunded,
            at_desk=payment.is_given_back_by_hand,
            method=payment.method,
        )
        for payment in payments
        if payment.state == Payment.CAPTURED
    ]


def refund_payments(*, order_id: int, reason: str, now: datetime, by: Actor = THE_SYSTEM) -> int:
    """
    Write refunds of everything that was captured for an order; safe to repeat.

    The caller holds the order's lock. Return how much is refunded, in minor units.
    """
    captured = Payment.objects.filter(order_id=order_id, state=Payment.CAPTURED)
    left = sum(payment.amount - payment.refunded for payment in captured)
    return ask_refund(order_id=order_id, amount=left, reason=reason, by=by, now=now)


def settle_refunds(*, now: datetime, refund_id: int | None = None) -> int:
    """
    Ask the providers for every refund that is not confirmed yet, and write their answers. Return how many were settled.

    refund_id: only this one. Network calls, outside transactions. Two calls with the same refund key refund once, so a
    refund whose answer was lost is simply requested again.
    """
    about_to_call("a payment provider")
    rows = sql.fetch_all(_PENDING, {"refund": refund_id, "now": now, "limit": SETTLED_AT_ONCE})
    settled: list[int] = []
    go_through(REFUNDING, rows, lambda row: _ask_provider(row, settled, now), ref=lambda row: row["id"], now=now)
    return len(settled)


def _ask_provider(row: sql.Row, settled: list[int], now: datetime) -> bool:
    """Ask for one refund and write the answer. Return whether there was one; settled: gets those written here."""
    if not row["amount"]:
        # Rounded to nothing: the provider has paid it back with the refunds before.
        if write_outcome(row["id"], Refund.DONE, by=THE_SYSTEM, now=now):
            settled.append(row["id"])
        return True
    if row["charge_key"] is None:
        logger.warning("refund %s waits: its payment has no charge", row["key"])
        return False
    answer = refund(**{name: row[name] for name in ("provider", "charge_key", "charge_ref", "key", "amount")})
    if answer.outcome == UNKNOWN:
        logger.warning("refund %s waits for %s: %s", row["key"], row["provider"], answer.detail)
        return False
    state = Refund.DONE if answer.outcome == APPROVED else Refund.FAILED
    if write_outcome(row["id"], state, ref=answer.ref, by=THE_SYSTEM, now=now):
        settled.append(row["id"])
    return True


def _in_steps(payments: Iterable[Payment], spread: Mapping[int, int]) -> dict[int, CashOut]:
    """Return how refunds are rounded, by payment, whose provider takes multiples of a step only."""
    steps = {}
    for payment in payments:
        if payment.coin == 1 or not payment.provider or payment.pk not in spread:
            continue
        before = payment.refunds.exclude(state=Refund.FAILED).aggregate(sum=Sum("rounding"))["sum"] or 0
        amount = spread[payment.pk]
        is_last = payment.refunded + amount == payment.amount
        rest = payment.amount + payment.rounding - payment.refunded - before if is_last else None
        rounding = refund_rounding(amount, CashRule(payment.coin), carried=before, rest=rest)
        steps[payment.pk] = CashOut(rounding=rounding, coin=payment.coin)
    return steps
