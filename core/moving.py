"""
The writer of states: rows move as their table says, one at a time or many at once, with what else changes then.

A few statements of the hot paths do more than this at once (tests/architecture/test_states.py has them all); the
database holds them to the same tables.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import models

from core.actors import THE_SYSTEM, Actor
from core.data import sql
from core.transitions import Lifecycle


def move(lifecycle: Lifecycle, row: models.Model, to: str, *, by: Actor, **changes: Any) -> None:
    """
    Move a row, whose lock the caller best holds; the statement looks at its present state again.

    changes: other columns to be written with it, by their names in the database. The row's attributes follow. Raises
    IllegalTransition if its present state, as it was read or as it is now, does not lead there.
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
    Move those of some rows from whose state this may be done by this actor. Return their ids; the others stay.

    by: the system where it follows from something else, whoever that was. changes: as for move.
    """
    sources = lifecycle.sources(to, by=by)
    if not ids or not sources:
        return []
    statement = _statement(lifecycle.table, lifecycle.column, lifecycle.kind, lifecycle.is_moment, tuple(changes))
    own = {"ids": list(ids), "to": to, "sources": sources, "kind": lifecycle.kind}
    return [row["id"] for row in sql.fetch_all(statement, own | changes)]


@cache
def _statement(table: str, column: str, kind: str, is_moment: bool, changes: tuple[str, ...]) -> str:
    """Of a moment, which says the state by being there, the changes hold the column itself."""
    written = [f"{name} = %({name})s" for name in changes]
    present = f"{column} IS NULL" if is_moment else f"{column} = ANY(%(sources)s::text[])"
    if not is_moment:
        written.insert(0, f"{column} = %(to)s")
    of_kind = " AND kind = %(kind)s" if kind else ""
    return (
        f"UPDATE {table} SET {', '.join(written)} WHERE id = ANY(%(ids)s::bigint[]) AND {present}{of_kind} RETURNING id"
    )
