"""The shop's own PostgreSQL, which a rehearsal reads from and never writes to."""

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

# What Django adds for its own driver, and time limits that are for requests and not for backups.
_NOT_FOR_PROGRAMS = {"client_encoding", "context", "cursor_factory", "options", "password", "prepare_threshold"}


@dataclass(frozen=True)
class Shop:
    """The server that the settings name, and PostgreSQL's programs of the same version."""

    conninfo: str
    password: str
    user: str
    database: str
    programs: Path

    def connect(self) -> "psycopg.Connection[Any]":
        """Open a connection that runs each statement by itself and may hold a snapshot for long."""
        return psycopg.connect(
            self.conninfo,
            password=self.password or None,
            options="-c idle_in_transaction_session_timeout=0 -c statement_timeout=0",
            autocommit=True,
        )

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs against the shop's server. Raises RehearsalError with its own words."""
        run_program(self.programs / program, *arguments, "-d", self.conninfo, environment=self.environment())

    def environment(self) -> dict[str, str]:
        """Return the environment for the programs; a password on their command line could be seen by others."""
        return {**os.environ, **({"PGPASSWORD": self.password} if self.password else {})}


def find_shop() -> Shop:
    """Return the shop's server. Raises RehearsalError where it does not answer or its programs are missing."""
    given = connection.get_connection_params()
    try:
        connection.ensure_connection()
    except Exception as error:
        # Whatever keeps the driver from connecting, the remedy is the same.
        reason = str(error).strip().splitlines()[0]
        raise RehearsalError(f"the shop's database does not answer ({reason}); start it first") from error
    info = connection.connection.info
    return Shop(
        conninfo=make_conninfo(**{name: value for name, value in given.items() if name not in _NOT_FOR_PROGRAMS}),
        password=given.get("password") or "",
        user=info.user,
        database=info.dbname,
        programs=_programs(info.server_version // 10000),
    )


def run_program(
    program: Path, *arguments: str, environment: dict[str, str] | None = None, user: str | None = None
) -> None:
    """Run a program to its end. Raises RehearsalError with its last words if it fails."""
    answer = subprocess.run(
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
    if answer.returncode:
        said = answer.stderr.strip().splitlines()[-1:] or ["no reason given"]
        raise RehearsalError(f"{program.name} failed: {said[0]}")


def _programs(major: int) -> Path:
    """Find the programs of the server's own version: a copy of its files can be started by no other."""
    places = [Path(f"/usr/lib/postgresql/{major}/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        places.insert(0, Path(on_path).resolve().parent)
    try:
        places.insert(0, binaries())
    except ServerError:
        pass  # Said below, with the version that is needed.
    for place in places:
        if (place / "postgres").exists() and (place / "pg_dump").exists() and _major(place / "postgres") == major:
            return place
    raise RehearsalError(f"the programs of PostgreSQL {major} are not here; install its server package on this machine")


def _major(program: Path) -> int:
    answer = subprocess.run([str(program), "--version"], capture_output=True, text=True)
    return int(answer.stdout.split()[2].split(".")[0])
