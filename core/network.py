"""
No network call inside a transaction: its locks would be held for as long as the other server takes.

Code that calls a server outside the shop calls this first. A breach is a bug, not a refusal, in production as in tests;
only the transaction that Django wraps around a whole test does not count.
"""

from django.db import connection, transaction


class CalledInsideTransaction(RuntimeError):
    """A server outside the shop was about to be called while a transaction was open."""


def about_to_call(whom: str) -> None:
    """Check that an external call is allowed now. whom: for the message. Raises CalledInsideTransaction."""
    if not connection.in_atomic_block:
        return
    # Django tells a test's own transaction from all others only here: a durable block refuses to stand in another.
    try:
        with transaction.atomic(durable=True, savepoint=False):
            return
    except RuntimeError as error:
        raise CalledInsideTransaction(f"{whom} must not be asked while a transaction is open.") from error
