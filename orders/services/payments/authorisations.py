"""
Captures authorised money just before the goods leave, and voids authorisations that are not needed.

The payment is marked as being captured and committed, the provider is called outside any transaction, then the outcome
is written. The whole amount that a payment still covers is captured when the first goods leave. What can no longer be
captured is due again, so nothing leaves unpaid.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.errors import Refusal
from core.journal import publish
from core.states.moving import move, move_all
from core.sweeping import Sweep, go_through
from orders.events import AuthorisationLost, PaymentCaptured
from orders.events.about import about_order
from orders.models import BalanceDueEntry, Order, Payment, PaymentAttempt
from orders.providers.base import APPROVED, AUTHORISED
from orders.rules.lifecycle import ATTEMPT, PAYMENT
from orders.services.payments.balances_due import PaymentNotTaken
from orders.services.payments.gateway import UNKNOWN, PaymentResult, capture, look_up

logger = logging.getLogger(__name__)

ASKED_AGAIN_AFTER = timedelta(seconds=60)
AT_ONCE = 100
Answer = TypeVar("Answer")

CAPTURING = Sweep("orders.settle_captures", gettext_lazy("Capture money that was authorised"))
VOIDING = Sweep("orders.void_unneeded", gettext_lazy("Release money that is not needed"))
ENDING = Sweep("orders.void_expired", gettext_lazy("End an authorisation before it expires"))

_CAPTURING = f"""
SELECT payment.id, payment.amount + payment.rounding AS amount, payment.provider, attempt.key,
       attempt.provider_ref AS ref
FROM orders_payment AS payment
JOIN orders_paymentattempt AS attempt ON attempt.payment_id = payment.id AND attempt.outcome = 'authorised'
WHERE payment.state = 'capturing'
  AND (payment.id = ANY(%(ids)s::bigint[])
       OR payment.capture_asked_at < %(before)s::timestamptz AND {CAPTURING.leaves_out("payment.id")})
ORDER BY payment.id LIMIT %(limit)s
"""
_UNNEEDED = f"""
SELECT attempt.id, attempt.key, attempt.provider_ref AS ref, payment.provider FROM orders_paymentattempt AS attempt
JOIN orders_payment AS payment ON payment.id = attempt.payment_id
WHERE attempt.outcome = 'authorised' AND payment.state = 'voided' AND {VOIDING.leaves_out("attempt.id")}
ORDER BY attempt.id LIMIT %(limit)s
"""
_EXPIRED = f"""
SELECT payment.id, payment.provider, attempt.key, attempt.provider_ref AS ref FROM orders_payment AS payment
JOIN orders_paymentattempt AS attempt ON attempt.payment_id = payment.id AND attempt.outcome = 'authorised'
WHERE payment.state = 'authorised' AND payment.authorised_until < %(now)s AND {ENDING.leaves_out("payment.id")}
ORDER BY payment.authorised_until LIMIT %(limit)s
"""


class PaymentLost(Refusal):
    """The authorised money can no longer be captured: it is due again, and the goods do not leave."""

    code = "payment_lost"


def capturing_first(act: Callable[[], Answer], *, by: Actor, now: datetime) -> Answer:
    """
    Run an action that lets goods leave; if it raises PaymentNotTaken, capture the money and run it again.

    Network calls, outside transactions. Raises what act raises, and PaymentLost if the money cannot be captured.
    """
    try:
        return act()
    except PaymentNotTaken as refusal:
        if not capture_authorised(number=refusal.details["order"], by=by, now=now):
            if _is_capturing(refusal.details["order"]):
                raise
            raise PaymentLost(
                _("The card can no longer be charged. The amount is due again: the customer pays on the order's page.")
            ) from None
        return act()


def capture_authorised(*, number: str, by: Actor, now: datetime) -> bool:
    """
    Capture all authorised money of an order. Return False if some of it could not be captured.

    A payment whose outcome is not known stays in state capturing, and a worker asks again.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.locked().get(number=number)
        authorised = order.payments.filter(state=Payment.AUTHORISED).values_list("pk", flat=True)
        ids = move_all(PAYMENT, list(authorised), Payment.CAPTURING, capture_asked_at=now)
    captured = [_capture(row, by=by, now=now)[0] for row in _capturing(ids=ids, now=now)]
    return all(captured)


def settle_captures(*, now: datetime) -> int:
    """Ask again about captures that got no answer. Return how many were looked into."""
    rows = _capturing(before=now - ASKED_AGAIN_AFTER, now=now)
    go_through(
        CAPTURING, rows, lambda row: _capture(row, by=THE_SYSTEM, now=now)[1], ref=lambda row: row["id"], now=now
    )
    return len(rows)


def void_unneeded(*, now: datetime) -> int:
    """Void authorisations of payments that were voided. Return how many were released."""
    rows = sql.fetch_all(_UNNEEDED, {"limit": AT_ONCE, "now": now})
    return go_through(VOIDING, rows, lambda row: _release(row, now=now), ref=lambda row: row["id"], now=now)


def void_expired(*, now: datetime) -> int:
    """
    Void authorisations that are about to expire; their amounts are due again. Return how many ended.

    No card is charged again without its owner: the customer pays on the order's page, in the app, or at a till.
    """
    rows = sql.fetch_all(_EXPIRED, {"now": now, "limit": AT_ONCE})
    return go_through(
        ENDING,
        rows,
        lambda row: _end(
            row["id"], look_up(key=row["key"], ref=row["ref"], provider=row["provider"], gives_up=True), now=now
        ),
        ref=lambda row: row["id"],
        now=now,
    )


def record_lost(*, key: UUID, now: datetime) -> bool:
    """Check with the provider whether an authorisation is still valid; if it is not, its amount is due again."""
    attempt = PaymentAttempt.objects.select_related("payment").get(key=key)
    if attempt.payment.state != Payment.AUTHORISED:
        return True
    outcome = look_up(key=key, ref=attempt.provider_ref, provider=attempt.payment.provider, gives_up=False)
    return outcome.outcome == AUTHORISED or _end(attempt.payment_id, outcome, now=now)


def _is_capturing(number: str) -> bool:
    return Payment.objects.filter(order__number=number, state=Payment.CAPTURING).exists()


def _capturing(*, now: datetime, ids: Sequence[int] = (), before: datetime | None = None) -> list[sql.Row]:
    return sql.fetch_all(_CAPTURING, {"ids": list(ids), "before": before, "limit": AT_ONCE, "now": now})


def _capture(row: sql.Row, *, by: Actor, now: datetime) -> tuple[bool, bool]:
    """Capture a payment. Return whether it is captured, and whether its outcome is known."""
    outcome = capture(key=row["key"], ref=row["ref"], provider=row["provider"], amount=row["amount"])
    is_known = outcome.outcome != UNKNOWN
    return is_known and _settle(row["id"], outcome, by=by, now=now), is_known


def _release(row: sql.Row, *, now: datetime) -> bool | None:
    outcome = look_up(key=row["key"], ref=row["ref"], provider=row["provider"], gives_up=True)
    if outcome.outcome in (UNKNOWN, AUTHORISED):
        return False
    if outcome.outcome == APPROVED:
        logger.error("attempt %s was captured although its payment was voided", row["key"])
    return bool(move_all(ATTEMPT, [row["id"]], PaymentAttempt.RELEASED, answered_at=now)) or None


def _end(payment_id: int, outcome: PaymentResult, *, now: datetime) -> bool:
    if outcome.outcome in (UNKNOWN, AUTHORISED):
        return False
    _settle(payment_id, outcome, by=THE_SYSTEM, now=now)
    return True


@transaction.atomic(durable=True)
def _settle(payment_id: int, outcome: PaymentResult, *, by: Actor, now: datetime) -> bool:
    """Write whether authorised money was captured, once. Locks the order. Return whether it is captured."""
    order = Order.objects.locked().get(payments=payment_id)
    payment = Payment.objects.get(pk=payment_id)
    if payment.state not in (Payment.AUTHORISED, Payment.CAPTURING):
        return payment.state == Payment.CAPTURED
    is_ours = outcome.outcome == APPROVED
    state, answer = (Payment.CAPTURED, "approved") if is_ours else (Payment.DECLINED, "declined")
    move(PAYMENT, payment, state, by=THE_SYSTEM, captured_at=now if is_ours else None)
    authorised = payment.attempts.filter(outcome=PaymentAttempt.AUTHORISED).values_list("pk", flat=True)
    move_all(ATTEMPT, list(authorised), answer, detail=outcome.detail, answered_at=now)
    if not is_ours and order.state == Order.PLACED:
        BalanceDueEntry.objects.create(
            order=order, kind=BalanceDueEntry.AUTHORISATION_LOST, amount=payment.amount, occurred_at=now
        )
    event = PaymentCaptured if is_ours else AuthorisationLost
    publish(
        event(
            **about_order(order, by, now),
            amount=payment.amount,
            currency=order.currency,
        )
    )
    return is_ours
