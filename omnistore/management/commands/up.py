"""`manage.py up`: runs the whole shop with one command."""

import fcntl
import os
import shutil
import socket
from argparse import ArgumentParser
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any

import redis
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory

from core.web import metrics
from inventory.models import Product
from omnistore.static_files import collect_if_changed
from omnistore.tools.database_checks import check_database
from omnistore.tools.demo.logins import DEMO_LOGINS, DEMO_PASSWORD
from omnistore.tools.servers.disk_space import ENOUGH_BYTES, DiskSpace
from omnistore.tools.servers.postgres import Postgres
from omnistore.tools.servers.processes import ServerError
from omnistore.tools.servers.valkey import Valkey
from omnistore.tools.supervisor import Program, Supervisor, environment_of_programs, read_procfile

LEAST_FREE_BYTES = 300_000_000
FULL_BYTES = 10_000_000
READ_ONLY = "25006"  # PostgreSQL's code read_only_sql_transaction.
LONGEST_START_SECONDS = 600.0
DEATHS_OF_WEB = 3
PROBES_OF_WEB = 6


class Command(BaseCommand):
    """Start the servers, migrate the database, then run and supervise every process of the shop."""

    help = "Run the whole shop: PostgreSQL and Valkey where none are named, migrations, demo data, all processes."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--servers-only",
            action="store_true",
            help="Only PostgreSQL and Valkey, migrated; for running other commands in a second shell.",
        )

        parser.add_argument(
            "--erase-data",
            action="store_true",
            help="Delete everything in the data directory, for good, and end.",
        )

    def handle(self, *args: Any, servers_only: bool, erase_data: bool, **options: Any) -> None:
        """Run until stopped; print one sentence if the start fails."""
        self.supervisor = Supervisor(self.say)
        self.supervisor.stop_on_signals()
        with ExitStack() as exit_stack:
            try:
                exit_stack.enter_context(_claim(settings.DATA_DIR))
                if erase_data:
                    return self.erase_data()
                self.run(exit_stack, servers_only)
            except ServerError as error:
                # SystemExit prints its message without a traceback.
                raise SystemExit(str(error)) from error
            except OSError as error:
                # For example a full disk or a read-only directory.
                raise SystemExit(f"{error.strerror or error}: {error.filename or settings.DATA_DIR}") from error
            except Exception as error:
                # A disk that becomes full causes many kinds of errors; all of them get this message. Shortly before,
                # the database only reads, and migrations fail for that.
                is_read_only = getattr(error.__cause__, "sqlstate", "") == READ_ONLY
                if shutil.disk_usage(settings.DATA_DIR).free > (ENOUGH_BYTES if is_read_only else FULL_BYTES):
                    raise
                raise SystemExit(f"The disk is full: make room for {settings.DATA_DIR}, then start again.") from error
            self.say("Stopping ...")
        self.say("Stopped.")

    def run(self, exit_stack: ExitStack, servers_only: bool) -> None:
        """Start everything and supervise it until stopped."""
        if not servers_only:
            _refuse_taken_ports()
        servers = self.start_servers(exit_stack)
        self.prepare(servers_only)
        programs = [] if servers_only else self.start_programs(exit_stack, servers)
        if not self.supervisor.asked_to_stop.is_set():
            self.say_where_things_are(servers_only)
            self.supervisor.watch(*servers, *programs)

    def erase_data(self) -> None:
        """Delete the shop's files in its data directory; other files stay."""
        for name in ("postgres", "valkey", "media", "log", "run"):
            shutil.rmtree(settings.DATA_DIR / name, ignore_errors=True)
        self.say(f"All data of the shop in {settings.DATA_DIR} is deleted.")

    def say(self, sentence: str) -> None:
        """Print a sentence."""
        try:
            self.stdout.write(sentence)
            self.stdout.flush()
        except OSError:
            pass  # Written to a file on a full disk; no reason to stop looking after the shop.

    def start_servers(self, exit_stack: ExitStack) -> list[Postgres | Valkey]:
        """Start the servers that the environment does not name, and refuse named ones that do not answer."""
        servers: list[Postgres | Valkey] = []
        if settings.IS_POSTGRES_EMBEDDED:
            servers.append(Postgres(settings.DATA_DIR))
        if settings.IS_VALKEY_EMBEDDED:
            servers.append(Valkey(settings.DATA_DIR))
        for server in servers:
            exit_stack.callback(server.stop)
            server.start()
            if isinstance(server, Postgres):
                space = DiskSpace(settings.DATA_DIR, server, self.say)
                space.start()
                exit_stack.callback(space.stop)
        _refuse_unreachable_database()
        _refuse_unreachable_valkey()
        return servers

    def prepare(self, servers_only: bool) -> None:
        """Migrate the database, collect the static files and seed the demo, as needed."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except InconsistentMigrationHistory as error:
            raise ServerError(
                "This data was made by a version with other migrations, before the first release. Erase it with "
                f"`make reset`, or name an empty directory in DATA. ({error})"
            ) from error
        if servers_only:
            return
        if collect_if_changed():
            self.say("Static files collected.")
        if settings.DEMO and "seed_demo" in get_commands() and not Product.objects.exists():
            self.say("Filling the demo shop ...")
            call_command("seed_demo")
        connection.close()

    def start_programs(self, exit_stack: ExitStack, servers: list[Postgres | Valkey]) -> list[Program]:
        """Start every program of the Procfile, web first, and wait until web responds."""
        counts = metrics.directory_of(settings.DATA_DIR)
        metrics.prepare_directory(counts)
        exit_stack.callback(metrics.remove_directory, counts)
        environment = environment_of_programs(
            DATA=str(settings.DATA_DIR),
            PORT=str(settings.PORT),
            LIVE_PORT=str(settings.LIVE_PORT),
            PROMETHEUS_MULTIPROC_DIR=str(counts),
        )
        programs = [
            Program(name, command, data=settings.DATA_DIR, environment=environment)
            for name, command in read_procfile(settings.BASE_DIR / "Procfile").items()
        ]
        exit_stack.callback(self.supervisor.stop, programs)
        # Web starts alone so that it has the processors until it responds; nobody waits for the others.
        web, *others = programs
        web.start()
        # On a slow machine a running web process may just need more time.
        self.supervisor.wait_for(
            lambda: _all_workers_respond() or self.supervisor.deaths[web.name] >= DEATHS_OF_WEB,
            *servers,
            web,
            seconds=LONGEST_START_SECONDS,
        )
        if self.supervisor.asked_to_stop.is_set():
            return []
        if not _web_responds():
            raise ServerError(f"The web process does not start: see {settings.DATA_DIR / 'log' / 'web.log'}.")
        for program in others:
            program.start()
        return programs

    def say_where_things_are(self, servers_only: bool) -> None:
        """Print the addresses, the demo's logins and how to stop."""
        if servers_only:
            lines = ["PostgreSQL and Valkey run; other commands find them by themselves."]
        else:
            lines = [
                "",
                f"  Shop         {settings.PUBLIC_URL}/",
                f"  Shop API     {settings.PUBLIC_URL}/api/v1/docs/",
                f"  Back office  {settings.PUBLIC_URL}/admin/",
            ]
            if settings.DEMO:
                lines.append(f"  Mailbox      {settings.PUBLIC_URL}/mailbox/   (what the demo would have sent)")
                lines += ["", f"  Demo logins, password {DEMO_PASSWORD}:"]
                lines += [f"    {email:<22} {role}" for email, role in DEMO_LOGINS.items()]
        self.say("\n".join([*lines, "", f"  Logs in {settings.DATA_DIR / 'log'}. Stop with Ctrl-C.", ""]))


def _claim(data: Path) -> IO[str]:
    """Make sure that only one supervisor uses a data directory, and that it has enough disk space."""
    (data / "run").mkdir(parents=True, exist_ok=True)
    lock = (data / "run" / "up.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ServerError(
            f"The shop is already running on {data}: stop it first, or choose another DATA directory."
        ) from None
    free = shutil.disk_usage(data).free
    if free < LEAST_FREE_BYTES:
        raise ServerError(
            f"Only {free // 1_000_000} MB are free for {data}: make room for {LEAST_FREE_BYTES // 1_000_000} MB."
        )
    return lock


def _refuse_taken_ports() -> None:
    for variable in ("PORT", "LIVE_PORT"):
        port = getattr(settings, variable)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((os.environ.get("HOST", "127.0.0.1"), port))
            except OSError as error:
                raise ServerError(
                    f"Port {port} cannot be used ({error.strerror}): stop what uses it, or set {variable} to another."
                ) from error


def _refuse_unreachable_database() -> None:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        reason = str(error).strip().splitlines()[0]
        raise ServerError(f"The database named by DATABASE_URL cannot be used: {reason}") from error
    if unfit := check_database(databases=["default"]):
        raise ServerError(" ".join(str(error.msg) for error in unfit))


def _refuse_unreachable_valkey() -> None:
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise ServerError(f"The Valkey named by REDIS_URL cannot be used: {error}") from error


def _all_workers_respond() -> bool:
    # The port is open before all workers have loaded the shop, and connections are distributed among the workers.
    return all(_web_responds() for _ in range(PROBES_OF_WEB))


def _web_responds() -> bool:
    connection_to_web = HTTPConnection(os.environ.get("HOST", "127.0.0.1"), settings.PORT, timeout=5)
    try:
        connection_to_web.request("GET", "/livez")
        connection_to_web.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        connection_to_web.close()
    return True
