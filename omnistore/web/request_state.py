"""Django's state of the current request, kept by thread."""

import threading
from typing import Any

from asgiref.local import Local
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.urls import base as addresses
from django.utils.translation import trans_real

# Where Django keeps connections, caches, the language, and how URLs begin and are resolved (docs/upgrading.md).
HOLDERS: tuple[tuple[Any, str], ...] = (
    (connections, "_connections"),
    (caches, "_connections"),
    (trans_real, "_active"),
    (addresses, "_prefixes"),
    (addresses, "_urlconfs"),
)


def keep_state_by_thread() -> None:
    """
    Keep the state in plain thread-locals, in a process that has threads only.

    Django keeps it so that coroutines find it too, and looks for a running event loop at every access: two hundred
    times per request. Raises ImproperlyConfigured if this Django keeps it otherwise: a place that is missed or filled
    with something else could mix up the languages or the transactions of two visitors.
    """
    moved = [name for holder, name in HOLDERS if not isinstance(getattr(holder, name, None), Local)]
    if moved:
        raise ImproperlyConfigured(
            f"This version of Django keeps {', '.join(moved)} otherwise than the shop expects: install "
            "requirements.txt, or see docs/upgrading.md."
        )
    for holder, name in HOLDERS:
        setattr(holder, name, threading.local())
