"""`manage.py rehearse_restore`: can the shop be restored from its backups?"""

import shutil
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from omnistore.rehearsal.dump import rehearse_dump
from omnistore.rehearsal.point_in_time import rehearse_point_in_time
from omnistore.rehearsal.shop import Shop, find_shop
from omnistore.rehearsal.steps import RehearsalError, Steps

# For the files, the log or the dump and the copy that is restored from them; one rehearsal runs after the other.
ROOM_FOR_EACH_BYTE = 2.5
LEAST_ROOM_BYTES = 500_000_000


class Command(BaseCommand):
    """Make a dump and a physical copy of the running shop, restore both into temporary servers, and check them."""

    help = "Restore a dump, and a physical copy at a point in time, on trial; the shop's data is only read."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dump-only",
            action="store_true",
            help="leave out the physical copy, for servers whose provider keeps that part to itself",
        )
        parser.add_argument("--directory", type=Path, help="where there is room for the copies; deleted at the end")

    def handle(self, *args: Any, dump_only: bool, directory: Path | None, **options: Any) -> None:
        """Run both rehearsals; the last line says whether the backups can be trusted."""
        steps = Steps(self.say)
        parts = {"a dump": rehearse_dump, "a physical copy at a point in time": rehearse_point_in_time}
        if dump_only:
            del parts["a physical copy at a point in time"]
        try:
            shop = find_shop()
            for name, rehearse in parts.items():
                with tempfile.TemporaryDirectory(prefix="omnistore-rehearsal-", dir=directory) as room:
                    _refuse_too_little_space(shop, Path(room))
                    self.say(f"Restoring {name} of {shop.database} in {room}")
                    rehearse(shop, Path(room), steps)
        except RehearsalError as error:
            raise SystemExit(f"The backups CANNOT be trusted: {error}.") from error
        finally:
            connection.close()
        self.say(f"The backups can be trusted: {' and '.join(parts)} restored, everything there.")

    def say(self, sentence: str) -> None:
        """Print a sentence at once."""
        self.stdout.write(sentence)
        self.stdout.flush()


def _refuse_too_little_space(shop: Shop, room: Path) -> None:
    with shop.connect() as connection_to_shop:
        row = connection_to_shop.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    needed = int(row[0] * ROOM_FOR_EACH_BYTE) + LEAST_ROOM_BYTES
    free = shutil.disk_usage(room).free
    if free < needed:
        raise RehearsalError(
            f"{needed // 1_000_000} MB are needed in {room.parent} and {free // 1_000_000} are free; "
            "name another place by --directory"
        )
