"""`manage.py bench`: measures the cost of a shopper's journey, alone or compared with another commit."""

import json
import signal
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from omnistore.tools.bench import benchmark
from omnistore.tools.bench.against import run as run_against
from omnistore.tools.bench.callers.load import LoadFailed
from omnistore.tools.bench.shops.other_tree import CannotCompare
from omnistore.tools.servers.processes import ServerError

# In a comparison each measurement is repeated in every round, so it can be shorter.
SECONDS, SECONDS_AGAINST = 8.0, 4.0
ROUNDS = 4


class Command(BaseCommand):
    """Measure a shop in a temporary data directory. Nothing else should run on the machine."""

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
        """Measure; after any error, stop all processes and delete the directory."""

        def say(text: str) -> None:
            if not json_only:
                print(text, flush=True)

        # SIGTERM ends the run like any error.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))
        with tempfile.TemporaryDirectory(prefix="omnistore-bench-") as temporary:
            # PostgreSQL's system user must be able to enter its directory.
            Path(temporary).chmod(0o755)
            try:
                measured = _measure(Path(temporary), seconds, against, rounds, say)
            except (CannotCompare, LoadFailed, ServerError) as error:
                raise SystemExit(str(error)) from error
            except KeyboardInterrupt:
                raise SystemExit("Stopped.") from None
        if measured is None:
            raise SystemExit("The audit of the shop failed: these figures are worthless.")
        print(json.dumps(measured), flush=True)


def _measure(
    temporary: Path, seconds: float | None, against: str, rounds: int, say: benchmark.Say
) -> dict[str, Any] | None:
    if against:
        return run_against(temporary, against, seconds=seconds or SECONDS_AGAINST, rounds=rounds, say=say)
    return benchmark.run(temporary / "data", seconds=seconds or SECONDS, say=say)
