"""
Hand-written SQL for the hot paths, on Django's own connection and inside its transactions.

The ORM spends most of a short query's time on building and compiling it (docs/decisions). Statements here are
constants, bound and prepared on the server, so PostgreSQL plans them once per connection.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, connections

from core.data.database.base import DatabaseWrapper
from core.data.database.prepared import Answer

Row = dict[str, Any]
Parameters = Mapping[str, Any]


def fetch_all(statement: str, parameters: Parameters, *, prepared: bool = True) -> list[Row]:
    """
    Run a statement and return every row as a dictionary.

    prepared: False makes PostgreSQL plan the statement for these values, which pays where the best plan depends on them
    (a search for a rare word or for one that half of all rows contain).
    """
    return _run(statement, parameters, prepared=prepared).rows()


def fetch_one(statement: str, parameters: Parameters) -> Row | None:
    """Run a statement and return its first row, or None."""
    rows = _run(statement, parameters).rows()
    return rows[0] if rows else None


def execute(statement: str, parameters: Parameters) -> int:
    """Run a statement and return how many rows it affected."""
    return _run(statement, parameters).touched()


def as_json(rows: Sequence[Row]) -> str:
    """
    Return rows for json_to_recordset, which takes half the time of an array for each column.

    Use it for rows that are inserted unchanged: PostgreSQL expects a hundred of them, and ten elements of an array, so
    values that are looked up row by row are better passed as arrays.
    """
    return orjson.dumps(rows).decode()


def _run(statement: str, parameters: Parameters, *, prepared: bool = True) -> Answer:
    # Resolved once: django.db.connection looks up the thread's connection at every access.
    connection: DatabaseWrapper = connections[DEFAULT_DB_ALIAS]  # type: ignore[assignment]
    return connection.run(statement, parameters, prepared=prepared)
