"""The backend itself; Django finds it by the name of this module."""

import select
from datetime import datetime
from typing import Any

import orjson
import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.adapt import Dumper, Loader
from psycopg.rows import dict_row


class _JsonLoader(Loader):
    """Reads jsonb as Python values; Django's own loader leaves it as text for its JSONField to read."""

    def load(self, data: Buffer) -> Any:
        return orjson.loads(data)


class _TimeLoader(Loader):
    """Reads timestamptz, which every session here writes in UTC; psycopg's own looks the zone up for each result."""

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


class _ListDumper(Dumper):
    """
    Writes a list as an array whose element type the statement names, e.g. `%(ids)s::bigint[]`.

    psycopg's own looks every element over to find their smallest common type, and has PostgreSQL prepare the
    statement once for each type that it found.
    """

    oid = 0

    def dump(self, obj: list[Any]) -> bytes:
        return f"{{{','.join(map(_array_element, obj))}}}".encode()


def _array_element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return f"{{{','.join(map(_array_element, value))}}}"
    if isinstance(value, int):
        return str(value)
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A connection that notices its server's death without asking it.

    Django's own check sends `SELECT 1` before the first statement of every request. A server that died or
    hung up has closed the socket, and a closed socket reads as end of file: looking costs microseconds. A peer
    that vanished without a word is left to keepalives and tcp_user_timeout.
    """

    _rows_cursor: "psycopg.Cursor[dict[str, Any]] | None" = None

    def rows_cursor(self) -> "psycopg.Cursor[dict[str, Any]]":
        """
        Return the connection's own cursor for hand-written statements, whose rows are dictionaries.

        There is one per connection, as making one costs more than many a statement: read what it returns before
        executing anything else.
        """
        self.ensure_connection()
        cursor = self._rows_cursor
        if cursor is None or cursor.connection is not self.connection:
            cursor = self._rows_cursor = psycopg.Cursor(self.connection, row_factory=dict_row)
            cursor.adapters.register_dumper(list, _ListDumper)
            cursor.adapters.register_loader("jsonb", _JsonLoader)
            cursor.adapters.register_loader("timestamptz", _TimeLoader)
        return cursor

    def is_usable(self) -> bool:
        """Tell whether the connection can be used for the next request."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        # Unasked, a server speaks only to say goodbye, or that its configuration changed: a new one is right for both.
        return not poll.poll(0)
