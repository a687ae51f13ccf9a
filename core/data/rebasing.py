"""
Rebasing the journal after a restore into another server than the one that wrote it.

Entries and readers' positions carry transaction numbers, which each server counts separately. A dump contains the old
server's numbers, and a new server starts counting near zero: its entries would lie behind every reader and never be
delivered. So the journal stores the server's number plus an offset, which is raised above all restored numbers before
the first entry is delivered. A physical copy keeps the counter and needs none of this.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from weakref import WeakSet

from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from core.actors import THE_SYSTEM
from core.data import sql
from core.journal import ShopEvent, publish

logger = logging.getLogger(__name__)

# Writers to the journal queue behind this lock for as long as it waits for a transaction that has written to it.
LONGEST_WAIT = "500ms"

# Every transaction below this number has ended: no more entries can appear there.
READABLE_BELOW = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + core_journal_offset())"
# This server has not assigned this number or any above it yet, not even to this transaction.
UNUSED_FROM = """(GREATEST(
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint, pg_current_xact_id_if_assigned()::text::bigint + 1
) + core_journal_offset())"""

# True while there are numbers that only another server can have assigned.
IS_FOREIGN = f"""(
    EXISTS (SELECT FROM core_journal WHERE xid >= {UNUSED_FROM})
    OR EXISTS (SELECT FROM core_consumeroffset WHERE xid >= {UNUSED_FROM}))"""

_FOREMOST = "(SELECT * FROM core_consumeroffset ORDER BY xid DESC, entry_id DESC, moved_at DESC LIMIT 1)"

# Entries behind the foremost reader that were recorded after it got there: this server's counter has since passed the
# restored numbers, so they look like its own. The minute allows for clocks that differ.
PASSED_OVER = f"""
SELECT entry.id, entry.kind, entry.recorded_at
FROM {_FOREMOST} AS foremost
JOIN core_journal AS entry
  ON entry.xid <= foremost.xid AND entry.recorded_at > foremost.moved_at + interval '1 minute'
WHERE entry.id > (SELECT max(entry_id) FROM core_consumeroffset)
"""

_LOOK = f"SELECT {IS_FOREIGN} AS is_foreign, EXISTS ({PASSED_OVER}) AS has_passed_over"

# Writers go through the parent table. The partitions stay unlocked, because PostgreSQL analyses them after a restore.
_LOCK = f"SET LOCAL lock_timeout = '{LONGEST_WAIT}'; LOCK TABLE ONLY core_journal IN SHARE ROW EXCLUSIVE MODE"

# Entry ids continue where the dump's ended, so this server's entries have the higher ids.
_RESTORED = f"""
SELECT {IS_FOREIGN} AS is_foreign, highest.xid AS offset, highest.xid - core_journal_offset() AS by,
       GREATEST((SELECT max(entry_id) FROM core_consumeroffset),
                (SELECT max(id) FROM core_journal WHERE xid >= {UNUSED_FROM}), 0) AS last_id
FROM (SELECT GREATEST(core_journal_offset(), (SELECT max(xid) FROM core_journal),
                      (SELECT max(xid) FROM core_consumeroffset)) AS xid) AS highest
"""

# Where the counter has passed them, restored and new entries differ only by when they were recorded.
_LIFT = f"""
UPDATE core_journal SET xid = xid + %(by)s::bigint
WHERE id > %(last_id)s::bigint
  AND (%(is_foreign)s::bool OR recorded_at > (SELECT moved_at FROM {_FOREMOST} AS foremost))
"""

_SET_OFFSET = """
CREATE OR REPLACE FUNCTION core_journal_offset() RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS 'SELECT {offset}::bigint'
"""

_looked_through: WeakSet[Any] = WeakSet()


@dataclass(frozen=True, kw_only=True)
class JournalRebased(ShopEvent):
    """
    The journal was restored from another server's dump and continues here.

    offset: what is added to this server's transaction numbers. lifted: entries written here before that.
    """

    kind: ClassVar[str] = "journal.rebased"
    offset: int
    lifted: int


def rebase_if_restored(*, now: datetime) -> bool:
    """
    Raise the journal's numbers above those of another server, if there are any. Return whether it is in order.

    Entries that handlers had read stay read; the others, and those written here since, are delivered in commit order.
    Locks the journal against writers; if one of them takes long, this does nothing and returns False.
    """
    if not _is_restored():
        return True
    try:
        with transaction.atomic():
            _rebase(now)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        logger.warning("The journal was restored and cannot be taken over yet: something is writing to it.")
        return False
    return True


def rebase_after_migrating() -> None:
    """Rebase a restored journal, unless its tables are not migrated yet."""
    row = sql.fetch_one("SELECT to_regproc('core_journal_offset') IS NOT NULL AS is_migrated", {})
    if row == {"is_migrated": True}:
        rebase_if_restored(now=timezone.now())


def is_looked_through() -> bool:
    """Return whether this connection's journal was checked; a replaced database has a new connection."""
    connection.ensure_connection()
    return connection.connection in _looked_through


def look_through(*, now: datetime) -> bool:
    """Check a new connection for a restored journal, and rebase it. Return whether it is in order."""
    is_in_order = rebase_if_restored(now=now)
    if is_in_order:
        _looked_through.add(connection.connection)
    return is_in_order


def _is_restored() -> bool:
    look = sql.fetch_one(_LOOK, {})
    assert look is not None
    return bool(look["is_foreign"] or look["has_passed_over"])


def _rebase(now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
    restored = _read_what_was_restored()
    if restored is None:
        return  # Another process was faster.
    lifted = sql.execute(_LIFT, restored)
    offset = int(restored["offset"])
    with connection.cursor() as cursor:
        cursor.execute(_SET_OFFSET.format(offset=offset))
    publish(JournalRebased(by=THE_SYSTEM, occurred_at=now, offset=offset, lifted=lifted))
    logger.warning(
        "The journal was restored from another server and goes on here: its numbers begin at %d, "
        "and %d entries that were written before this are handed out now.",
        offset,
        lifted,
    )


def _read_what_was_restored() -> sql.Row | None:
    return sql.fetch_one(_RESTORED, {}) if _is_restored() else None
