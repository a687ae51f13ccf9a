"""The database backend; Django finds it by the name of this module."""

import select
import time
from collections.abc import Mapping
from typing import Any

import psycopg
from django.conf import settings
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction

from core.data.database import watch
from core.data.database.prepared import Answer, PreparedStatements


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A connection that detects a lost server without a query, and keeps its hand-written statements prepared.

    Django's own check sends `SELECT 1` before the first statement of every request. A server that died or hung up has
    closed the socket, and a closed socket reads as end of file: the check costs microseconds. Keepalives and
    tcp_user_timeout detect a peer that vanished silently.
    """

    _statements: PreparedStatements | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read once: reading the settings for every statement can take longer than preparing the statement.
        self._prepares = settings.DATABASE_PREPARED_STATEMENTS

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection, unless the server is known not to answer."""
        watched = watch.the_watch()
        if watched is None:
            return super().get_new_connection(conn_params)
        watched.refuse_if_frozen()
        try:
            connection = super().get_new_connection(conn_params)
        except psycopg.errors.ConnectionTimeout:
            # The next caller need not wait as long for the same result.
            watched.is_frozen = True
            raise
        watched.keep(connection)
        return connection

    def run(self, statement: str, parameters: Mapping[str, Any], *, prepared: bool) -> Answer:
        """Run a hand-written statement, opening the connection if there is none. Raises Django's database errors."""
        # Django checks before its own statements only, and the server may have gone long before this request.
        self.close_if_health_check_failed()
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        if self.queries_logged:
            return self._run_and_log(statement, parameters, prepared)
        return self._run(statement, parameters, prepared)

    def _run(self, statement: str, parameters: Mapping[str, Any], prepared: bool) -> Answer:
        statements = self._statements
        if statements is None or statements.connection is not self.connection:
            statements = self._open_statements()
        try:
            return statements.run(statement, parameters, prepared=prepared and self._prepares)
        except self.Database.Error:
            # Entered only here: most statements have no error to translate.
            with self.wrap_database_errors:
                raise

    def _run_and_log(self, statement: str, parameters: Mapping[str, Any], prepared: bool) -> Answer:
        # Django's own query log, so that tests count these statements with all the others.
        started = time.monotonic()
        try:
            return self._run(statement, parameters, prepared)
        finally:
            took = time.monotonic() - started
            self.queries_log.append({"sql": statement, "time": f"{took:.3f}"})

    def _open_statements(self) -> PreparedStatements:
        self.ensure_connection()
        statements = self._statements
        if statements is None or statements.connection is not self.connection:
            statements = self._statements = PreparedStatements(self.connection)
        return statements

    def is_usable(self) -> bool:
        """Return whether the connection can be used for the next request."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        # An idle server sends data only to end the connection or to report a changed configuration: reconnect for both.
        return not poll.poll(0)

    def _commit(self) -> None:
        if self.connection is not None:
            with debug_transaction(self, "COMMIT"), self.wrap_database_errors:
                self._open_statements().commit()
