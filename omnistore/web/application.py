"""The entry point of the web processes."""

import resource

from django.conf import settings
from django.db import connections
from psycopg.conninfo import make_conninfo

from core.data.database.watch import Watch, watch_over
from omnistore.web.server import Web

# This import sets up Django, so it comes before everything that needs Django.
from omnistore.wsgi import application as _wsgi

MOST_OPEN_FILES = 65_536


def _allow_open_files() -> None:
    """Raise the limit of open files to the hard limit; the usual soft limit is too low for many connections."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_OPEN_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _conninfo() -> str:
    parameters = connections["default"].get_connection_params()
    known = ("host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "application_name")
    return make_conninfo("", **{name: parameters[name] for name in known if parameters.get(name)})


_allow_open_files()
application = Web(_wsgi, threads=settings.WEB_THREADS)
watch_over(Watch(longest_seconds=application.longest_seconds, conninfo=_conninfo()))
