"""
The writer of states: moves one row or many as their lifecycle allows, with the columns that change along.

A few statements of the hot paths move states themselves (tests/architecture/test_states.py lists them all); the
database enforces the same lifecycles on them.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.states.transitions import Lifecycle


def move(lifecycle: Lifecycle, row: models.Model, to: str, *, by: Actor, **changes: Any) -> None:
    """
    Move a row to a state. The caller should hold the row's lock; the statement checks the present state again.

    changes: other columns to write, by their names in the database. The row's attributes are updated. Raises
    IllegalTransition if the state that was read, or the present one, does not lead there.
    """
    lifecycle.check(present=lifecycle.state_in(row), to=to, by=by)
    if not move_all(lifecycle, [row.pk], to, by=by, **changes):
        row.refresh_from_db(fields=[lifecycle.column])
        lifecycle.check(present=lifecycle.state_in(row), to=to, by=by)
    own = {} if lifecycle.is_moment else {lifecycle.column: to}
    for name, value in {**own, **changes}.items():
        setattr(row, name, value)


def move_all(lifecycle: Lifecycle, ids: Sequence[int], to: str, *, by: Actor = THE_SYSTEM, **changes: Any) -> list[int]:
    """
    Move the rows whose state allows it for this actor; the others stay. Return the ids of those moved.

    by: the system where the move follows from something else, whoever caused that. changes: as for move.
    """
    sources = lifecycle.sources(to, by=by)
    if not ids or not sources:
        return []
    statement = _statement(lifecycle.table, lifecycle.column, lifecycle.kind, lifecycle.is_moment, tuple(changes))
    own = {"ids": list(ids), "to": to, "sources": sources, "kind": lifecycle.kind}
    return [row["id"] for row in sql.fetch_all(statement, own | changes)]


@cache
def _statement(table: str, column: str, kind: str, is_moment: bool, changes: tuple[str, ...]) -> str:
    """Build the UPDATE. For a moment, whose presence is the state, the changes contain the column itself."""
    written = [f"{name} = %({name})s" for name in changes]
    present = f"{column} IS NULL" if is_moment else f"{column} = ANY(%(sources)s::text[])"
    if not is_moment:
        written.insert(0, f"{column} = %(to)s")
    of_kind = " AND kind = %(kind)s" if kind else ""
    return (
        f"UPDATE {table} SET {', '.join(written)} WHERE id = ANY(%(ids)s::bigint[]) AND {present}{of_kind} RETURNING id"
    )
