"""
Answers that many people share, kept as ready JSON bytes.

Kept in each web process for a few seconds at most, so prices and stock in them are never older than that, and dropped
at once when a journal handler changes the stamp of their topic. Without Valkey only the seconds count.
"""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from core.web.api import answer_bytes

OLDEST_SECONDS = 5.0
STAMP_SECONDS = 0.5
MOST_ANSWERS = 4096
FOR_ALL = f"public, max-age={OLDEST_SECONDS:.0f}"


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """JSON bytes with their ETag, the topic's stamp they were built under, and when."""

    body: bytes
    etag: str
    stamp: int
    built: float


class ResponseCache:
    """The answers of one topic in this process; most: how many of them are kept, the oldest make room."""

    def __init__(self, topic: str, *, most: int = MOST_ANSWERS) -> None:
        self._key = f"ready:{topic}"
        self._most = most
        self._answers: OrderedDict[Hashable, CachedResponse] = OrderedDict()
        self._stamp = 0
        self._stamp_read = 0.0

    def get(self, key: Hashable, build: Callable[[], Any]) -> CachedResponse:
        """Return the answer kept under the key, or build its data, write it as JSON and keep it."""
        now = time.monotonic()
        stamp = self._present_stamp(now)
        kept = self._answers.get(key)
        if kept is not None and kept.stamp == stamp and now - kept.built < OLDEST_SECONDS:
            return kept
        body = orjson.dumps(build(), default=str)
        fresh = CachedResponse(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', stamp, now)
        self._answers[key] = fresh
        self._answers.move_to_end(key)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return fresh

    def drop(self) -> None:
        """Make every process build the topic's answers anew."""
        cache.set(self._key, time.time_ns(), timeout=None)
        self._stamp_read = 0.0

    def _present_stamp(self, now: float) -> int:
        if now - self._stamp_read > STAMP_SECONDS:
            self._stamp = cache.get(self._key, 0)
            self._stamp_read = now
        return self._stamp


def answer_from_cache(request: HttpRequest | Request, ready: CachedResponse) -> HttpResponse:
    """Answer with ready bytes, or with 304 if the client has just these."""
    headers = {"ETag": ready.etag, "Vary": "Accept-Language"}
    if ready.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        return HttpResponse(status=304, headers={**headers, "Cache-Control": FOR_ALL})
    return answer_bytes(ready.body, headers=headers, cache=FOR_ALL)
