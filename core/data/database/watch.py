"""
Detects that PostgreSQL has stopped answering, and ends the requests that wait for it.

A server that dies closes its connections, so whoever waits for it learns of that at once. A frozen server (a stopped
process, a hung disk, a machine that is being moved) sends nothing, and its clients wait for ever: its own time limits
are frozen too. So when requests take suspiciously long, a web process sends the server a trivial query on a separate
connection. If that is not answered either, the process closes all its connections: every waiting request ends with an
error that says so, and new ones are refused until the server answers again.
"""

import logging
import select
import socket
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import pq

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 0.25
# Between two probes while a slow request goes on and the server answers.
SECONDS_BETWEEN_QUESTIONS = 1.0
# A request that takes longer than this triggers a probe; nearly all take a hundredth of it.
SUSPICIOUS_SECONDS = 0.75
# How long a working server may take to open a connection and to answer the probe.
ANSWER_SECONDS = 1.25


class Watch:
    """
    Watches the connections of this process.

    longest_seconds: returns how long the slowest running request has taken; conninfo: where the server is.
    """

    def __init__(self, *, longest_seconds: Callable[[], float], conninfo: str) -> None:
        self.is_frozen = False
        self._longest_seconds = longest_seconds
        self._conninfo = conninfo
        self._kept: weakref.WeakSet[psycopg.Connection[Any]] = weakref.WeakSet()
        self._ask_from = 0.0

    def start(self) -> None:
        """Start watching, in a thread that ends with the process."""
        threading.Thread(target=self._run, name="database-watch", daemon=True).start()

    def keep(self, connection: "psycopg.Connection[Any]") -> None:
        """Watch a new connection."""
        self._kept.add(connection)

    def refuse_if_frozen(self) -> None:
        """Raise OperationalError, instead of waiting for a server that does not answer."""
        if self.is_frozen:
            raise psycopg.OperationalError("PostgreSQL does not answer.")

    def look(self) -> None:
        """Check once: probe the server if a request is slow, and close the connections if it does not answer."""
        is_suspicious = self._longest_seconds() > SUSPICIOUS_SECONDS and time.monotonic() > self._ask_from
        if not self.is_frozen and not is_suspicious:
            return
        answers = answers_in_time(self._conninfo, seconds=ANSWER_SECONDS)
        self._ask_from = time.monotonic() + SECONDS_BETWEEN_QUESTIONS
        if answers == self.is_frozen:
            logger.warning("PostgreSQL answers again" if answers else "PostgreSQL does not answer; hanging up")
        self.is_frozen = not answers
        if self.is_frozen:
            self._hang_up()

    def _run(self) -> None:
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            self.look()

    def _hang_up(self) -> None:
        for connection in list(self._kept):
            try:
                # The thread that waits on this socket wakes up and reads end of file.
                with socket.socket(fileno=connection.fileno()) as wire:
                    try:
                        wire.shutdown(socket.SHUT_RDWR)
                    finally:
                        wire.detach()
            except (psycopg.Error, OSError):
                pass  # Closed meanwhile.
        self._kept.clear()


def answers_in_time(conninfo: str, *, seconds: float) -> bool:
    """
    Return whether the server answers within so many seconds, even if only by refusing the connection.

    A server that does not exist counts as answering: nobody waits for it.
    """
    deadline = time.monotonic() + seconds
    connection = pq.PGconn.connect_start(conninfo.encode())
    try:
        state = pq.PollingStatus.WRITING
        while state not in (pq.PollingStatus.OK, pq.PollingStatus.FAILED):
            if connection.status == pq.ConnStatus.BAD:
                return True
            if not _is_ready(connection.socket, state == pq.PollingStatus.WRITING, deadline):
                return False
            state = pq.PollingStatus(connection.connect_poll())
        if state == pq.PollingStatus.FAILED:
            return True
        # A connection pooler accepts connections itself; only a statement reaches the server.
        connection.nonblocking = 1
        connection.send_query(b"SELECT 1")
        connection.flush()
        return _is_ready(connection.socket, False, deadline)
    finally:
        connection.finish()


def _is_ready(descriptor: int, to_write: bool, deadline: float) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT if to_write else select.POLLIN)
    return bool(poll.poll(max(0.0, deadline - time.monotonic()) * 1000))


# The watch of this process, if it serves requests.
_watch: Watch | None = None


def watch_over(watch: Watch) -> None:
    """Watch every connection that this process opens from now on."""
    global _watch
    _watch = watch
    watch.start()


def the_watch() -> Watch | None:
    """Return the watch of this process, if it has one."""
    return _watch
