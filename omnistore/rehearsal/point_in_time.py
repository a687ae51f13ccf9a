"""
A physical copy with the log written since, restored to a point in time.

The proof are two transactions that change nothing and are committed all the same, one before the point and one after
it: PostgreSQL keeps what became of every transaction, so the copy is asked for both by their numbers. The log is
fetched without a replication slot. A slot that a killed rehearsal leaves behind would have the shop keep its log until
the disk is full; without one, the worst is that a piece is gone before it was fetched, and the rehearsal says so.
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

# Less than the shop's own, and the copy refuses to recover.
_AS_IN_THE_SHOP = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
# A transaction that the copy knows nothing of has a number that it has not come to, or never ended there.
_IS_COMMITTED = """
SELECT %(number)s::bigint < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
   AND pg_xact_status(%(number)s::text::xid8) = 'committed'
"""
_ENTRIES = "SELECT count(*) FROM core_journal WHERE id <= %(last)s::bigint"


@dataclass(frozen=True)
class Point:
    """A point in time, with what was committed before it and what after it."""

    at: datetime
    before: int
    after: int
    entries: int
    last_entry: int
    log_until: str


def rehearse_point_in_time(shop: Shop, room: Path, steps: Steps) -> None:
    """Copy the shop's files, fetch its log, restore to a point and look through it. Raises RehearsalError."""
    copy = Copy(shop, room / "files")
    log = copy.room / "log"
    log.mkdir(mode=0o700)
    try:
        with _fetching_log(shop, log):
            with steps.step("Copy of the server's files") as told:
                shop.run("pg_basebackup", "-D", str(copy.directory), "-X", "stream", "-c", "fast")
                told.append(size_of(copy.directory))
            with steps.step("The copy verified by its manifest"):
                run_program(shop.programs / "pg_verifybackup", str(copy.directory))
            point = choose_point(shop)
        with steps.step("The log written since") as told:
            shop.run("pg_receivewal", "-D", str(log), "--endpos", point.log_until, "--no-loop")
            told.append(size_of(log))
        with steps.step(f"Restored to {point.at.isoformat(sep=' ')}"):
            _restore(copy, log, point, shop)
        with steps.step("Before and after the point") as told, copy.connect() as connection:
            told.append(prove(connection, point))
        check(copy, steps, from_another_server=False)
    finally:
        copy.stop()


@contextmanager
def _fetching_log(shop: Shop, log: Path) -> Iterator[None]:
    """Fetch the shop's log from before the copy begins, so that there is no gap between the two."""
    said_at = log.with_suffix(".said")
    with said_at.open("w") as said:
        fetching = subprocess.Popen(
            [str(shop.programs / "pg_receivewal"), "-D", str(log), "--no-loop", "-d", shop.conninfo],
            env=shop.environment(),
            stdout=subprocess.DEVNULL,
            stderr=said,
            cwd="/",
        )
    try:
        wait_until(lambda: fetching.poll() is not None or any(log.iterdir()), seconds=FETCHING_STARTS_SECONDS)
        _refuse_if_ended(fetching, said_at)
        yield
        _refuse_if_ended(fetching, said_at)
    finally:
        fetching.send_signal(signal.SIGINT)
        fetching.wait()


def _refuse_if_ended(fetching: "subprocess.Popen[bytes]", said_at: Path) -> None:
    if fetching.poll() is not None:
        said = said_at.read_text(errors="replace").strip().splitlines()[-1:] or ["no reason given"]
        raise RehearsalError(f"the log cannot be fetched: {said[0]}")


def choose_point(shop: Shop) -> Point:
    """Choose this very moment, with a transaction before it and one after it, and wait until both are on the disk."""
    with shop.connect() as connection:
        with connection.transaction():
            before = _number(connection)
            entries, last_entry = connection.execute(
                "SELECT count(*), COALESCE(max(id), 0) FROM core_journal"
            ).fetchone()  # type: ignore[misc]
        at = _one(connection, "SELECT clock_timestamp() FROM pg_sleep(0.01)")
        connection.execute("SELECT pg_sleep(0.01)")
        after = _number(connection)
        log_until = _one(connection, "SELECT pg_current_wal_insert_lsn()::text")
        # Fetching ends behind the place that it is given, so there must be something behind it.
        _number(connection)
        wait_until(
            lambda: _one(connection, f"SELECT pg_current_wal_flush_lsn() > '{log_until}'::pg_lsn"),
            seconds=FLUSHED_WITHIN_SECONDS,
        )
    return Point(at, before, after, entries, last_entry, log_until)


def _restore(copy: Copy, log: Path, point: Point, shop: Shop) -> None:
    # What the shop has set by ALTER SYSTEM goes before what a file says, and is meant for the shop.
    (copy.directory / "postgresql.auto.conf").write_text("")
    (copy.directory / "recovery.signal").touch()
    piece = f"{shlex.quote(str(log).replace('%', '%%'))}/%f"
    with shop.connect() as connection:
        as_in_the_shop = {name: str(_one(connection, f"SHOW {name}")) for name in _AS_IN_THE_SHOP}
    copy.start(
        as_in_the_shop
        | {
            "restore_command": f'cp {piece} "%p" 2>/dev/null || cp {piece}.partial "%p" 2>/dev/null',
            "recovery_target_time": point.at.isoformat(sep=" "),
            "recovery_target_action": "promote",
        }
    )


def prove(connection: "psycopg.Connection[Any]", point: Point) -> str:
    """Ask a copy for what was before its point and what came after it. Raises RehearsalError."""
    # The number of the later one is asked for at once: the copy itself will come to it.
    if _one(connection, _IS_COMMITTED, {"number": point.after}):
        raise RehearsalError("what was committed after the point is in the copy")
    if not _one(connection, _IS_COMMITTED, {"number": point.before}):
        raise RehearsalError("what was committed before the point is not in the copy")
    entries = _one(connection, _ENTRIES, {"last": point.last_entry})
    if entries < point.entries:
        raise RehearsalError(f"{point.entries - entries} entries of the journal from before the point are missing")
    return f"what was committed before is there (with {entries} entries of the journal), what came after is not"


def _number(connection: "psycopg.Connection[Any]") -> int:
    return int(_one(connection, "SELECT pg_current_xact_id()::text"))


def _one(connection: "psycopg.Connection[Any]", query: Any, values: dict[str, Any] | None = None) -> Any:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return row[0]
