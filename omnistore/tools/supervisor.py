"""The supervisor of the shop's processes: starts them, restarts those that die, stops them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from omnistore.tools.servers.processes import ServerError, end_left_over, kill_group, note, spawn

SECONDS_BETWEEN_LOOKS = 0.1
STOP_SECONDS = 12.0
LONGEST_PAUSE_SECONDS = 30.0
# A program that ran this long did not fail at its start.
HEALTHY_SECONDS = 20.0
LARGEST_LOG_BYTES = 50_000_000


class Supervised(Protocol):
    """The interface of everything that the supervisor manages."""

    name: str

    def is_alive(self) -> bool: ...

    def restart(self) -> None: ...


class Program:
    """One line of the Procfile."""

    def __init__(self, name: str, command: str, *, data: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = data / "log" / f"{name}.log"
        self.noted_at = data / "run" / f"{name}.pid"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program, after ending what an earlier, killed supervisor left running."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.noted_at.parent.mkdir(parents=True, exist_ok=True)
        end_left_over(self.noted_at, ask=signal.SIGTERM, seconds=STOP_SECONDS)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.restart()

    def restart(self) -> None:
        """Start the program again after it died."""
        if self.child is not None:
            # Workers whose master was killed still hold its port.
            kill_group(self.child)
        with self.log.open("ab") as log:
            self.child = spawn(
                ["/bin/sh", "-c", self.command],
                death_signal=signal.SIGTERM,
                output=log,
                environment=self.environment,
            )
        note(self.child, at=self.noted_at)

    def is_alive(self) -> bool:
        """Return whether the program runs, reaping it if not."""
        return self.child is not None and self.child.poll() is None

    def ask_to_stop(self) -> None:
        """Ask the program to finish its work and exit."""
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def make_sure_it_stopped(self) -> None:
        """Kill any process that is left of the program."""
        if self.child is not None:
            kill_group(self.child)
            self.child = None
        self.noted_at.unlink(missing_ok=True)


class Supervisor:
    """Manages servers and programs until it is told to stop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.asked_to_stop = threading.Event()
        self.deaths: Counter[str] = Counter()
        self._started_at: dict[str, float] = {}
        self._pause: dict[str, float] = {}
        self._next_try: dict[str, float] = {}

    def stop_on_signals(self) -> None:
        """Treat Ctrl-C, SIGTERM and a closed terminal as requests to stop."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.asked_to_stop.set())

    def watch(self, *wards: Supervised) -> None:
        """Restart whatever dies, until asked to stop; with growing delays if it dies at its start."""
        for ward in wards:
            self._started_at.setdefault(ward.name, time.monotonic())
        while not self.asked_to_stop.wait(SECONDS_BETWEEN_LOOKS):
            for ward in wards:
                self._look_after(ward)

    def wait_for(self, is_true: Callable[[], bool], *wards: Supervised, seconds: float) -> bool:
        """Keep everything running until a condition holds. Return whether it held in time."""
        deadline = time.monotonic() + seconds
        for ward in wards:
            self._started_at.setdefault(ward.name, time.monotonic())
        while time.monotonic() < deadline and not self.asked_to_stop.wait(SECONDS_BETWEEN_LOOKS):
            if is_true():
                return True
            for ward in wards:
                self._look_after(ward)
        return False

    def stop(self, programs: Sequence[Program]) -> None:
        """Stop the programs together; kill those that have not ended after a while."""
        for program in programs:
            program.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and any(program.is_alive() for program in programs):
            time.sleep(SECONDS_BETWEEN_LOOKS)
        for program in programs:
            program.make_sure_it_stopped()

    def _look_after(self, ward: Supervised) -> None:
        if ward.is_alive():
            return
        now = time.monotonic()
        if ward.name not in self._next_try:
            has_been_healthy = now - self._started_at[ward.name] > HEALTHY_SECONDS
            pause = 0.0 if has_been_healthy else self._pause.get(ward.name, 0.0)
            self._pause[ward.name] = min(max(1.0, pause * 2), LONGEST_PAUSE_SECONDS)
            self._next_try[ward.name] = now + pause
            self.deaths[ward.name] += 1
            self.say(f"{ward.name} has died and is started again" + (f" in {pause:.0f} s" if pause else ""))
        if now < self._next_try[ward.name]:
            return
        del self._next_try[ward.name]
        self._started_at[ward.name] = time.monotonic()
        try:
            ward.restart()
        except (ServerError, OSError) as error:
            # The disk may be full; the start is retried, and running programs continue.
            self.say(str(error))


def read_procfile(path: Path) -> dict[str, str]:
    """Read the shop's programs: one `name: command` per line."""
    lines = (line.strip() for line in path.read_text().splitlines())
    programs = (line.partition(":") for line in lines if line and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in programs}


def environment_of_programs(**values: str) -> dict[str, str]:
    """Return this process's environment with the values, and this interpreter's commands first in PATH."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1", **values}
