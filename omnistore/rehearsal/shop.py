"""The shop's own PostgreSQL, which a rehearsal only reads."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from omnistore.rehearsal.steps import RehearsalError
from omnistore.tools.servers.postgres import binaries
from omnistore.tools.servers.processes import ServerError

# Parameters of Django's driver, and time limits that are for requests and not for backups.
_NOT_FOR_PROGRAMS = {"client_encoding", "context", "cursor_factory", "options", "password", "prepare_threshold"}


@dataclass(frozen=True)
class Shop:
    """The server in the settings, with PostgreSQL's programs of the same version."""

    conninfo: str
    password: str
    user: str
    database: str
    programs: Path

    def connect(self) -> "psycopg.Connection[Any]":
        """Open an autocommit connection that may hold a snapshot for long."""
        return psycopg.connect(
            self.conninfo,
            password=self.password or None,
            options="-c idle_in_transaction_session_timeout=0 -c statement_timeout=0",
            autocommit=True,
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on the shop's server. Raises RehearsalError with its message."""
        run_program(self.programs / program, *arguments, "-d", self.conninfo, environment=self.environment())

    def environment(self) -> dict[str, str]:
        """Return the environment for the programs; a password on the command line would be visible to others."""
        return {**os.environ, **({"PGPASSWORD": self.password} if self.password else {})}


def find_shop() -> Shop:
    """Return the shop's server. Raises RehearsalError if it does not respond or its programs are missing."""
    parameters = connection.get_connection_params()
    try:
        connection.ensure_connection()
    except Exception as error:
        # The remedy is the same for every reason why the driver cannot connect.
        reason = str(error).strip().splitlines()[0]
        raise RehearsalError(f"the shop's database does not answer ({reason}); start it first") from error
    info = connection.connection.info
    return Shop(
        conninfo=make_conninfo(**{name: value for name, value in parameters.items() if name not in _NOT_FOR_PROGRAMS}),
        password=parameters.get("password") or "",
        user=info.user,
        database=info.dbname,
        programs=_programs(info.server_version // 10000),
    )


def run_program(
    program: Path, *arguments: str, environment: dict[str, str] | None = None, user: str | None = None
) -> None:
    """Run a program to its end. Raises RehearsalError with its last message if it fails."""
    result = subprocess.run(
        [str(program), *arguments],
        env=environment,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
    )
    if result.returncode:
        reason = result.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise RehearsalError(f"{program.name} failed: {reason[0]}")


def _programs(major: int) -> Path:
    """Return the directory of the programs of the server's version: no other version can start a copy of its files."""
    directories = [Path(f"/usr/lib/postgresql/{major}/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        directories.insert(0, Path(on_path).resolve().parent)
    try:
        directories.insert(0, binaries())
    except ServerError:
        pass  # The error below names the needed version.
    for directory in directories:
        if (
            (directory / "postgres").exists()
            and (directory / "pg_dump").exists()
            and _major(directory / "postgres") == major
        ):
            return directory
    raise RehearsalError(f"the programs of PostgreSQL {major} are not here; install its server package on this machine")


def _major(program: Path) -> int:
    result = subprocess.run([str(program), "--version"], capture_output=True, text=True)
    return int(result.stdout.split()[2].split(".")[0])
