"""Progress of an import, as a bar on a terminal."""

import sys
import time
from typing import Protocol, TextIO

WIDTH = 30
SECONDS_BETWEEN = 0.2


class Progress(Protocol):
    """Receives the progress of a step."""

    def show(self, step: str, part: float) -> None:
        """Report the part of the step that is done, from 0 to 1."""
        ...

    def finish(self) -> None:
        """End the bar's line."""
        ...


class Silence:
    """Shows nothing."""

    def show(self, step: str, part: float) -> None:
        """Show nothing."""

    def finish(self) -> None:
        """Do nothing."""


class Bar:
    """A bar on a terminal; where there is none, one plain line for each step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown_at = 0.0
        self._step = ""

    def show(self, step: str, part: float) -> None:
        """Draw the bar, a few times a second at most."""
        is_new = step != self._step
        if not self._stream.isatty():
            if is_new:
                self._stream.write(f"{step}\n")
                self._stream.flush()
                self._step = step
            return
        now = time.monotonic()
        if not is_new and part < 1 and now - self._shown_at < SECONDS_BETWEEN:
            return
        if is_new and self._step:
            self._stream.write("\n")
        filled = round(WIDTH * min(max(part, 0.0), 1.0))
        self._stream.write(f"\r{step:<24} [{'#' * filled}{'.' * (WIDTH - filled)}] {part:4.0%}")
        self._stream.flush()
        self._shown_at, self._step = now, step

    def finish(self) -> None:
        """End the bar's line."""
        if self._step and self._stream.isatty():
            self._stream.write("\n")
        self._step = ""
