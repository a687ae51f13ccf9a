"""
Handing the journal's entries to their handlers.

An entry may commit after another with a higher id, so a reader that remembers "the last id I saw" skips rows. A reader
here remembers (transaction, id) and reads only below the oldest open transaction (pg_snapshot_xmin), where no more
entries can appear. Those numbers are valid in one server only; after a dump is restored into another,
core/data/rebasing.py corrects them before anything is read.
"""

import logging
import traceback
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from core.data import rebasing, sql
from core.data.rebasing import IS_FOREIGN, READABLE_BELOW
from core.journal import Entry, Subscription, subscriptions
from core.models import ConsumerOffset, FailedDelivery

logger = logging.getLogger(__name__)

BATCH = 200
LONGEST_PAUSE_SECONDS = 3600
MOST_ATTEMPTS = 10

_COLUMNS = "id, kind, occurred_at, customer_id, channel, store, actor_id, ref"

# A handler passes over most entries, so it is not sent what they say.
_NEXT_ENTRIES = f"""
SELECT {_COLUMNS}, CASE WHEN kind = ANY(%(kinds)s) THEN payload END AS payload, xid FROM core_journal
WHERE (xid, id) > (%(xid)s::bigint, %(entry_id)s::bigint)
  AND xid < {READABLE_BELOW}
ORDER BY xid, id
LIMIT {BATCH}
"""

_ENTRY = f"SELECT {_COLUMNS}, payload FROM core_journal WHERE id = %(id)s AND occurred_at = %(occurred_at)s"

# One query finds the handlers that have anything to do; most of the time none has.
_BEHIND = f"""
WITH numbers AS MATERIALIZED (SELECT {IS_FOREIGN} AS are_foreign)
SELECT known.name, numbers.are_foreign
FROM numbers CROSS JOIN unnest(%(handlers)s::text[]) AS known(name)
LEFT JOIN core_consumeroffset AS position ON position.handler = known.name
WHERE numbers.are_foreign OR position.handler IS NULL OR EXISTS (
    SELECT FROM core_journal
    WHERE (xid, id) > (position.xid, position.entry_id)
      AND xid < {READABLE_BELOW})
"""

# Handlers do not read entries with another server's numbers, so everything since their last read is late.
_LAG = f"""
WITH numbers AS MATERIALIZED (SELECT {IS_FOREIGN} AS are_foreign)
SELECT numbers.are_foreign, COALESCE(extract(epoch FROM now() - (
    SELECT min(LEAST(journal.recorded_at, CASE WHEN numbers.are_foreign THEN position.moved_at END))
    FROM unnest(%(handlers)s::text[]) AS known(name)
    LEFT JOIN core_consumeroffset AS position ON position.handler = known.name
    LEFT JOIN LATERAL (
        SELECT recorded_at FROM core_journal
        WHERE (xid, id) > (COALESCE(position.xid, 0), COALESCE(position.entry_id, 0))
          AND (numbers.are_foreign OR xid < {READABLE_BELOW})
        ORDER BY xid, id LIMIT 1
    ) AS journal ON true
)), 0)::float AS seconds
FROM numbers
"""


class Lag(NamedTuple):
    """
    How far the handlers lag behind the journal.

    seconds: the age of the oldest entry that some handler has not read yet; 0 when all are up to date. is_foreign:
    the journal was restored from another server's dump, and nothing is read until it is rebased.
    """

    seconds: float
    is_foreign: bool


def dispatch_journal(*, now: datetime) -> int:
    """
    Deliver new entries to each handler, and retry failed ones that are due. Return how many were handled.

    Each handler's position row is locked while its batch runs, and skipped if another process holds it. A journal that
    was restored from another server's dump is rebased first; nothing is delivered before that.
    """
    if not (rebasing.is_looked_through() or rebasing.look_through(now=now)):
        return 0
    rows = _look()
    if rows and rows[0]["are_foreign"]:
        if not rebasing.rebase_if_restored(now=now):
            return 0
        rows = _look()
    behind = {row["name"] for row in rows}
    handled = sum(_catch_up(subscription, now) for subscription in subscriptions() if subscription.name in behind)
    return handled + _redeliver_due(now)


def find_lag() -> Lag:
    """Return how far the handlers are behind the journal."""
    row = sql.fetch_one(_LAG, {"handlers": _handlers()})
    assert row is not None
    return Lag(seconds=row["seconds"], is_foreign=row["are_foreign"])


@transaction.atomic
def replay(failed_delivery: FailedDelivery, *, now: datetime) -> bool:
    """Deliver a failed entry to its handler again, dead or not. Return whether the handler succeeded."""
    locked = FailedDelivery.objects.select_for_update().get(pk=failed_delivery.pk)
    return _try_again(locked, now)


def _handlers() -> list[str]:
    return [subscription.name for subscription in subscriptions()]


def _look() -> list[sql.Row]:
    return sql.fetch_all(_BEHIND, {"handlers": _handlers()})


def _catch_up(subscription: Subscription, now: datetime) -> int:
    handled = 0
    while batch := _hand_over_batch(subscription, now):
        handled += batch
        if batch < BATCH:
            break
    return handled


@transaction.atomic(durable=True)
def _hand_over_batch(subscription: Subscription, now: datetime) -> int:
    ConsumerOffset.objects.get_or_create(handler=subscription.name)
    position = ConsumerOffset.objects.select_for_update(skip_locked=True).filter(handler=subscription.name).first()
    if position is None:
        return 0
    start = {"xid": position.xid, "entry_id": position.entry_id, "kinds": list(subscription.kinds)}
    rows = sql.fetch_all(_NEXT_ENTRIES, start)
    for row in rows:
        position.xid, position.entry_id = row.pop("xid"), row["id"]
    entries = [Entry(**row) for row in rows if row["kind"] in subscription.kinds]
    if entries and not _hand_over_together(subscription, entries):
        for entry in entries:
            _hand_over(subscription, entry, now)
    if rows:
        position.save()
    return len(rows)


def _hand_over_together(subscription: Subscription, entries: list[Entry]) -> bool:
    """Hand over entries in one savepoint, two statements for all of them. Return whether all succeeded."""
    try:
        with transaction.atomic():
            for entry in entries:
                subscription.handle(entry)
    except Exception:
        # Everything is undone here, and each entry gets a savepoint of its own, which shows the one that fails.
        return False
    return True


def _hand_over(subscription: Subscription, entry: Entry, now: datetime) -> None:
    try:
        with transaction.atomic():
            subscription.handle(entry)
    except Exception:
        # A failing entry must not hold up the entries after it: record it, go on, retry later.
        logger.exception("handler %s failed on entry %s", subscription.name, entry.id)
        FailedDelivery.objects.get_or_create(
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
    due = (
        FailedDelivery.objects.filter(next_attempt_at__lte=now).order_by("next_attempt_at").values_list("pk", flat=True)
    )
    for pk in due[:BATCH]:
        with transaction.atomic(durable=True):
            failed_delivery = FailedDelivery.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
            if failed_delivery is not None:
                handled += _try_again(failed_delivery, now)
    return handled


def _try_again(failed_delivery: FailedDelivery, now: datetime) -> bool:
    handler = next((known for known in subscriptions() if known.name == failed_delivery.handler), None)
    row = sql.fetch_one(_ENTRY, {"id": failed_delivery.entry_id, "occurred_at": failed_delivery.entry_occurred_at})
    try:
        if handler is None or row is None:
            raise LookupError("The handler or the entry no longer exists.")
        with transaction.atomic():
            handler.handle(Entry(**row))
    except Exception:
        failed_delivery.attempts += 1
        given_up = failed_delivery.attempts >= MOST_ATTEMPTS
        failed_delivery.next_attempt_at = None if given_up else now + _pause_after(failed_delivery.attempts)
        failed_delivery.error = traceback.format_exc(limit=-6)
        failed_delivery.failed_at = now
        failed_delivery.save()
        return False
    failed_delivery.delete()
    return True


def _pause_after(attempts: int) -> timedelta:
    return timedelta(seconds=min(2.0**attempts, LONGEST_PAUSE_SECONDS))
