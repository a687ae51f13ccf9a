"""The web process: pages and API."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and a statement nobody waits for must not hold locks.
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

application = get_wsgi_application()
resolve("/livez")  # Loads every view now; otherwise the first customer would wait for it.

# What was loaded by now stays: walking over it again and again, looking for garbage, took a tenth of the time of every
# request. Requests leave few cycles behind, so they are looked for less often.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 50)
