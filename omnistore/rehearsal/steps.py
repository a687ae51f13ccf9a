"""The steps of a rehearsal with their messages, and the error of a failed one."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class RehearsalError(Exception):
    """A backup cannot be made or restored, or fails a check; the text is for the operator of the shop."""


class Steps:
    """Prints each step when it is done, with its duration and results."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Time a step; the results that it appends are printed after its name."""
        results: list[str] = []
        began = time.monotonic()
        yield results
        seconds = time.monotonic() - began
        self.say(f"  {seconds:7.1f} s  {name}" + (f": {', '.join(results)}" if results else ""))


def size_of(path: Path) -> str:
    """Return the size of a file or directory in megabytes, as text."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 1_000_000:.1f} MB"
