"""
No network call inside a transaction: its locks would be held for as long as somebody else likes to take.

Whatever asks a server outside the shop says so here first. It is an error of ours and no refusal, in production as in
tests; only the transaction that Django wraps around a whole test does not count.
"""

from django.db import connection


class CalledInsideTransaction(RuntimeError):
    """A server outside the shop was about to be asked while a transaction was open."""


def about_to_call(whom: str) -> None:
    """Note that somebody outside is asked now. whom: for the log. Raises CalledInsideTransaction."""
    # Django marks the blocks of its test cases the same way for `durable`, which has to know them apart too.
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined]
        raise CalledInsideTransaction(f"{whom} must not be asked while a transaction is open.")
