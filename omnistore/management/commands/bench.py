"""`manage.py bench`: what a shopper's journey costs, by itself or against another commit."""

import json
import signal
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from omnistore.tools.bench import course
from omnistore.tools.bench.against import run as run_against
from omnistore.tools.bench.callers.crowd import CrowdFailed
from omnistore.tools.bench.shops.other_tree import CannotCompare
from omnistore.tools.servers.processes import ServerError

# Against another commit each measurement is made in every round, so it may be shorter.
SECONDS, SECONDS_AGAINST = 8.0, 4.0
ROUNDS = 4


class Command(BaseCommand):
    """Measure the shop in a temporary data directory of its own, where nothing else is running."""

    help = "Measure a shopper's journey over HTTP, and the same work as hand-written SQL; ends with one line of JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        spans = f"{SECONDS:.0f}, or {SECONDS_AGAINST:.0f} in each round against a commit"
        parser.add_argument("--seconds", type=float, help=f"How long a journey is measured ({spans}).")
        parser.add_argument("--against", default="", metavar="COMMIT", help="Measure this commit too, in turns.")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"How many turns each has ({ROUNDS}).")
        parser.add_argument("--json-only", action="store_true", help="Print nothing but the line of JSON.")

    def handle(
        self, *args: Any, seconds: float | None, against: str, rounds: int, json_only: bool, **options: Any
    ) -> None:
        """Measure; whatever goes wrong, what was started is stopped and the directory deleted."""

        def say(text: str) -> None:
            if not json_only:
                print(text, flush=True)

        # A polite kill ends the run like any error.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
        with tempfile.TemporaryDirectory(prefix="omnistore-bench-") as temporary:
            # PostgreSQL's own user has to reach its directory.
            Path(temporary).chmod(0o755)
            try:
                measured = _measure(Path(temporary), seconds, against, rounds, say)
            except (CannotCompare, CrowdFailed, ServerError) as error:
                raise SystemExit(str(error)) from error
            except KeyboardInterrupt:
                raise SystemExit("Stopped.") from None
        if measured is None:
            raise SystemExit("The books do not balance: these figures are worth nothing.")
        print(json.dumps(measured), flush=True)


def _measure(
    temporary: Path, seconds: float | None, against: str, rounds: int, say: course.Say
) -> dict[str, Any] | None:
    if against:
        return run_against(temporary, against, seconds=seconds or SECONDS_AGAINST, rounds=rounds, say=say)
    return course.run(temporary / "data", seconds=seconds or SECONDS, say=say)
