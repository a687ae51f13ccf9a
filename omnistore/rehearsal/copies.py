"""A temporary PostgreSQL for restored data: reached only by a socket, deleted with its directory."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from omnistore.rehearsal.shop import Shop, run_program
from omnistore.rehearsal.steps import RehearsalError
from omnistore.tools.servers.locations import SHORT_ROOT
from omnistore.tools.servers.postgres import make_reachable, system_user
from omnistore.tools.servers.processes import spawn, stop_group, wait_until

# Recovery may replay the log of a day, so it may take long.
START_SECONDS = 3600.0
STOP_SECONDS = 30.0

# A copy of the shop's files has the shop's settings. It must not write to the shop's archive, subscribe to other
# servers or listen; and it need not be durable.
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "archive_mode": "off",
    "max_logical_replication_workers": "0",
    "synchronous_standby_names": "",
    "shared_preload_libraries": "",
    "ssl": "off",
    "autovacuum": "off",
    "fsync": "off",
    "jit": "off",
    "max_wal_size": "4GB",
    "log_destination": "stderr",
    "logging_collector": "off",
    "timezone": "UTC",
}


class Copy:
    """The server of one restored copy, with the shop's names of role and database."""

    def __init__(self, shop: Shop, room: Path) -> None:
        self.shop = shop
        self.room = room
        self.directory = room / "data"
        self.log = room / "postgres.log"
        self.system_user = system_user()
        self.sockets = Path(tempfile.mkdtemp(prefix="omnistore-copy-", dir=SHORT_ROOT))
        self.child: subprocess.Popen[bytes] | None = None
        self._settings = room / "settings"
        self._settings.mkdir(parents=True)

    def create(self) -> None:
        """Create an empty cluster with the shop's role as superuser, and an empty database."""
        self._hand_over()
        run_program(
            self.shop.programs / "initdb",
            *("-D", str(self.directory), "-U", self.shop.user, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
            user=self.system_user,
        )
        self.start({}, database="postgres")
        with self.connect("postgres") as connection:
            name = sql.Identifier(self.shop.database)
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))

    def start(self, options: Mapping[str, str], *, database: str = "") -> None:
        """Start the server and wait until its recovery ends and the database is writable."""
        (self._settings / "postgresql.conf").touch()
        (self._settings / "pg_hba.conf").write_text("local all all trust\n")
        self._hand_over()
        command = [str(self.shop.programs / "postgres"), "-D", str(self.directory), "-k", str(self.sockets)]
        own = {"config_file": f"{self._settings}/postgresql.conf", "hba_file": f"{self._settings}/pg_hba.conf"}
        for name, value in {**OPTIONS, **own, **options}.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("ab") as log:
            self.child = spawn(
                command, death_signal=signal.SIGINT, output=log, directory=self.sockets, user=self.system_user
            )
        wait_until(lambda: not self.is_alive() or self._is_writable(database), seconds=START_SECONDS)
        if not self.is_alive():
            raise RehearsalError(f"the restored server does not start: {self._end_of_log()}")

    def stop(self) -> None:
        """Stop the server and remove its socket; the directory goes with the rehearsal."""
        if self.child is not None:
            stop_group(self.child, ask=signal.SIGINT, seconds=STOP_SECONDS)
            self.child = None
        shutil.rmtree(self.sockets, ignore_errors=True)

    def is_alive(self) -> bool:
        """Return whether the server is running."""
        return self.child is not None and self.child.poll() is None

    def connect(self, database: str = "") -> "psycopg.Connection[Any]":
        """Open a connection to the copy."""
        return psycopg.connect(
            host=str(self.sockets),
            port=5432,
            user=self.shop.user,
            dbname=database or self.shop.database,
            autocommit=True,
            connect_timeout=5,
        )

    def _hand_over(self) -> None:
        """Make the system user of the server the owner of the files, if it is not the present user."""
        if self.system_user is None:
            return
        make_reachable(self.room, self.sockets, self.shop.programs)
        for path in (self.sockets, self.room, *self.room.rglob("*")):
            shutil.chown(path, self.system_user, self.system_user)

    def _is_writable(self, database: str) -> bool:
        try:
            with self.connect(database) as connection:
                row = connection.execute("SELECT NOT pg_is_in_recovery()").fetchone()
        except psycopg.OperationalError:
            return False
        return bool(row and row[0])

    def _end_of_log(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return ([line for line in lines if "FATAL" in line] or lines or ["its log is empty"])[-1]
