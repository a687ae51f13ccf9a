"""Handles each request: responds to probes at once, and passes every other complete request to a thread."""

import asyncio
from typing import Any

import orjson
from granian.rsgi import HTTPProtocol, Scope

from omnistore.web.bodies import Bodies, BodyRefused
from omnistore.web.threads import Job, Threads

# With more requests in the queue the wait is several seconds, so further clients are told to try again.
MOST_WAITING = 400

_PLAIN = [("content-type", "text/plain"), ("cache-control", "max-age=0, no-cache, no-store, must-revalidate, private")]


class Web:
    """
    An RSGI application in front of a WSGI one.

    application: the WSGI application; threads: how many requests it works on at the same time.
    """

    def __init__(self, application: Any, *, threads: int) -> None:
        self._application = application
        self._count = threads
        self._bodies = Bodies()
        self._threads: Threads | None = None

    def longest_seconds(self) -> float:
        """Return the age of the oldest request that a thread works on."""
        return self._threads.longest_seconds() if self._threads else 0.0

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._threads = Threads(self._application, count=self._count, loop=loop)

    async def __rsgi__(self, scope: Scope, proto: HTTPProtocol) -> None:
        try:
            if scope.path == "/livez" and scope.method in ("GET", "HEAD"):
                # All threads may wait for a database that does not respond; that is no reason to kill this process.
                proto.response_bytes(200, _PLAIN, b"ok\n")
            else:
                await self._answer(scope, proto)
        except BodyRefused as refused:
            _refuse(proto, refused)

    async def _answer(self, scope: Scope, proto: HTTPProtocol) -> None:
        assert self._threads is not None, "the server begins with __rsgi_init__"
        body = await self._bodies.read(scope, proto)
        try:
            if self._threads.waiting() >= MOST_WAITING:
                raise BodyRefused(503, "unavailable", "The shop is very busy right now. Try again.")
            done = self._loop.create_future()
            self._threads.put(Job(scope, proto, body, done))
            await done
        finally:
            self._bodies.release(body)


def _refuse(proto: HTTPProtocol, refused: BodyRefused) -> None:
    body = {
        "type": f"urn:omnistore:problem:{refused.code}",
        "title": str(refused),
        "status": refused.status,
        "detail": str(refused),
        "code": refused.code,
    }
    headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")]
    if refused.status == 503:
        headers.append(("retry-after", "1"))
    proto.response_bytes(refused.status, headers, orjson.dumps(body))
