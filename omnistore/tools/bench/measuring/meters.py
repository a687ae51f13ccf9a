"""Reading what processes and statements have cost so far."""

import time
from collections.abc import Sequence
from typing import Any

import psutil
import psycopg

from omnistore.tools.bench.measuring.figures import Usage

# What somebody sent. PostgreSQL's own checks of foreign keys, put off to the commit, are counted as if they were
# statements, and the meter's own reading is one; neither is the shop's.
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
        """database: a connection of the meter's own, outside of transactions."""
        self._servers = servers
        self._postgres = postgres
        self._database = database
        database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")

    def read(self) -> Usage:
        """Return what was used since the processes began. BEGIN and COMMIT are no statements here."""
        row = self._database.execute(_STATEMENTS).fetchone()
        assert row is not None
        return Usage(
            server_seconds=sum(seconds_of(process) for process in self._servers),
            pg_seconds=seconds_of(self._postgres),
            statements=int(row[0]),
        )


def yardstick_ms() -> float:
    """
    Return the CPU milliseconds that a million additions take in Python just now.

    Two machines, or two moments of a machine that others use as well, differ by as much as their yardsticks do.
    """
    began = time.process_time()
    total = 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - began) * 1000


def seconds_of(parent: psutil.Process) -> float:
    """Return the CPU time of a process, of its living children, and of those that it has seen end."""
    own = parent.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in parent.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return float(total)
