"""The load generator: processes with callers that repeat one step, each as soon as it has its response."""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

LONGEST_WAIT_SECONDS = 120.0

# One execution of a step by a caller; it may return an outcome.
Operation = Callable[[], str | None]
# Called in the process of the callers, with plain values: returns the operations of each caller by step.
CallerFactory = Callable[..., "list[dict[str, Operation]]"]


class NothingLeft(Exception):
    """A caller cannot do the step again; it waits for the others."""


class LoadFailed(Exception):
    """A caller got a wrong response; the text contains it."""


@dataclass(frozen=True)
class Completed:
    """The completed operations: the seconds that each took, its outcome, and when it ended."""

    operations: list[tuple[float, str | None, float]]
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def latencies(self, outcome: str | None = None) -> list[float]:
        """Return the seconds of the operations with this outcome."""
        return [seconds for seconds, ended_with, _at in self.operations if ended_with == outcome]

    def last(self, outcome: str | None = None) -> float:
        """Return when the last operation with this outcome ended."""
        return max(at for _seconds, ended_with, at in self.operations if ended_with == outcome)


class LoadGenerator:
    """Runs callers in separate processes, so that their CPU time is not counted as the shop's."""

    def __init__(self, make_callers: CallerFactory, shares: Sequence[dict[str, Any]]) -> None:
        """make_callers: makes a process's callers; shares: its arguments in each process."""
        context = multiprocessing.get_context("spawn")
        self._processes = []
        for share in shares:
            own_end, other_end = context.Pipe()
            process = context.Process(target=_work, args=(other_end, make_callers, share), daemon=True)
            process.start()
            other_end.close()
            self._processes.append((process, own_end))
        for _process, pipe in self._processes:
            _result(pipe)

    def __enter__(self) -> "LoadGenerator":
        return self

    def __exit__(self, *error: object) -> None:
        for process, pipe in self._processes:
            pipe.close()
            process.join(timeout=10)
            process.kill()

    @property
    def pids(self) -> list[int]:
        """Return the ids of the processes."""
        return [process.pid for process, _pipe in self._processes if process.pid is not None]

    def run(self, step: str, *, seconds: float, most_each: int = 10**9) -> Completed:
        """
        Have every caller repeat a step for so long, or so many times, or until it cannot do it again.

        Raises LoadFailed.
        """
        began = time.monotonic()
        for _process, pipe in self._processes:
            pipe.send((step, seconds, most_each))
        operations = [operation for _process, pipe in self._processes for operation in _result(pipe)]
        return Completed(operations, began, max((at for *_rest, at in operations), default=time.monotonic()))


def _result(pipe: "Connection[Any, Any]") -> Any:
    if not pipe.poll(LONGEST_WAIT_SECONDS):
        raise LoadFailed("A process of the load generator does not respond.")
    try:
        result = pipe.recv()
    except EOFError as error:
        raise LoadFailed("A process of the load generator has died.") from error
    if isinstance(result, str):
        raise LoadFailed(result)
    return result


def _work(pipe: "Connection[Any, Any]", make_callers: CallerFactory, share: dict[str, Any]) -> None:
    # The thread that made the load generator handles Ctrl-C and stops these processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    callers = make_callers(**share)
    pipe.send([])
    while True:
        try:
            step, seconds, most_each = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        pipe.send(_run_concurrently([operations[step] for operations in callers], seconds, most_each))


def _run_concurrently(
    operations: Sequence[Operation], seconds: float, most_each: int
) -> "list[tuple[float, str | None, float]] | str":
    completed: list[tuple[float, str | None, float]] = []
    failures: list[str] = []
    deadline = time.monotonic() + seconds

    def repeat(operation: Operation) -> None:
        try:
            for _ in range(most_each):
                began = time.monotonic()
                if began > deadline or failures:
                    return
                outcome = operation()
                ended = time.monotonic()
                completed.append((ended - began, outcome, ended))
        except NothingLeft:
            return
        except Exception as error:  # Whatever went wrong fails the whole measurement, in the other process.
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=repeat, args=(operation,)) for operation in operations]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures[0] if failures else completed
