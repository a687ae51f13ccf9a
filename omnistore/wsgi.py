"""The web process for pages and the API."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and an abandoned statement must not hold locks.
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from omnistore.web.request_state import keep_state_by_thread

keep_state_by_thread()
application = get_wsgi_application()
resolve("/livez")  # Loads every view now, so that the first customer does not wait for it.

# Everything loaded so far stays in use: scanning it for garbage took a tenth of every request's time. Requests create
# few cycles, so the collector runs less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 50)
