"""The web process: pages and API."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omnistore.settings")
# Nobody waits longer for a page, and a statement nobody waits for must not hold locks.
os.environ.setdefault("STATEMENT_TIMEOUT", "10s")

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

application = get_wsgi_application()
resolve("/livez")  # Loads every view now; otherwise the first customer would wait for it.
