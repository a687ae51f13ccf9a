"""The shop that is measured: PostgreSQL, Valkey and the web processes of production, in a directory of its own."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

import psutil
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from core import metrics
from omnistore.servers.postgres import Postgres
from omnistore.servers.processes import ServerError, wait_until
from omnistore.servers.valkey import Valkey
from omnistore.supervisor import Program, Supervisor, environment_of_programs, read_procfile

START_SECONDS = 60.0
HOST = "127.0.0.1"
SHOP = "omnistore.wsgi:application"


@dataclass(frozen=True)
class MeasuredShop:
    """The running processes, by what their CPU time is counted as, and where they listen."""

    web: psutil.Process
    postgres: psutil.Process
    port: int


@contextmanager
def open_servers() -> Iterator[Postgres]:
    """Start PostgreSQL, as durable as in production, and Valkey in settings.DATA_DIR, migrated; stop them after."""
    postgres, valkey = Postgres(settings.DATA_DIR), Valkey(settings.DATA_DIR)
    with ExitStack() as at_the_end:
        for server in (postgres, valkey):
            at_the_end.callback(server.stop)
            server.start()
        call_command("migrate", interactive=False, verbosity=0)
        at_the_end.callback(connection.close)
        yield postgres


@contextmanager
def open_web(postgres: Postgres, *, port: int, application: str = SHOP, **variables: str) -> Iterator[MeasuredShop]:
    """
    Start the web processes of the Procfile and stop them after. Raises ServerError if they do not answer.

    application: what they serve, the shop or something to compare it with; variables: of their environment.
    """
    counts = settings.DATA_DIR / "run" / "metrics"
    metrics.prepare_directory(counts)
    environment = environment_of_programs(
        DATA=str(settings.DATA_DIR), PORT=str(port), HOST=HOST, PROMETHEUS_MULTIPROC_DIR=str(counts), **variables
    )
    command = read_procfile(settings.BASE_DIR / "Procfile")["web"].replace(SHOP, application)
    web = Program(application, command, data=settings.DATA_DIR, environment=environment)
    try:
        web.start()
        if not wait_until(lambda: not web.is_alive() or _answers(port), seconds=START_SECONDS) or not web.is_alive():
            raise ServerError(f"The web process does not start: {web.log.read_text()[-500:]}")
        assert web.child is not None and postgres.child is not None
        yield MeasuredShop(web=psutil.Process(web.child.pid), postgres=psutil.Process(postgres.child.pid), port=port)
    finally:
        Supervisor(print).stop([web])


def free_port() -> int:
    """Return a port of this machine that nothing listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    asked = HTTPConnection(HOST, port, timeout=5)
    try:
        asked.request("GET", "/livez")
        return asked.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asked.close()
