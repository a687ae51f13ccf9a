"""The shop's settings, pointed at servers that live as long as one test run (see conftest.py)."""

import os
import socket
import tempfile
from pathlib import Path

# Inherited by the workers of a parallel run and by every command that a test starts.
TEST_DATA = os.environ.setdefault("TEST_DATA", f"{tempfile.gettempdir()}/omnistore-test-{os.getpid()}")
# Each worker has servers of its own. Readers of the journal wait for the oldest transaction in their server, and a
# test is one long transaction: those of one worker would hold up the others.
os.environ["DATA"] = str(Path(TEST_DATA, os.environ.get("PYTEST_XDIST_WORKER", "")))

from omnistore.settings import *  # noqa: E402, F403
from omnistore.settings import DATA_DIR, DATABASES, IS_POSTGRES_EMBEDDED  # noqa: E402

if IS_POSTGRES_EMBEDDED:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "omnistore"}  # Migrated already; see prepared.py.

# Pages allow their scripts this address from the first on, wherever the process with the streams is started later.
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    LIVE_URL = f"http://localhost:{probe.getsockname()[1]}"

# Empty: what `make run` has collected would be looked through once for every browser of a test.
STATIC_ROOT = DATA_DIR / "static-root"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

MFA_TOTP_TOLERANCE = 1  # The half minute of a code may end between the making of it and its use.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
