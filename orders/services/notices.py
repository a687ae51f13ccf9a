"""
What providers tell us by themselves: kept once, then believed only after asking the provider.

A notice says that something happened to a payment or a refund, not what is true of it: the provider is asked for that.
So notices may come in any order, any number of times and at any time. One whose payment is not known yet is kept and
tried again for an hour; then it is nothing of ours.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from core import sql
from core.actors import THE_SYSTEM
from core.ids import new_id
from orders.models import PaymentAttempt, ProviderNotice, Refund
from orders.queries.orders import get_order
from orders.services.capturing import note_lost
from orders.services.charging import UNKNOWN, look_up
from orders.services.payments import settle_payments
from orders.services.refunds import note_failed_refund, settle_refunds

TRIED_FOR = timedelta(hours=1)
TRIED_AT_ONCE = 100

_KEEP = """
INSERT INTO orders_providernotice (
    provider, number, kind, attempt_key, refund_key, has_failed, state, received_at)
VALUES (%(provider)s, %(number)s, %(kind)s, %(attempt)s, %(refund)s, %(failed)s, 'waiting', %(now)s)
ON CONFLICT (provider, number) DO NOTHING
"""
_WAITING = """
SELECT id FROM orders_providernotice WHERE state = 'waiting' ORDER BY id LIMIT %(limit)s
"""


def take_notice(*, provider: str, notice: dict[str, Any], now: datetime) -> bool:
    """
    Keep a provider's notice whose signature was proved, and act on it unless it was acted on before.

    Network calls, outside of transactions. Return False if it has to wait.
    """
    thing = notice.get("data", {}).get("object", {})
    marks = thing.get("metadata") or {}
    number = str(notice.get("id", "")) or str(new_id())
    sql.execute(
        _KEEP,
        {
            "provider": provider,
            "number": number[:255],
            "kind": str(notice.get("type", ""))[:80],
            "attempt": _key_of(marks.get("attempt")),
            "refund": _key_of(marks.get("refund")),
            "failed": thing.get("status") in ("failed", "canceled"),
            "now": now,
        },
    )
    kept = ProviderNotice.objects.get(provider=provider, number=number[:255])
    return kept.state != ProviderNotice.WAITING or _act_on(kept, now=now)


def act_on_waiting_notices(*, now: datetime) -> int:
    """Try notices again that could not be acted on. Return how many were settled."""
    rows = sql.fetch_all(_WAITING, {"limit": TRIED_AT_ONCE})
    return sum(_act_on(notice, now=now) for notice in ProviderNotice.objects.filter(pk__in=[row["id"] for row in rows]))


def _act_on(notice: ProviderNotice, *, now: datetime) -> bool:
    if notice.attempt_key is not None:
        is_done = _settle_payment(notice.attempt_key, now=now)
    elif notice.refund_key is not None:
        is_done = _settle_refund(notice.refund_key, has_failed=notice.has_failed, now=now)
    else:
        return _end(notice, ProviderNotice.UNKNOWN, now)
    if is_done:
        return _end(notice, ProviderNotice.DONE, now)
    return now - notice.received_at > TRIED_FOR and _end(notice, ProviderNotice.UNKNOWN, now)


def _settle_payment(key: UUID, *, now: datetime) -> bool:
    attempt = PaymentAttempt.objects.select_related("payment__order").filter(key=key).first()
    if attempt is None:
        return False
    if attempt.outcome == PaymentAttempt.AUTHORISED:
        return note_lost(key=key, now=now)
    # One that was declined may have been confirmed since, from a page that was still open.
    if attempt.outcome in (PaymentAttempt.APPROVED, PaymentAttempt.RELEASED):
        return True
    outcome = look_up(key=key, provider=attempt.payment.provider, gives_up=False)
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


def _end(notice: ProviderNotice, state: str, now: datetime) -> bool:
    ProviderNotice.objects.filter(pk=notice.pk).update(state=state, handled_at=now)
    return True


def _key_of(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError:
        return None
