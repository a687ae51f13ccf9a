"""The servers of the measured shop. Benchmarks of other commits use this module and function, too (agent.py)."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from omnistore.tools.servers.postgres import Postgres
from omnistore.tools.servers.valkey import Valkey


@contextmanager
def open_servers() -> Iterator[Postgres]:
    """Start PostgreSQL, as durable as in production, and Valkey in settings.DATA_DIR; migrate; stop both afterwards."""
    postgres, valkey = Postgres(settings.DATA_DIR), Valkey(settings.DATA_DIR)
    with ExitStack() as exit_stack:
        for server in (postgres, valkey):
            exit_stack.callback(server.stop)
            server.start()
        call_command("migrate", interactive=False, verbosity=0)
        exit_stack.callback(connection.close)
        yield postgres
