"""The shop's settings with the servers of one test run (see conftest.py)."""

import os
import socket
import tempfile
from pathlib import Path

# Inherited by the workers of a parallel run and by every command that a test starts.
TEST_DATA = os.environ.setdefault("TEST_DATA", f"{tempfile.gettempdir()}/omnistore-test-{os.getpid()}")
# Each worker has its own servers. Readers of the journal wait for the oldest transaction in their server, and a
# test is one long transaction: those of one worker would block the others.
os.environ["DATA"] = str(Path(TEST_DATA, os.environ.get("PYTEST_XDIST_WORKER", "")))

from omnistore.settings import *  # noqa: E402, F403
from omnistore.settings import DATA_DIR, DATABASES, IS_POSTGRES_EMBEDDED  # noqa: E402

if IS_POSTGRES_EMBEDDED:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "omnistore"}  # Migrated already; see prepared.py.

# Pages allow their scripts this URL from the start; the process of event streams is started later.
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    LIVE_URL = f"http://localhost:{probe.getsockname()[1]}"

# Empty: otherwise each browser of a test would scan the files that `make run` has collected.
STATIC_ROOT = DATA_DIR / "static-root"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

MFA_TOTP_TOLERANCE = 1  # The half minute of a code may end between its creation and its use.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
