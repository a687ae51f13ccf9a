"""Reads the CPU time of processes and the number of SQL statements."""

import time
from collections.abc import Sequence
from typing import Any

import psutil
import psycopg

from omnistore.tools.bench.measuring.figures import Usage

# Only statements that clients sent: PostgreSQL also counts its deferred checks of foreign keys. This statement does not
# count either.
_STATEMENTS = """
SELECT COALESCE(sum(calls), 0)::bigint FROM pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND query NOT LIKE '%OPERATOR(pg_catalog.=)%FOR KEY SHARE OF x' AND query NOT LIKE '%pg_stat_statements%'
"""


class Meter:
    """Reads the usage of a group of server processes, of PostgreSQL, and of the statements of its database."""

    def __init__(
        self,
        *,
        servers: Sequence[psutil.Process],
        postgres: psutil.Process,
        database: "psycopg.Connection[Any]",
    ) -> None:
        """database: a separate connection for the meter, outside transactions."""
        self._servers = servers
        self._postgres = postgres
        self._database = database
        database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def read(self) -> Usage:
        """Return the usage since the processes began. BEGIN and COMMIT are not counted."""
        row = self._database.execute(_STATEMENTS).fetchone()
        assert row is not None
        return Usage(
            server_seconds=sum(seconds_of(process) for process in self._servers),
            pg_seconds=seconds_of(self._postgres),
            statements=int(row[0]),
        )


def yardstick_ms() -> float:
    """
    Return the CPU milliseconds that a million additions take in Python now.

    The speed of two machines, or of a shared machine at two moments, differs by the ratio of their yardsticks.
    """
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - began) * 1000


def seconds_of(parent: psutil.Process) -> float:
    """Return the CPU time of a process, its running children, and its ended children."""
    own = parent.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in parent.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return float(total)
