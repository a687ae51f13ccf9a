"""The backend itself; Django finds it by the name of this module."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """
    A connection that notices its server's death without asking it.

    Django's own check sends `SELECT 1` before the first statement of every request. A server that died or
    hung up has closed the socket, and a closed socket reads as end of file: looking costs microseconds. A peer
    that vanished without a word is left to keepalives and tcp_user_timeout.
    """

    def is_usable(self) -> bool:
        """Tell whether the connection can be used for the next request."""
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.pgconn.socket, select.POLLIN)
        # Unasked, a server speaks only to say goodbye, or that its configuration changed: a new one is right for both.
        return not poll.poll(0)
