"""
Event streams that keep a shopper's cart live on every device.

One statement every half second reads the carts of all streams from PostgreSQL, so it works without Valkey and costs the
writers nothing. A stream is opened with a ticket that the API has just signed (carts/api/carts.py), and ends after an
hour; the client reconnects with a new ticket.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
from django.conf import settings
from django.core import signing
from django.db import connections
from django.http.request import validate_host

from carts.channels.views import STREAM_SALT

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15
LONGEST_STREAM_SECONDS = 3600
TICKET_SECONDS = 60
MOST_STREAMS = 5000

_VERSIONS = """
SELECT followed.stream, cart.id, cart.version
FROM unnest(%s::int[], %s::bigint[], %s::text[]) AS followed(stream, customer_id, token_hash)
JOIN LATERAL (
    SELECT id, version FROM carts_cart
    WHERE (customer_id = followed.customer_id AND state = 'open')
       OR (followed.token_hash <> '' AND carts_cart.token_hash = followed.token_hash AND state = 'open')
    ORDER BY id DESC LIMIT 1
) AS cart ON true
"""

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Seen = tuple[int, int] | None


@dataclass(slots=True)
class Stream:
    """One open stream: the cart that it follows, and the last state that it sent."""

    customer_ids: list[int]
    token_hash: str
    seen: Seen = None
    is_new: bool = True
    news: asyncio.Queue[Seen] = field(default_factory=asyncio.Queue)


class Follower:
    """Watches the carts of all streams with one connection; retries an unreachable database."""

    def __init__(self) -> None:
        self._streams: dict[int, Stream] = {}
        self._next = 0
        self._task: asyncio.Task[None] | None = None

    def add(self, stream: Stream) -> int:
        """Start following a cart; the first event is the present state. Return the stream's number."""
        self._next += 1
        self._streams[self._next] = stream
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._follow())
        return self._next

    def drop(self, number: int) -> None:
        """Stop following a cart."""
        self._streams.pop(number, None)

    @property
    def is_full(self) -> bool:
        return len(self._streams) >= MOST_STREAMS

    async def _follow(self) -> None:
        while self._streams:
            try:
                async with await psycopg.AsyncConnection.connect(**_connection_parameters()) as connection:
                    await connection.set_autocommit(True)
                    while self._streams:
                        await self._look(connection)
                        await asyncio.sleep(POLL_SECONDS)
            except psycopg.OperationalError as error:
                logger.warning("live: the database cannot be reached: %s", error)
                await asyncio.sleep(POLL_SECONDS * 2)

    async def _look(self, connection: "psycopg.AsyncConnection[Any]") -> None:
        rows = [
            (number, customer_id, stream.token_hash)
            for number, stream in self._streams.items()
            for customer_id in (stream.customer_ids or [0])
        ]
        cursor = await connection.execute(
            _VERSIONS,
            ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]),
            prepare=settings.DATABASE_PREPARED_STATEMENTS,
        )
        present = {number: (cart_id, version) for number, cart_id, version in await cursor.fetchall()}
        for number, stream in self._streams.items():
            seen = present.get(number)
            if stream.is_new or seen != stream.seen:
                stream.is_new, stream.seen = False, seen
                stream.news.put_nowait(seen)


follower = Follower()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve `/live/cart/?ticket=...` as server-sent events, and `/livez`."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    if scope["type"] != "http":
        return
    if scope["path"] == "/livez":
        await _answer(send, 200, b"ok\n")
    elif scope["path"] == "/live/cart/":
        await _cart_stream(scope, receive, send)
    else:
        await _answer(send, 404, b"There is nothing here.\n")


async def _cart_stream(scope: Scope, receive: Receive, send: Send) -> None:
    ticket = parse_qs(scope["query_string"].decode("latin-1")).get("ticket", [""])[0]
    try:
        owner = signing.loads(ticket, salt=STREAM_SALT, max_age=TICKET_SECONDS)
    except signing.BadSignature:
        await _answer(send, 403, b"This ticket is not valid any more; ask for the stream again.\n")
        return
    if follower.is_full:
        await _answer(send, 503, b"Too many streams; read the cart now and then instead.\n")
        return
    await send({"type": "http.response.start", "status": 200, "headers": _headers(scope)})
    stream = Stream(list(owner["customers"]), owner["token"])
    number = follower.add(stream)
    gone = asyncio.create_task(_until_gone(receive))
    try:
        await _tell(stream, gone, send)
    finally:
        follower.drop(number)
        gone.cancel()


async def _tell(stream: Stream, gone: "asyncio.Task[None]", send: Send) -> None:
    deadline = time.monotonic() + LONGEST_STREAM_SECONDS
    await _event(send, b"retry: 2000\n\n")
    while time.monotonic() < deadline:
        news = asyncio.ensure_future(stream.news.get())
        done, _pending = await asyncio.wait(
            {news, gone}, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        if gone in done:
            news.cancel()
            return
        if news in done:
            await _event(send, _cart_event(news.result()))
        else:
            news.cancel()
            await _event(send, b": still here\n\n")
    with contextlib.suppress(OSError):
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _cart_event(seen: Seen) -> bytes:
    cart = {"id": str(seen[0]), "version": seen[1]} if seen else {"id": None, "version": 0}
    return f"event: cart\ndata: {json.dumps(cart)}\n\n".encode()


async def _event(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


def _headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"),
    ]
    # The shop's pages may be on another port. Only the ticket opens a stream, and no cookie is read.
    origin = dict(scope["headers"]).get(b"origin", b"")
    if _is_ours(origin.decode("latin-1")):
        headers += [(b"access-control-allow-origin", origin), (b"vary", b"origin")]
    return headers


@lru_cache(100)
def _is_ours(origin: str) -> bool:
    return origin == settings.PUBLIC_URL or validate_host(urlsplit(origin).hostname or "", settings.ALLOWED_HOSTS)


def _connection_parameters() -> dict[str, Any]:
    parameters = connections["default"].get_connection_params()
    known = ("dbname", "user", "password", "host", "port", "connect_timeout")
    return {name: parameters[name] for name in known if parameters.get(name)}
