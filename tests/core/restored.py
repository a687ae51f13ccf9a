"""A journal as a dump restores it: written, and partly read, under the numbers of another server."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from core import journal
from core.actors import THE_SYSTEM
from core.data import sql
from core.dispatch import dispatch_journal
from core.journal import Entry, handles, publish
from core.models import ConsumerOffset, JournalEntry
from orders.events import OrderPlaced
from tests.journal import read_journal

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
# Far above the counter of a test's server.
ELSEWHERE = 10**12

_WRITE = """
INSERT INTO core_journal (xid, occurred_at, recorded_at, kind, channel, ref, payload)
VALUES (%(xid)s, now() - interval '1 day', now() - interval '1 day', 'order.placed', 'web', %(ref)s, '{}')
RETURNING id
"""


class Reader:
    """A handler that records its entries."""

    def __init__(self, name: str) -> None:
        self.name = f"{__name__}.{name}"
        self.told: list[str] = []

        def listen(entry: Entry) -> None:
            self.told.append(entry.ref)

        listen.__module__, listen.__qualname__ = __name__, name
        handles(OrderPlaced)(listen)


@contextmanager
def only_these(*names: str) -> Iterator[list[Reader]]:
    """Subscribe only these handlers, and restore this server's numbers at the end."""
    known = dict(journal._subscriptions)
    journal._subscriptions.clear()
    try:
        yield [Reader(name) for name in names]
    finally:
        journal._subscriptions.clear()
        journal._subscriptions.update(known)
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION core_journal_offset() RETURNS bigint "
                "LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT 0::bigint'"
            )


def write_elsewhere(ref: str, *, xid: int) -> int:
    """Write an entry with another server's transaction number. Return its id."""
    row = sql.fetch_one(_WRITE, {"xid": ELSEWHERE + xid, "ref": ref})
    assert row is not None
    return row["id"]


def stand(reader: Reader, *, xid: int, entry_id: int) -> None:
    """Set a reader to its position in that server."""
    ConsumerOffset.objects.create(handler=reader.name, xid=ELSEWHERE + xid, entry_id=entry_id)
    ConsumerOffset.objects.update(moved_at=timezone.now() - timedelta(days=1))


def write_here(ref: str) -> None:
    """Write an entry as any service does."""
    publish(
        OrderPlaced(by=THE_SYSTEM, occurred_at=NOW, ref=ref, order_id=1, cart_id=None, total=1, currency="EUR", units=1)
    )


def read_all() -> None:
    """Dispatch until everything is read, even if others hold a transaction open in the tests' server."""
    dispatch_journal(now=NOW)
    read_journal(now=NOW)


def offset() -> int:
    """Return the offset of this database's numbers."""
    row = sql.fetch_one("SELECT core_journal_offset() AS offset", {})
    assert row is not None
    return row["offset"]


def rebased() -> list[JournalEntry]:
    """Return the journal's entries about its rebases."""
    return list(JournalEntry.objects.filter(kind="journal.rebased").order_by("id"))
