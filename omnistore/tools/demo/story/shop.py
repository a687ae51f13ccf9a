"""The shop that the story plays in: the one that is running, or one started for the story and stopped after it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from omnistore.tools.demo.story.client import ApiView, StoryError

ROOT = Path(__file__).resolve().parents[4]
START_SECONDS = 240
STOP_SECONDS = 60


@contextmanager
def open_shop(shop: str) -> Iterator[bool]:
    """Make sure that the shop at this address runs; tells whether it had to be started. Raises StoryError."""
    if _answers(shop):
        yield False
        return
    command = [sys.executable, "manage.py", "up"]
    # In a session of its own: Ctrl-C ends the story first, and the story then stops the shop.
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
            said = (started.stderr.read() if started.stderr else "").strip()
            raise StoryError(f"The shop does not start. {said}")
        if _answers(shop):
            return
        time.sleep(0.3)
    raise StoryError(f"The shop does not answer at {shop} after {START_SECONDS} s.")


def _answers(shop: str) -> bool:
    try:
        return ApiView(shop).send("GET", "/readyz")[0] == 200
    except StoryError:
        return False
