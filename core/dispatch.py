"""
Handing the journal's entries to their handlers.

An entry may commit after another with a higher id, so a reader that remembers "the last id I saw" skips rows. A
reader here remembers (transaction, id) and reads only below the oldest transaction that is still open
(pg_snapshot_xmin): nothing can appear there any more.
"""

import logging
import traceback
from datetime import datetime, timedelta

from django.db import transaction

from core import sql
from core.journal import Entry, Subscription, subscriptions
from core.models import HandlerPosition, Redelivery

logger = logging.getLogger(__name__)

BATCH = 200
LONGEST_PAUSE_SECONDS = 3600
MOST_ATTEMPTS = 10

_COLUMNS = "id, kind, occurred_at, customer_id, channel, store, actor_id, ref, payload"

_NEXT_ENTRIES = f"""
SELECT {_COLUMNS}, xid FROM core_journal
WHERE (xid, id) > (%(xid)s::bigint, %(entry_id)s::bigint)
  AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
ORDER BY xid, id
LIMIT {BATCH}
"""

_ENTRY = f"SELECT {_COLUMNS} FROM core_journal WHERE id = %(id)s AND occurred_at = %(occurred_at)s"

# One look tells which handlers have anything to do; most of the time none has.
_BEHIND = """
SELECT known.name
FROM unnest(%(handlers)s::text[]) AS known(name)
LEFT JOIN core_handlerposition AS position ON position.handler = known.name
WHERE position.handler IS NULL OR EXISTS (
    SELECT FROM core_journal
    WHERE (xid, id) > (position.xid, position.entry_id)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
"""

_LAG = """
SELECT COALESCE(extract(epoch FROM now() - min(journal.recorded_at)), 0)::float AS seconds
FROM core_handlerposition AS position
JOIN LATERAL (
    SELECT recorded_at FROM core_journal
    WHERE (xid, id) > (position.xid, position.entry_id)
      AND xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xid, id LIMIT 1
) AS journal ON true
WHERE position.handler = ANY(%(handlers)s::text[])
"""


def dispatch_journal(*, now: datetime) -> int:
    """
    Hand every entry that is new to each handler, and try again what failed and is due. Return how many were handled.

    Each handler's position row is locked while its batch runs, and skipped if another process holds it.
    """
    rows = sql.fetch_all(_BEHIND, {"handlers": [subscription.name for subscription in subscriptions()]})
    behind = {row["name"] for row in rows}
    handled = sum(_catch_up(subscription, now) for subscription in subscriptions() if subscription.name in behind)
    return handled + _redeliver_due(now)


def lag_seconds() -> float:
    """Return the age of the oldest entry that some handler has not read yet; 0 when all are up to date."""
    row = sql.fetch_one(_LAG, {"handlers": [subscription.name for subscription in subscriptions()]})
    assert row is not None
    return float(row["seconds"])


@transaction.atomic
def replay(redelivery: Redelivery, *, now: datetime) -> bool:
    """Hand a failed entry to its handler once more, dead or not. Return whether it went well this time."""
    locked = Redelivery.objects.select_for_update().get(pk=redelivery.pk)
    return _try_again(locked, now)


def _catch_up(subscription: Subscription, now: datetime) -> int:
    handled = 0
    while batch := _hand_over_batch(subscription, now):
        handled += batch
        if batch < BATCH:
            break
    return handled


@transaction.atomic(durable=True)
def _hand_over_batch(subscription: Subscription, now: datetime) -> int:
    HandlerPosition.objects.get_or_create(handler=subscription.name)
    position = HandlerPosition.objects.select_for_update(skip_locked=True).filter(handler=subscription.name).first()
    if position is None:
        return 0
    rows = sql.fetch_all(_NEXT_ENTRIES, {"xid": position.xid, "entry_id": position.entry_id})
    for row in rows:
        position.xid, position.entry_id = row.pop("xid"), row["id"]
        if row["kind"] in subscription.kinds:
            _hand_over(subscription, Entry(**row), now)
    if rows:
        position.save()
    return len(rows)


def _hand_over(subscription: Subscription, entry: Entry, now: datetime) -> None:
    try:
        with transaction.atomic():
            subscription.handle(entry)
    except Exception:
        # One handler's bad day must not hold up the entries behind it: note it, go on, try again later.
        logger.exception("handler %s failed on entry %s", subscription.name, entry.id)
        Redelivery.objects.get_or_create(
            handler=subscription.name,
            entry_id=entry.id,
            defaults={
                "entry_occurred_at": entry.occurred_at,
                "next_attempt_at": now + _pause_after(1),
                "error": traceback.format_exc(limit=-6),
                "failed_at": now,
            },
        )


def _redeliver_due(now: datetime) -> int:
    handled = 0
    due = Redelivery.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at").values_list("pk", flat=True)
    for pk in due[:BATCH]:
        with transaction.atomic(durable=True):
            redelivery = Redelivery.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if redelivery is not None:
                handled += _try_again(redelivery, now)
    return handled


def _try_again(redelivery: Redelivery, now: datetime) -> bool:
    handler = next((known for known in subscriptions() if known.name == redelivery.handler), None)
    row = sql.fetch_one(_ENTRY, {"id": redelivery.entry_id, "occurred_at": redelivery.entry_occurred_at})
    try:
        if handler is None or row is None:
            raise LookupError("The handler or the entry no longer exists.")
        with transaction.atomic():
            handler.handle(Entry(**row))
    except Exception:
        redelivery.attempts += 1
        given_up = redelivery.attempts >= MOST_ATTEMPTS
        redelivery.next_attempt_at = None if given_up else now + _pause_after(redelivery.attempts)
        redelivery.error = traceback.format_exc(limit=-6)
        redelivery.failed_at = now
        redelivery.save()
        return False
    redelivery.delete()
    return True


def _pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=min(2.0**attempts, LONGEST_PAUSE_SECONDS))
