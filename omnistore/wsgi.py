"""The web process for pages and the API."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and an abandoned statement must not hold locks.
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")

from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.urls import resolve

from omnistore.tools.database_checks import refuse_unfit_database
from omnistore.web.request_state import keep_state_by_thread


def leave_out_idle_work() -> None:
    """
    Disconnect what Django does with connections around each request that has no effect here.

    Statements are kept only for a debugger. A connection is checked when a request begins, so checking it at the end
    gains nothing.
    """
    for signal, work in ((request_started, reset_queries), (request_finished, close_old_connections)):
        was_found = signal.disconnect(work)
        assert was_found, f"Django does {work.__name__} elsewhere now; see docs/upgrading.md."


keep_state_by_thread()
if not settings.DEBUG:
    leave_out_idle_work()
application = get_wsgi_application()
if settings.PRODUCTION or settings.DEMO:
    refuse_unfit_database()
resolve("/livez")  # Loads every view now, so that the first customer does not wait for it.

# Everything loaded so far stays in use: scanning it for garbage took a tenth of every request's time. Requests create
# few cycles, so the collector runs less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 50)
