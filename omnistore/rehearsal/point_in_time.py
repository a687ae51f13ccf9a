"""
The rehearsal of a physical copy with its write-ahead log, restored to a point in time.

The proof is two committed transactions that change nothing, one before the point and one after it: PostgreSQL stores
the outcome of every transaction, so the copy knows both by their numbers. The log is fetched without a replication
slot. A slot left by a killed rehearsal would make the shop keep its log until the disk is full. Without one, the worst
case is that a segment is removed before it is fetched, and the rehearsal reports that.
"""

import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from omnistore.rehearsal.checks import check
from omnistore.rehearsal.copies import Copy
from omnistore.rehearsal.shop import Shop, run_program
from omnistore.rehearsal.steps import RehearsalError, Steps, size_of
from omnistore.tools.servers.processes import wait_until

FETCHING_STARTS_SECONDS = 20.0
FLUSHED_WITHIN_SECONDS = 20.0

# With lower values than the shop's, the copy refuses to recover.
_AS_IN_THE_SHOP = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
# The copy lacks a transaction if it has not reached its number, or if it did not end there.
_IS_COMMITTED = """
SELECT %(number)s::bigint < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
   AND pg_xact_status(%(number)s::text::xid8) = 'committed'
"""
_ENTRIES = "SELECT count(*) FROM core_journal WHERE id <= %(last)s::bigint"


@dataclass(frozen=True)
class Point:
    """A point in time, with a transaction committed before it and one after it."""

    at: datetime
    before: int
    after: int
    entries: int
    last_entry: int
    log_until: str


def rehearse_point_in_time(shop: Shop, room: Path, steps: Steps) -> None:
    """Copy the shop's files, fetch its log, restore to a point and check the copy. Raises RehearsalError."""
    copy = Copy(shop, room / "files")
    log = copy.room / "log"
    log.mkdir(mode=0o700)
    try:
        with _fetching_log(shop, log):
            with steps.step("Copy of the server's files") as results:
                shop.run("pg_basebackup", "-D", str(copy.directory), "-X", "stream", "-c", "fast")
                results.append(size_of(copy.directory))
            with steps.step("The copy verified by its manifest"):
                run_program(shop.programs / "pg_verifybackup", str(copy.directory))
            point = choose_point(shop)
        with steps.step("The log written since") as results:
            shop.run("pg_receivewal", "-D", str(log), "--endpos", point.log_until, "--no-loop")
            results.append(size_of(log))
        with steps.step(f"Restored to {point.at.isoformat(sep=' ')}"):
            _restore(copy, log, point, shop)
        with steps.step("Before and after the point") as results, copy.connect() as connection:
            results.append(prove(connection, point))
        check(copy, steps, from_another_server=False)
    finally:
        copy.stop()


@contextmanager
def _fetching_log(shop: Shop, log: Path) -> Iterator[None]:
    """Fetch the shop's log from before the copy begins, so that nothing is missing between them."""
    errors_at = log.with_suffix(".errors")
    with errors_at.open("w") as errors:
        fetching = subprocess.Popen(
            [str(shop.programs / "pg_receivewal"), "-D", str(log), "--no-loop", "-d", shop.conninfo],
            env=shop.environment(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd="/",
        )
    try:
        wait_until(lambda: fetching.poll() is not None or any(log.iterdir()), seconds=FETCHING_STARTS_SECONDS)
        _refuse_if_ended(fetching, errors_at)
        yield
        _refuse_if_ended(fetching, errors_at)
    finally:
        fetching.send_signal(signal.SIGINT)
        fetching.wait()


def _refuse_if_ended(fetching: "subprocess.Popen[bytes]", errors_at: Path) -> None:
    if fetching.poll() is not None:
        reason = errors_at.read_text(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise RehearsalError(f"the log cannot be fetched: {reason[0]}")


def choose_point(shop: Shop) -> Point:
    """Choose the present moment, with a transaction before and after it, and wait until both are on disk."""
    with shop.connect() as connection:
        with connection.transaction():
            before = _transaction_number(connection)
            entries, last_entry = connection.execute(
                "SELECT count(*), COALESCE(max(id), 0) FROM core_journal"
            ).fetchone()  # type: ignore[misc]
        at = _scalar(connection, "SELECT clock_timestamp() FROM pg_sleep(0.01)")
        connection.execute("SELECT pg_sleep(0.01)")
        after = _transaction_number(connection)
        log_until = _scalar(connection, "SELECT pg_current_wal_insert_lsn()::text")
        # Fetching ends after the given position, so something must be written after it.
        _transaction_number(connection)
        wait_until(
            lambda: _scalar(connection, f"SELECT pg_current_wal_flush_lsn() > '{log_until}'::pg_lsn"),
            seconds=FLUSHED_WITHIN_SECONDS,
        )
    return Point(at, before, after, entries, last_entry, log_until)


def _restore(copy: Copy, log: Path, point: Point, shop: Shop) -> None:
    # Settings by ALTER SYSTEM override the configuration file, and they are meant for the shop.
    (copy.directory / "postgresql.auto.conf").write_text("")
    (copy.directory / "recovery.signal").touch()
    segment = f"{shlex.quote(str(log).replace('%', '%%'))}/%f"
    with shop.connect() as connection:
        as_in_the_shop = {name: str(_scalar(connection, f"SHOW {name}")) for name in _AS_IN_THE_SHOP}
    copy.start(
        as_in_the_shop
        | {
            "restore_command": f'cp {segment} "%p" 2>/dev/null || cp {segment}.partial "%p" 2>/dev/null',
            "recovery_target_time": point.at.isoformat(sep=" "),
            "recovery_target_action": "promote",
        }
    )


def prove(connection: "psycopg.Connection[Any]", point: Point) -> str:
    """Check that a copy has what was before its point and nothing after it. Raises RehearsalError."""
    # The later transaction is checked first: the copy's own transactions will reach its number.
    if _scalar(connection, _IS_COMMITTED, {"number": point.after}):
        raise RehearsalError("what was committed after the point is in the copy")
    if not _scalar(connection, _IS_COMMITTED, {"number": point.before}):
        raise RehearsalError("what was committed before the point is not in the copy")
    entries = _scalar(connection, _ENTRIES, {"last": point.last_entry})
    if entries < point.entries:
        raise RehearsalError(f"{point.entries - entries} entries of the journal from before the point are missing")
    return f"what was committed before is there (with {entries} entries of the journal), what came after is not"


def _transaction_number(connection: "psycopg.Connection[Any]") -> int:
    return int(_scalar(connection, "SELECT pg_current_xact_id()::text"))


def _scalar(connection: "psycopg.Connection[Any]", query: Any, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]
