"""Child processes that end with their parent, and the cleaning up after a killed parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


class ServerError(Exception):
    """A server cannot be started; the text is one sentence for the user of the command."""


def spawn(
    command: Sequence[str],
    *,
    death_signal: signal.Signals,
    output: IO[bytes] | int | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """
    Start a child in a separate session, so that Ctrl-C reaches it only through its parent.

    death_signal: the signal that the kernel sends the child if the calling thread dies first (Linux only).
    user: the system user to run as; None keeps the caller's.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        env=environment,
        cwd=directory,
        user=user,
        group=user,
        extra_groups=[] if user else None,
        start_new_session=True,
        preexec_fn=_die_with_parent(death_signal),
    )


def wait_until(is_true: Callable[[], bool], *, seconds: float) -> bool:
    """Poll a condition until it is true or the time is over; return whether it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_true():
            return True
        time.sleep(POLL_SECONDS)
    return is_true()


def stop_group(child: subprocess.Popen[bytes], *, ask: signal.Signals, seconds: float) -> None:
    """Send a child a signal to end, wait, then kill the rest of its process group."""
    if child.poll() is None:
        child.send_signal(ask)
        try:
            child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            pass
    kill_group(child)


def kill_group(child: subprocess.Popen[bytes]) -> None:
    """Kill the rest of a child's process group, and reap the child."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    child.wait()


def note(child: subprocess.Popen[bytes], *, at: Path) -> None:
    """Record a process in a file, so that a later start can end it if its parent was killed."""
    try:
        created = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:
        return
    at.write_text(f"{child.pid} {created}")


def end_left_over(noted_at: Path, *, ask: signal.Signals, seconds: float) -> None:
    """End the process that an earlier run recorded, if it is still running, and delete the record."""
    try:
        pid, created = noted_at.read_text().split()
        left_over = psutil.Process(int(pid))
        # Another process may have the same pid by now.
        if abs(left_over.create_time() - float(created)) < 1:
            end(left_over, ask=ask, seconds=seconds)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        pass
    noted_at.unlink(missing_ok=True)


def end(process: psutil.Process, *, ask: signal.Signals, seconds: float) -> None:
    """End a process that is not our child, and its descendants: first with the signal, then with SIGKILL."""
    if not is_running(process):
        return
    family = [process, *process.children(recursive=True)]
    process.send_signal(ask)
    if not wait_until(lambda: not any(map(is_running, family)), seconds=seconds):
        for member in filter(is_running, family):
            member.kill()
        wait_until(lambda: not any(map(is_running, family)), seconds=seconds)


def is_running(process: psutil.Process) -> bool:
    """Return whether a process is running; a zombie that nobody reaps (in a container) is not."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _die_with_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def set_death_signal() -> None:
        prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        # If the parent died between fork and the line above, the kernel would never send the signal.
        if os.getppid() != parent:
            os._exit(1)

    return set_death_signal
