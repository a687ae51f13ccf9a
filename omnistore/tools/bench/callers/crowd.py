"""Processes full of callers who do one thing over and over: each begins anew when it has its answer."""

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

LONGEST_WAIT_SECONDS = 120.0

# A caller does one act of a step and may return a word about how it ended.
Act = Callable[[], str | None]
# Made in the process that will use it, from plain values: the acts of each of its callers, by step.
Recruit = Callable[..., "list[dict[str, Act]]"]


class NothingLeft(Exception):
    """A caller has nothing left to do the step with; they wait for the others."""


class CrowdFailed(Exception):
    """A caller got an answer that is wrong; the text is what it got."""


@dataclass(frozen=True)
class Done:
    """What a crowd did: how long each act took in seconds, with the word it ended with, and when it ended."""

    acts: list[tuple[float, str | None, float]]
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    def latencies(self, word: str | None = None) -> list[float]:
        """Return the seconds of the acts that ended with this word."""
        return [seconds for seconds, ended_with, _at in self.acts if ended_with == word]

    def last(self, word: str | None = None) -> float:
        """Return the moment at which the last act with this word ended."""
        return max(at for _seconds, ended_with, at in self.acts if ended_with == word)


class Crowd:
    """Callers in processes of their own, so that driving the load is not counted as the shop's work."""

    def __init__(self, recruit: Recruit, shares: Sequence[dict[str, Any]]) -> None:
        """recruit: makes a process's callers; shares: what it is called with in each process."""
        context = multiprocessing.get_context("spawn")
        self._members = []
        for share in shares:
            here, there = context.Pipe()
            process = context.Process(target=_work, args=(there, recruit, share), daemon=True)
            process.start()
            there.close()
            self._members.append((process, here))
        for _process, pipe in self._members:
            _result(pipe)

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *error: object) -> None:
        for process, pipe in self._members:
            pipe.close()
            process.join(timeout=10)
            process.kill()

    @property
    def pids(self) -> list[int]:
        """The processes of the crowd."""
        return [process.pid for process, _pipe in self._members if process.pid is not None]

    def do(self, step: str, *, seconds: float, most_each: int = 10**9) -> Done:
        """
        Have every caller do a step over and over for so long, or so many times, or until it has nothing left to do.

        Raises CrowdFailed.
        """
        began = time.monotonic()
        for _process, pipe in self._members:
            pipe.send((step, seconds, most_each))
        acts = [act for _process, pipe in self._members for act in _result(pipe)]
        return Done(acts, began, max((at for _seconds, _word, at in acts), default=time.monotonic()))


def _result(pipe: "Connection[Any, Any]") -> Any:
    if not pipe.poll(LONGEST_WAIT_SECONDS):
        raise CrowdFailed("A process of the crowd does not answer.")
    try:
        result = pipe.recv()
    except EOFError as error:
        raise CrowdFailed("A process of the crowd has died.") from error
    if isinstance(result, str):
        raise CrowdFailed(result)
    return result


def _work(pipe: "Connection[Any, Any]", recruit: Recruit, share: dict[str, Any]) -> None:
    # Ctrl-C is heard by the thread that made the crowd, and it sends the crowd home.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    callers = recruit(**share)
    pipe.send([])
    while True:
        try:
            step, seconds, most_each = pipe.recv()
        except (EOFError, ConnectionResetError):
            return
        pipe.send(_do_together([acts[step] for acts in callers], seconds, most_each))


def _do_together(acts: Sequence[Act], seconds: float, most_each: int) -> "list[tuple[float, str | None, float]] | str":
    done: list[tuple[float, str | None, float]] = []
    failures: list[str] = []
    deadline = time.monotonic() + seconds

    def repeat(act: Act) -> None:
        try:
            for _ in range(most_each):
                began = time.monotonic()
                if began > deadline or failures:
                    return
                word = act()
                ended = time.monotonic()
                done.append((ended - began, word, ended))
        except NothingLeft:
            return
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures[0] if failures else done
