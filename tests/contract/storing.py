"""Stores what is taken of hostile values, and looks at the whole shop with it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from typing import Any, TypeVar

from django.db import Error, connection, transaction

C = TypeVar("C")
REFUSED = "refused"


def fault_of(answer: Any) -> str:
    """Return how a response broke off."""
    info = getattr(answer, "exc_info", None)
    return f"{info[0].__name__}: {info[1]}"[:300] if info else str(answer.status_code)


def broken_constraint() -> str:
    """Return what would fail at the end of the transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except Error as error:
        return f"at commit: {error}"[:300]
    return ""


@contextmanager
def attempt() -> Iterator[None]:
    """
    Take back what is done inside.

    A savepoint of its own, not an atomic block: services that commit by themselves refuse to run inside one.
    """
    savepoint = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(savepoint)
        transaction.set_rollback(False)


def undone(store: Callable[[], bool]) -> bool:
    """Whether something is stored; it is taken back."""
    with attempt():
        return store()


def stored(store: Callable[[], str]) -> tuple[bool, str]:
    """
    Store something, and take it back if it broke off or is refused.

    store: returns "" if it was taken, REFUSED, or how it broke off. Return whether it is stored, and how it broke off.
    """
    savepoint = transaction.savepoint()
    found = store() or broken_constraint()
    if found:
        transaction.savepoint_rollback(savepoint)
        transaction.set_rollback(False)
    return not found, "" if found == REFUSED else found


def shown_badly(visitor: Any, taken: list[list[C]], store: Callable[[list[C]], None]) -> list[tuple[Any, str]]:
    """Store what each field took, one value of each field together, and look at the shop each time."""
    found: list[tuple[Any, str]] = []
    for together in zip_longest(*taken):
        changes = [change for change in together if change is not None]
        with attempt():
            store(changes)
            broken = visitor.broken()
        found += [(_culprits(visitor, changes, address, store), f"{address}: {how}") for address, how in broken]
    return found


def _culprits(visitor: Any, changes: list[C], address: str, store: Callable[[list[C]], None]) -> list[C] | str:
    """Return which of the changes breaks an address alone."""
    found = []
    for change in changes:
        with attempt():
            store([change])
            if visitor.fault(address):
                found.append(change)
    return found or "only together"
