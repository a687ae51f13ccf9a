"""
Watches the disk space: some of it is reserved, and a shop that runs out of space becomes read-only.

PostgreSQL shuts down if it has no space for its write-ahead log, and then even reads fail. So writes stop earlier:
while little space is left, new transactions are read-only. Buyers are told to try again, pages keep working, and when
there is space again, writes are allowed automatically.
"""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from omnistore.tools.servers.postgres import Postgres

SECONDS_BETWEEN_CHECKS = 0.25
LOW_BYTES = 80_000_000
# This file is deleted if PostgreSQL cannot start otherwise; by then the writes that filled the disk have ended.
BALLAST_BYTES = 64_000_000
ENOUGH_BYTES = LOW_BYTES + BALLAST_BYTES + 32_000_000


class DiskSpace:
    """Watches the disk space of a data directory and its PostgreSQL, in a separate thread."""

    def __init__(self, data: Path, postgres: Postgres, say: Callable[[str], None]) -> None:
        self._data = data
        self._ballast = data / "run" / "ballast"
        self._postgres = postgres
        self._say = say
        self._is_low = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="disk-space", daemon=True)

    def start(self) -> None:
        """Start watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def check(self) -> None:
        """Check once, and stop or allow writes if needed."""
        free = shutil.disk_usage(self._data).free
        if not self._is_low and free < LOW_BYTES:
            self._is_low = True
            self._postgres.allow_writes(False)
            self._say(f"The disk is nearly full: until there is room for {self._data}, the shop takes no orders.")
        elif self._is_low and free > ENOUGH_BYTES:
            self._is_low = False
            self._postgres.allow_writes(True)
            self._say("There is room on the disk again: the shop takes orders.")
        if self._is_low and not self._postgres.answers():
            self._ballast.unlink(missing_ok=True)
        if not self._is_low and free > ENOUGH_BYTES and not self._ballast.exists():
            self._reserve()

    def _run(self) -> None:
        while not self._stopped.wait(SECONDS_BETWEEN_CHECKS):
            self.check()

    def _reserve(self) -> None:
        try:
            with self._ballast.open("wb") as ballast:
                os.posix_fallocate(ballast.fileno(), 0, BALLAST_BYTES)
        except OSError:
            self._ballast.unlink(missing_ok=True)
