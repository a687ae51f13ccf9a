"""`manage.py bench`: what a shopper's journey costs."""

import os
import signal
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from omnistore.bench.shop import free_port

DEFAULT_SECONDS = 8.0


class Command(BaseCommand):
    """Measure the shop in a temporary data directory of its own, where nothing else is running."""

    help = "Measure a shopper's journey over HTTP, and the same work as hand-written SQL; ends with one line of JSON."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--seconds", type=float, default=DEFAULT_SECONDS, help="How long each measurement lasts (8)."
        )
        parser.add_argument("--json-only", action="store_true", help="Print nothing but the line of JSON.")

    def handle(self, *args: Any, seconds: float, json_only: bool, **options: Any) -> None:
        """Run the measurement in a process whose settings name the temporary directory."""
        with tempfile.TemporaryDirectory(prefix="omnistore-bench-") as data:
            # PostgreSQL's own user has to reach its directory.
            Path(data).chmod(0o755)
            port = free_port()
            environment = {
                **os.environ,
                "DATA": data,
                "PORT": str(port),
                "DATABASE_URL": "",
                "REDIS_URL": "",
                "ENABLE_TEST_PROVIDER": "1",
                "PUBLIC_URL": f"http://127.0.0.1:{port}",
            }
            command = [sys.executable, "-m", "omnistore.bench", str(seconds), "quiet" if json_only else "loud"]
            # Ctrl-C reaches both; the child stops its servers, and the directory goes when it has ended.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            measuring = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, preexec_fn=_heed_interrupts)
            signal.signal(signal.SIGTERM, lambda *_: measuring.terminate())
            failed = measuring.wait()
        if failed:
            raise SystemExit(failed)


def _heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
