"""The threads that run a WSGI application, each with one request at a time."""

import asyncio
import io
import logging
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, NamedTuple

from granian.rsgi import HTTPProtocol, Scope

from omnistore.web.bodies import Body
from omnistore.web.environ import environ_of

logger = logging.getLogger(__name__)

# A streaming response is kept in memory up to this size, and on disk beyond it.
SMALL_BYTES = 256_000

# The server opens a file at once; this is long enough even on a busy machine.
SECONDS_TO_OPEN = 30.0

Headers = list[tuple[str, str]]


class Job(NamedTuple):
    """A request that waits for a thread. done: tells the event loop that the response is sent."""

    scope: Scope
    proto: HTTPProtocol
    body: Body
    done: "asyncio.Future[None]"


class Threads:
    """A number of threads that run an application, and their queue of requests."""

    def __init__(self, application: Any, *, count: int, loop: asyncio.AbstractEventLoop) -> None:
        self._application = application
        self._loop = loop
        self._jobs: SimpleQueue[Job] = SimpleQueue()
        self._busy_since: dict[int, float] = {}
        for number in range(count):
            threading.Thread(target=self._work, args=[number], name=f"web-{number}", daemon=True).start()

    def put(self, job: Job) -> None:
        """Queue a request for the next free thread."""
        self._jobs.put(job)

    def waiting(self) -> int:
        """Return how many requests wait for a thread."""
        return self._jobs.qsize()

    def longest_seconds(self) -> float:
        """Return the age of the oldest request that a thread works on; 0 if all are free."""
        now = time.monotonic()
        return max((now - since for since in list(self._busy_since.values())), default=0.0)

    def _work(self, number: int) -> None:
        while True:
            job = self._jobs.get()
            self._busy_since[number] = time.monotonic()
            try:
                self._answer(job)
            except Exception:
                # Django handles its own errors; any other exception must not end the thread.
                logger.exception("a request was not answered")
                job.proto.response_bytes(500, [("content-type", "text/plain")], b"Something went wrong.\n")
            del self._busy_since[number]
            # The loop may have been closed meanwhile.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(_finish, job.done)

    def _answer(self, job: Job) -> None:
        started = _Started()
        answer = self._application(environ_of(job.scope, *job.body) | {"wsgi.file_wrapper": _File}, started)
        try:
            if isinstance(answer, _File) and (path := answer.path()):
                job.proto.response_file(started.status, started.headers, path)
            elif not getattr(answer, "streaming", True):
                job.proto.response_bytes(started.status, started.headers, answer.content)
            else:
                self._complete(job, started, answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def _complete(self, job: Job, started: "_Started", answer: Iterable[bytes]) -> None:
        # A client that reads slowly must not occupy the thread, so the thread first completes the response.
        file = tempfile.SpooledTemporaryFile(SMALL_BYTES)  # noqa: SIM115  # Closed after the server has opened it.
        for part in answer:
            file.write(part)
        length = file.tell()
        file.seek(0)
        if length <= SMALL_BYTES:
            with file:
                job.proto.response_bytes(started.status, started.headers, file.read())
            return
        # The server buffers a whole stream in memory if the client reads slowly, but it reads a file at the client's
        # pace. This file has no name, only a number, and disappears when both sides have closed it.
        job.proto.response_file(started.status, started.headers, f"/dev/fd/{file.fileno()}")
        self._loop.call_soon_threadsafe(self._loop.call_later, SECONDS_TO_OPEN, file.close)


class _Started:
    """WSGI's start_response: stores the status and the headers."""

    __slots__ = ("headers", "status")

    def __init__(self) -> None:
        self.status, self.headers = 500, Headers()

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> None:
        self.status, self.headers = int(status[:3]), headers


class _File:
    """WSGI's file_wrapper: a file that the server itself sends if it has a path."""

    def __init__(self, file: IO[bytes], block_size: int) -> None:
        self._file = file
        self._block_size = block_size

    def path(self) -> str | None:
        """Return the path of the file if the whole file is sent and it has a permanent path."""
        file = self._file
        if type(file) is not io.BufferedReader or not isinstance(file.name, str) or file.tell():
            return None
        return file.name if Path(file.name).is_file() else None

    def __iter__(self) -> Iterable[bytes]:
        return iter(lambda: self._file.read(self._block_size), b"")

    def close(self) -> None:
        """Close the file at the end of the request."""
        if hasattr(self._file, "close"):
            self._file.close()


def _finish(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
