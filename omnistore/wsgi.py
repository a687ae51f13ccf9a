"""The web process for pages and the API."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and an abandoned statement must not hold locks.
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")

import threading

from django.conf import settings
from django.core.cache import caches, close_caches
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections, reset_queries
from django.urls import base as addresses
from django.urls import resolve
from django.utils.translation import trans_real


def keep_state_by_thread() -> None:
    """
    Keep Django's state of the current request (connections, language, URL) in plain thread-locals.

    Django stores it so that coroutines find it too, and looks for a running event loop at every access: two hundred
    times per request. This process has threads only.
    """
    for holder, name in (
        (connections, "_connections"),
        (caches, "_connections"),
        (trans_real, "_active"),
        (addresses, "_prefixes"),
        (addresses, "_urlconfs"),
    ):
        getattr(holder, name)  # A Django version that stores it elsewhere must fail loudly.
        setattr(holder, name, threading.local())


def leave_out_idle_work() -> None:
    """
    Disconnect Django's handlers around each request that have no effect here.

    Statements are kept only for a debugger, the cache has nothing to close, and the URL configuration is set again when
    a request begins. A connection is checked then too, so checking it at the end gains nothing.
    """
    for signal, work in (
        (request_started, reset_queries),
        (request_finished, close_caches),
        (request_finished, reset_urlconf),
        (request_finished, close_old_connections),
    ):
        was_found = signal.disconnect(work)
        assert was_found, f"Django does {work.__name__} elsewhere now; see what it is for."


keep_state_by_thread()
if not settings.DEBUG:
    leave_out_idle_work()
application = get_wsgi_application()
resolve("/livez")  # Loads every view now, so that the first customer does not wait for it.

# Everything loaded so far stays in use: scanning it for garbage took a tenth of every request's time. Requests create
# few cycles, so the collector runs less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 50)
