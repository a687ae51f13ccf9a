"""Writes many rows at once: with reserved ids, streamed with COPY."""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from core.data import sql
from core.data.imports.progress import Progress

ROWS_BETWEEN_REPORTS = 5000


def allow_idle_transaction() -> None:
    """Let the present transaction idle as long as this program needs; the shop ends idle ones."""
    sql.execute("SET LOCAL idle_in_transaction_session_timeout = 0", {})


def reserve_ids(table: str, count: int) -> range:
    """Reserve so many ids of the table's sequence at once, and return them."""
    if not count:
        return range(0)
    row = sql.fetch_one(
        "SELECT setval(name, nextval(name) + %(count)s - 1) AS last "
        "FROM (SELECT pg_get_serial_sequence(%(table)s, 'id') AS name) AS sequence",
        {"table": table, "count": count},
    )
    assert row is not None
    return range(row["last"] - count + 1, row["last"] + 1)


def copy_rows(target: str, rows: Iterable[tuple[Any, ...]], *, step: str, count: int, progress: Progress) -> None:
    """Stream rows into a table. target: its name and columns in COPY's syntax; count: the expected number of rows."""
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for done, row in enumerate(rows):
            copy.write_row(row)
            if done % ROWS_BETWEEN_REPORTS == 0:
                progress.show(step, done / max(count, 1))
    progress.show(step, 1.0)
