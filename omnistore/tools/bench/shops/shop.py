"""The servers of the shop that is measured. Measurements of other commits open them by this name, too (keeper.py)."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from omnistore.tools.servers.postgres import Postgres
from omnistore.tools.servers.valkey import Valkey


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
