"""
Room on the disk: some of it is kept back, and a shop that runs out of it still shows its goods.

A PostgreSQL that finds no room for its log of changes ends itself, and everything that only reads ends with it. So
changes stop before: while little is left, new transactions may only read. Who wants to buy is told to try again, who
looks around notices nothing, and when there is room again the shop goes on by itself.
"""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from omnistore.tools.servers.postgres import Postgres

SECONDS_BETWEEN_LOOKS = 0.25
LOW_BYTES = 80_000_000
# Lies there to be deleted when PostgreSQL could not be started otherwise; whatever filled the disk has ended by then.
BALLAST_BYTES = 64_000_000
ENOUGH_BYTES = LOW_BYTES + BALLAST_BYTES + 32_000_000


class Room:
    """Looks after the room for a data directory and its PostgreSQL, in a thread of its own."""

    def __init__(self, data: Path, postgres: Postgres, say: Callable[[str], None]) -> None:
        self._data = data
        self._ballast = data / "run" / "ballast"
        self._postgres = postgres
        self._say = say
        self._is_low = False
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Look once, and do what is due: stop changes, or take them again."""
        free = shutil.disk_usage(self._data).free
        if not self._is_low and free < LOW_BYTES:
            self._is_low = True
            self._postgres.take_changes(False)
            self._say(f"The disk is nearly full: until there is room for {self._data}, the shop takes no orders.")
        elif self._is_low and free > ENOUGH_BYTES:
            self._is_low = False
            self._postgres.take_changes(True)
            self._say("There is room on the disk again: the shop takes orders.")
        if self._is_low and not self._postgres.answers():
            self._ballast.unlink(missing_ok=True)
        if not self._is_low and free > ENOUGH_BYTES and not self._ballast.exists():
            self._keep_back()

    def _run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.look()

    def _keep_back(self) -> None:
        try:
            with self._ballast.open("wb") as ballast:
                os.posix_fallocate(ballast.fileno(), 0, BALLAST_BYTES)
        except OSError:
            self._ballast.unlink(missing_ok=True)
