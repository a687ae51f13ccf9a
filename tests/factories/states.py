"""Rows in a state: brought there by moves that exist, or, to see what becomes of it, set there past every guard."""

from collections import deque
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from core.states.transitions import Lifecycle
from orders.rules.lifecycle import ATTEMPT, FULFILMENTS, ORDER, PAYMENT, REFUND, RETURN, SHIPMENT

_TABLES = {one.table: one for one in (ORDER, PAYMENT, ATTEMPT, REFUND, RETURN, SHIPMENT)}


def make_in(model: type[models.Model], **fields: Any) -> Any:
    """Make a row as it begins, and take it from there to the state that is asked for."""
    lifecycle = lifecycle_of(model._meta.db_table, fields.get("kind", ""))
    wanted = fields[lifecycle.column]
    first, *others = way_to(lifecycle, wanted)
    row = model._default_manager.create(**fields | {lifecycle.column: first})
    for state in others:
        model._default_manager.filter(pk=row.pk).update(**{lifecycle.column: state})
    setattr(row, lifecycle.column, wanted)
    return row


def lifecycle_of(table: str, kind: str) -> Lifecycle:
    return FULFILMENTS[kind] if table == "orders_fulfilment" else _TABLES[table]


def way_to(lifecycle: Lifecycle, wanted: str) -> list[str]:
    """Return the shortest way of states to one of them, from one in which a row may begin."""
    ways = deque([[state] for state in lifecycle.begins])
    while ways:
        way = ways.popleft()
        if way[-1] == wanted:
            return way
        ways.extend([*way, after] for after in lifecycle.pairs.get(way[-1], ()) if after not in way)
    raise AssertionError(f"nothing leads a {lifecycle.name} to {wanted}")


@contextmanager
def no_guards():
    """Let a test write what no guard lets through: the database's own triggers rest meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = origin")
