"""What a rehearsal tells while it is on, and how it fails."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class RehearsalError(Exception):
    """A backup cannot be made or restored, or is not what it should be; the text is for whoever runs the shop."""


class Steps:
    """Tells each step when it is done, with how long it took and what came of it."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time a step; what it adds to the list is told behind its name."""
        results: list[str] = []
        began = time.monotonic()
        yield results
        seconds = time.monotonic() - began
        self.say(f"  {seconds:7.1f} s  {name}" + (f": {', '.join(results)}" if results else ""))


def size_of(path: Path) -> str:
    """Return how much room a file or directory takes, for people."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 1_000_000:.1f} MB"
