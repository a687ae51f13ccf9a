"""Locks of the whole shop that are held for longer than one transaction."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from django.db import connection


@contextmanager
def try_to_hold(name: str) -> Iterator[bool]:
    """
    Hold a lock for as long as the block runs, and yield whether it was free; if not, the block runs without it.

    It ends with the process that holds it, whatever becomes of that process.
    """
    # The lock belongs to a transaction on a connection of its own. A session's lock would not do: behind a pooler in
    # transaction mode it stays with whichever of the server's connections took it, and the next statement, even the one
    # that gives it back, runs on another. The transaction writes nothing, so the journal's readers do not wait for it.
    with closing(connection.copy()) as holder:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [name])
            is_free = cursor.fetchone()[0]
        try:
            yield is_free
        finally:
            # A server notices a closed connection a moment later; whoever comes next need not wait for it.
            holder.rollback()
