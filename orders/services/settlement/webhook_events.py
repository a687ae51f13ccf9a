"""
Webhook events of providers: stored once, and applied only after asking the provider.

An event says that something happened to a payment or refund; the provider is then asked for the present state. So
events may come in any order, any number of times and at any time. An event whose payment is not known yet is stored and
tried again for an hour; then it is marked as unknown.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from core.actors import THE_SYSTEM
from core.data import sql
from core.ids import new_id
from core.sweeping import Sweep, go_through
from orders.models import PaymentAttempt, Refund, WebhookEvent
from orders.providers.base import ProviderEvent
from orders.queries.orders import get_order
from orders.services.payments.authorisations import record_lost
from orders.services.payments.gateway import UNKNOWN, look_up
from orders.services.payments.refunding.refund_outcomes import note_failed_refund
from orders.services.payments.refunding.refunds import settle_refunds
from orders.services.settlement.payments import settle_payments

TRIED_FOR = timedelta(hours=1)
TRIED_AT_ONCE = 100

_KEEP = """
INSERT INTO orders_webhookevent (
    provider, number, kind, attempt_key, refund_key, has_failed, state, received_at)
VALUES (%(provider)s, %(number)s, %(kind)s, %(attempt)s, %(refund)s, %(failed)s, 'waiting', %(now)s)
ON CONFLICT (provider, number) DO NOTHING
"""
ACTING = Sweep("orders.process_webhook_events", gettext_lazy("Apply a provider's event"))
_WAITING = f"""
SELECT id FROM orders_webhookevent WHERE state = 'waiting' AND {ACTING.leaves_out("orders_webhookevent.id")}
ORDER BY id LIMIT %(limit)s
"""


def record_webhook_event(*, provider: str, webhook_event: ProviderEvent, now: datetime) -> bool:
    """
    Store a provider's event whose signature is verified, and apply it unless that was done before.

    Network calls, outside transactions. Return False if it must wait.
    """
    number = (webhook_event.number or str(new_id()))[:255]
    sql.execute(
        _KEEP,
        {
            "provider": provider,
            "number": number,
            "kind": webhook_event.kind[:80],
            "attempt": webhook_event.attempt_key,
            "refund": webhook_event.refund_key,
            "failed": webhook_event.has_failed,
            "now": now,
        },
    )
    event = WebhookEvent.objects.get(provider=provider, number=number)
    return event.state != WebhookEvent.WAITING or _act_on(event, now=now)


def process_webhook_events(*, now: datetime) -> int:
    """Try again the events that could not be applied. Return how many were settled."""
    rows = sql.fetch_all(_WAITING, {"limit": TRIED_AT_ONCE, "now": now})
    events = WebhookEvent.objects.filter(pk__in=[row["id"] for row in rows]).order_by("pk")
    return go_through(ACTING, list(events), lambda event: _act_on(event, now=now), ref=lambda event: event.pk, now=now)


def _act_on(webhook_event: WebhookEvent, *, now: datetime) -> bool:
    if webhook_event.attempt_key is not None:
        is_done = _settle_payment(webhook_event.attempt_key, now=now)
    elif webhook_event.refund_key is not None:
        is_done = _settle_refund(webhook_event.refund_key, has_failed=webhook_event.has_failed, now=now)
    else:
        return _end(webhook_event, WebhookEvent.UNKNOWN, now)
    if is_done:
        return _end(webhook_event, WebhookEvent.DONE, now)
    return now - webhook_event.received_at > TRIED_FOR and _end(webhook_event, WebhookEvent.UNKNOWN, now)


def _settle_payment(key: UUID, *, now: datetime) -> bool:
    attempt = PaymentAttempt.objects.select_related("payment__order").filter(key=key).first()
    if attempt is None:
        return False
    if attempt.outcome == PaymentAttempt.AUTHORISED:
        return record_lost(key=key, now=now)
    # A declined attempt may have been confirmed since, from a page that was still open.
    if attempt.outcome in (PaymentAttempt.APPROVED, PaymentAttempt.RELEASED):
        return True
    outcome = look_up(key=key, ref=attempt.provider_ref, provider=attempt.payment.provider, gives_up=False)
    if outcome.outcome == UNKNOWN:
        return False
    with transaction.atomic(durable=True):
        order = get_order(attempt.payment.order.number)
        settle_payments(order=order, outcomes=[outcome], by=THE_SYSTEM, now=now)
    return True


def _settle_refund(key: UUID, *, has_failed: bool, now: datetime) -> bool:
    refund = Refund.objects.filter(key=key).first()
    if refund is None:
        return False
    if has_failed:
        note_failed_refund(refund_id=refund.pk, by=THE_SYSTEM, now=now)
    elif refund.state == Refund.PENDING:
        settle_refunds(now=now, refund_id=refund.pk)
    return True


def _end(webhook_event: WebhookEvent, state: str, now: datetime) -> bool:
    WebhookEvent.objects.filter(pk=webhook_event.pk).update(state=state, handled_at=now)
    return True
