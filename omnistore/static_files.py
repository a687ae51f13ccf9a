"""Collecting the static files only when they have changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_if_changed() -> bool:
    """Collect, hash and compress the static files if any is new or changed. Return whether it did."""
    marker = Path(settings.STATIC_ROOT) / ".collected"
    present = _fingerprint()
    if marker.exists() and marker.read_text() == present:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    marker.write_text(present)
    return True


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = Path(storage.path(path)).stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
