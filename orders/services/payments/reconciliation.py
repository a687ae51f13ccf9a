"""
Compares the shop's charges and refunds with the providers' records.

Each difference becomes a row that staff see until it is explained; one that disappears is resolved automatically.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from core.data import sql
from core.network import about_to_call
from core.sweeping import Sweep, go_through
from orders.models import ReconciliationBreak
from orders.providers.base import CHARGE, PaymentError, ProviderTransaction
from orders.services.payments.gateway import lists_refunds, providers_on, transactions
from orders.services.payments.outcomes import AUTHORISED_FOR

logger = logging.getLogger(__name__)

COMPARING = Sweep("orders.reconcile", gettext_lazy("Compare the records of a payment provider"))

# A younger transaction may still be under way; the day before the last is compared again, for late entries.
AT_LEAST_OLD, LOOKED_BACK, AT_THE_EDGE = timedelta(minutes=15), timedelta(days=2), timedelta(minutes=5)

_OURS = """
SELECT 'charge' AS kind, coalesce(nullif(attempt.provider_ref, ''), attempt.key::text) AS ref, attempt.key::text AS key,
       payment.amount + payment.rounding AS amount, orders.currency, attempt.outcome = 'approved' AS is_done
FROM orders_paymentattempt AS attempt
JOIN orders_payment AS payment ON payment.id = attempt.payment_id
JOIN orders_order AS orders ON orders.id = payment.order_id
WHERE payment.provider = %(provider)s AND attempt.asked_at >= %(since)s AND attempt.asked_at < %(until)s
UNION ALL
SELECT 'refund', coalesce(nullif(refund.provider_ref, ''), refund.key::text), refund.key::text,
       refund.amount + refund.rounding, orders.currency, refund.state = 'done'
FROM orders_refund AS refund
JOIN orders_payment AS payment ON payment.id = refund.payment_id
JOIN orders_order AS orders ON orders.id = payment.order_id
WHERE payment.provider = %(provider)s AND refund.goes_to = 'original'
  AND refund.asked_at >= %(since)s AND refund.asked_at < %(until)s
"""
_KNOWN = """
SELECT key::text AS key FROM orders_paymentattempt WHERE key = ANY(%(keys)s::uuid[]) AND outcome = 'approved'
UNION ALL
SELECT key::text FROM orders_refund WHERE key = ANY(%(keys)s::uuid[]) AND state = 'done'
"""


def reconcile(*, now: datetime) -> int:
    """
    Compare the last two days with every provider that is switched on. Return how many differences are open.

    Network calls, outside transactions. A provider that does not answer is compared the next time.
    """
    about_to_call("a payment provider")
    since, until = now - _looked_back(), now - AT_LEAST_OLD

    def act(name: str) -> bool:
        try:
            theirs = transactions(provider=name, since=since, until=until)
        except PaymentError as error:
            logger.warning("the books of %s could not be read: %s", name, error)
            return False
        _compare(name, theirs, since=since, until=until, now=now)
        return True

    go_through(COMPARING, providers_on(), act, ref=str, now=now)
    open_breaks = ReconciliationBreak.objects.filter(resolved_at__isnull=True).count()
    if open_breaks:
        logger.error("%s differences from payment providers wait to be explained", open_breaks)
    return open_breaks


def resolve_break(*, break_id: int, resolution: str, now: datetime) -> bool:
    """Record why the records need not agree. Return False if that was explained before."""
    waiting = ReconciliationBreak.objects.filter(pk=break_id, resolved_at__isnull=True)
    return bool(waiting.update(resolved_at=now, resolution=resolution))


@transaction.atomic(durable=True)
def _compare(
    name: str, theirs: Sequence[ProviderTransaction], *, since: datetime, until: datetime, now: datetime
) -> None:
    # The difference between the provider's clock and ours, and the time a call takes, must not show as a difference.
    our_rows = sql.fetch_all(_OURS, {"provider": name, "since": since, "until": until - AT_THE_EDGE})
    by_key = {(row["kind"], row["key"]): row for row in our_rows}
    has_refunds = lists_refunds(name)
    for record in theirs:
        row = by_key.pop((record.kind, record.key), None)
        _note(name, record.kind, record.ref, record.currency, _ours(row, record), _moved(record), now)
    for row in by_key.values():
        if row["is_done"] and (row["kind"] == CHARGE or has_refunds):
            _note(name, row["kind"], row["ref"], row["currency"], row["amount"], 0, now)


def _looked_back() -> timedelta:
    """Return how far back to list: a capture of yesterday may belong to an authorisation made days before."""
    return LOOKED_BACK + AUTHORISED_FOR if settings.CARD_CAPTURE == "fulfilment" else LOOKED_BACK


def _ours(row: Mapping[str, object] | None, record: ProviderTransaction) -> int:
    """Return our amount of a transaction; one that we recorded outside the period agrees."""
    if row is not None:
        return int(str(row["amount"])) if row["is_done"] and row["currency"] == record.currency else 0
    try:
        known = sql.fetch_one(_KNOWN, {"keys": [record.key]}) if len(record.key) == 36 else None
    except ValueError:
        known = None
    return record.amount if known and record.is_done else 0


def _moved(record: ProviderTransaction) -> int:
    return record.amount if record.is_done else 0


def _note(name: str, kind: str, ref: str, currency: str, ours: int, theirs: int, now: datetime) -> None:
    same = {"provider": name, "kind": kind, "ref": ref}
    if ours == theirs:
        ReconciliationBreak.objects.filter(**same, resolved_at__isnull=True).update(
            ours=ours, theirs=theirs, resolved_at=now
        )
        return
    _known, is_new = ReconciliationBreak.objects.get_or_create(
        **same, defaults={"currency": currency, "ours": ours, "theirs": theirs, "found_at": now}
    )
    if not is_new:
        # A difference that staff have explained stays explained.
        ReconciliationBreak.objects.filter(**same, resolution="").update(ours=ours, theirs=theirs, resolved_at=None)
