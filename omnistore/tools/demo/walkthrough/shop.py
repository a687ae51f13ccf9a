"""The shop of the walkthrough: the running one, or one that is started for it and stopped afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnistore.tools.demo.walkthrough.client import ApiClient, StepFailed

ROOT = Path(__file__).resolve().parents[4]
START_SECONDS = 240
STOP_SECONDS = 60


@contextmanager
def open_shop(shop: str) -> Iterator[bool]:
    """Make sure that the shop at this URL runs; yield whether it was started for it. Raises StepFailed."""
    if _responds(shop):
        yield False
        return
    command = [sys.executable, "manage.py", "up"]
    # In a separate session: Ctrl-C ends the walkthrough, which then stops the shop.
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                               start_new_session=True)  # fmt: skip
    try:
        _wait_for(shop, started)
        yield True
    finally:
        if started.poll() is None:
            started.send_signal(signal.SIGINT)
            try:
                started.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)
                started.wait()


def _wait_for(shop: str, started: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.poll() is not None:
            errors = (started.stderr.read() if started.stderr else "").strip()
            raise StepFailed(f"The shop does not start. {errors}")
        if _responds(shop):
            return
        time.sleep(0.3)
    raise StepFailed(f"The shop does not answer at {shop} after {START_SECONDS} s.")


def _responds(shop: str) -> bool:
    try:
        return ApiClient(shop).send("GET", "/readyz")[0] == 200
    except StepFailed:
        return False
