"""The shop's settings, pointed at servers that live as long as one test run (see conftest.py)."""

import os
import socket
import tempfile
from pathlib import Path

# Inherited by the workers of a parallel run and by every command that a test starts.
TEST_DATA = os.environ.setdefault("TEST_DATA", f"{tempfile.gettempdir()}/omnistore-test-{os.getpid()}")
os.environ["DATA"] = TEST_DATA

from omnistore.settings import *  # noqa: E402, F403
from omnistore.settings import CACHES, DATABASES, IS_POSTGRES_EMBEDDED, REDIS_URL  # noqa: E402

if IS_POSTGRES_EMBEDDED:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "omnistore"}  # Migrated already; see prepared.py.

# Each worker of a parallel run has its own database in Valkey, as pytest-django gives it one in PostgreSQL.
VALKEY_DATABASE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
if REDIS_URL.startswith("unix:"):
    REDIS_URL = f"{REDIS_URL}?db={VALKEY_DATABASE}"
    CACHES["default"]["LOCATION"] = REDIS_URL
    CELERY_BROKER_URL = (
        f"{REDIS_URL.replace('unix:', 'redis+socket:').partition('?')[0]}?virtual_host={VALKEY_DATABASE}"
    )

# Pages allow their scripts this address from the first on, wherever the process with the streams is started later.
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    LIVE_URL = f"http://localhost:{probe.getsockname()[1]}"

# Empty: what `make run` has collected would be looked through once for every browser of a test.
STATIC_ROOT = Path(TEST_DATA) / "static-root"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

MFA_TOTP_TOLERANCE = 1  # The half minute of a code may end between the making of it and its use.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
