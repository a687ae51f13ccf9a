"""The web process: pages and API."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and a statement nobody waits for must not hold locks.
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
    Keep what Django knows of the present request (connections, language, address) in plain thread-locals.

    Django keeps it where coroutines find it as well, and looks for a running event loop at every touch: two hundred
    times a request. This process has threads only.
    """
    for holder, name in (
        (connections, "_connections"),
        (caches, "_connections"),
        (trans_real, "_active"),
        (addresses, "_prefixes"),
        (addresses, "_urlconfs"),
    ):
        getattr(holder, name)  # A Django that keeps it elsewhere must not go unnoticed.
        setattr(holder, name, threading.local())


def leave_out_idle_work() -> None:
    """
    Stop what Django does around each request to no effect here.

    Statements are kept for a debugger only, the cache has nothing to close, and which addresses count is said anew
    when a request begins. A connection is looked at then as well, so nothing is won by doing it at the end too.
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
resolve("/livez")  # Loads every view now; otherwise the first customer would wait for it.

# What was loaded by now stays: walking over it again and again, looking for garbage, took a tenth of the time of every
# request. Requests leave few cycles behind, so they are looked for less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 50)
