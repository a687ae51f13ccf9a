"""
Responses that many people share, cached as JSON bytes.

Each web process caches them for a few seconds at most, so prices and stock in them are never older, and drops them at
once when a journal handler changes the version of their topic. Without Valkey only the seconds count.
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

from core.web.api.base import answer_bytes

OLDEST_SECONDS = 5.0
VERSION_SECONDS = 0.5
MOST_ANSWERS = 4096
FOR_ALL = f"public, max-age={OLDEST_SECONDS:.0f}"


@dataclass(frozen=True, slots=True)
class CachedResponse:
    """JSON bytes with their ETag, the topic's version when they were built, and the time."""

    body: bytes
    etag: str
    version: int
    built: float


class ResponseCache:
    """The cached responses of one topic in this process; most: how many are kept before the oldest is dropped."""

    def __init__(self, topic: str, *, most: int = MOST_ANSWERS) -> None:
        self._key = f"ready:{topic}"
        self._most = most
        self._answers: OrderedDict[Hashable, CachedResponse] = OrderedDict()
        self._version = 0
        self._version_read = 0.0

    def get(self, key: Hashable, build: Callable[[], Any]) -> CachedResponse:
        """Return the response cached under the key, or build its data, write it as JSON and cache it."""
        now = time.monotonic()
        version = self._present_version(now)
        cached = self._answers.get(key)
        if cached is not None and cached.version == version and now - cached.built < OLDEST_SECONDS:
            return cached
        body = orjson.dumps(build(), default=str)
        fresh = CachedResponse(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', version, now)
        self._answers[key] = fresh
        self._answers.move_to_end(key)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)
        return fresh

    def drop(self) -> None:
        """Make every process rebuild the topic's responses."""
        cache.set(self._key, time.time_ns(), timeout=None)
        self._version_read = 0.0

    def _present_version(self, now: float) -> int:
        if now - self._version_read > VERSION_SECONDS:
            self._version = cache.get(self._key, 0)
            self._version_read = now
        return self._version


def answer_from_cache(request: HttpRequest | Request, cached: CachedResponse) -> HttpResponse:
    """Answer with the cached bytes, or with 304 if the client has them already."""
    headers = {"ETag": cached.etag, "Vary": "Accept-Language"}
    if cached.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        return HttpResponse(status=304, headers={**headers, "Cache-Control": FOR_ALL})
    return answer_bytes(cached.body, headers=headers, cache=FOR_ALL)
