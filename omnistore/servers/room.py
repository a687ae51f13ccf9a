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

import psycopg

from omnistore.servers.postgres import Postgres

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
        self._is_settled = True
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)

    def start(self) -> None:
        """Let PostgreSQL take changes, as there is room for a start, and begin to look. Raises psycopg's errors."""
        self._postgres.take_changes(True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._ended.set()
        self._thread.join()

    def look(self) -> None:
        """Look once, and do what is due: stop changes, or take them again."""
        free = shutil.disk_usage(self._data).free
        if not self._is_low and free < LOW_BYTES:
            self._is_low, self._is_settled = True, False
            self._say(f"The disk is nearly full: until there is room for {self._data}, the shop takes no orders.")
        elif self._is_low and free > ENOUGH_BYTES:
            self._is_low, self._is_settled = False, False
            self._say("There is room on the disk again: the shop takes orders.")
        if not self._is_settled or (self._is_low and not self._postgres.answers()):
            self._is_settled = self._tell_postgres()
        if not self._is_low and free > ENOUGH_BYTES and not self._ballast.exists():
            self._keep_back()

    def _run(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_LOOKS):
            self.look()

    def _tell_postgres(self) -> bool:
        try:
            self._postgres.take_changes(not self._is_low)
        except psycopg.Error:
            # It found no room and ended; it needs some to start again, and is told at the next look.
            self._ballast.unlink(missing_ok=True)
            return False
        return True

    def _keep_back(self) -> None:
        try:
            with self._ballast.open("wb") as ballast:
                os.posix_fallocate(ballast.fileno(), 0, BALLAST_BYTES)
        except OSError:
            self._ballast.unlink(missing_ok=True)
