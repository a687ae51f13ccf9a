"""The backend itself; Django finds it by the name of this module."""

import select
from datetime import datetime
from typing import Any

import orjson
import psycopg
from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.rows import dict_row

Row = dict[str, Any]


class _JsonLoader(Loader):
    """Reads jsonb as Python values; Django's own loader leaves it as text for its JSONField to read."""

    def load(self, data: Buffer) -> Any:
        return orjson.loads(data)


class _TimeLoader(Loader):
    """Reads timestamptz, which every session here writes in UTC; psycopg's own looks the zone up for each result."""

    def load(self, data: Buffer) -> datetime:
        return datetime.fromisoformat(bytes(data).decode())


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A connection that notices its server's death without asking it.

    Django's own check sends `SELECT 1` before the first statement of every request. A server that died or
    hung up has closed the socket, and a closed socket reads as end of file: looking costs microseconds. A peer
    that vanished without a word is left to keepalives and tcp_user_timeout.
    """

    _rows_cursor: "psycopg.Cursor[Row] | None" = None

    def rows_cursor(self) -> "psycopg.Cursor[Row]":
        """
        Return the connection's own cursor for hand-written statements, whose rows are dictionaries.

        There is one per connection, as making one costs more than many a statement: read what it returns before
        executing anything else.
        """
        self.ensure_connection()
        cursor = self._rows_cursor
        if cursor is None or cursor.connection is not self.connection:
            cursor = self._rows_cursor = psycopg.Cursor(self.connection, row_factory=dict_row)
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
