"""A cache whose failure is a miss, not an error."""

import functools
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

SECONDS_BETWEEN_TRIES = 1.0

logger = logging.getLogger(__name__)


class CircuitBreaker:
    """
    Remembers that a server does not answer, so that only one request a second waits for it.

    One instance serves all threads of a process, since Django makes a cache object per thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_try = 0.0
        self._is_open = False

    def allows(self) -> bool:
        """Return whether a call may be tried now; while the server is down, one call a second may."""
        if not self._is_open:
            return True
        with self._lock:
            if time.monotonic() < self._next_try:
                return False
            self._next_try = time.monotonic() + SECONDS_BETWEEN_TRIES
            return True

    def failed(self, error: Exception) -> None:
        """Note that the server did not answer."""
        with self._lock:
            self._next_try = time.monotonic() + SECONDS_BETWEEN_TRIES
            if not self._is_open:
                self._is_open = True
                logger.warning("the cache does not answer, going on without it: %s", error)

    def succeeded(self) -> None:
        """Note that the server answered."""
        if self._is_open:
            self._is_open = False
            logger.warning("the cache answers again")


breaker = CircuitBreaker()


def _or(fallback: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Call the fallback with the same arguments while the server is down, or the database for keys that need it."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        def stand_in(self: "FailOpenCache", *args: Any, **kwargs: Any) -> Any:
            if self.kept_prefix and args and isinstance(args[0], str) and args[0].startswith(self.kept_prefix):
                return getattr(caches["database"], method.__name__)(*args, **kwargs)
            return fallback(*args, **kwargs)

        @functools.wraps(method)
        def guarded(self: "FailOpenCache", *args: Any, **kwargs: Any) -> Any:
            if not breaker.allows():
                return stand_in(self, *args, **kwargs)
            try:
                answer = method(self, *args, **kwargs)
            except (RedisError, OSError) as error:
                breaker.failed(error)
                return stand_in(self, *args, **kwargs)
            breaker.succeeded()
            return answer

        return guarded

    return decorate


def _nothing(*args: Any, **kwargs: Any) -> None:
    return None


def _default(key: Any, default: Any = None, **kwargs: Any) -> Any:
    return default


class FailOpenCache(RedisCache):
    """
    Django's cache on Valkey, which behaves as an empty cache while Valkey is down.

    Rate limits then count nothing and let every request pass: selling goes on, and the limits that protect money and
    stock are in PostgreSQL. Keys that begin with the option kept_prefix are kept in PostgreSQL meanwhile, by the cache
    "database": they limit guesses at passwords, which nothing else does.
    """

    def __init__(self, server: str | list[str], params: dict[str, Any]) -> None:
        # Retry once at once: a pooled connection from before a restart of the server fails on first use.
        options = {"retry": Retry(NoBackoff(), 1), **params.get("OPTIONS", {})}
        self.kept_prefix = options.pop("kept_prefix", "")
        super().__init__(server, {**params, "OPTIONS": options})

    add = _or(lambda *args, **kwargs: True)(RedisCache.add)
    get = _or(_default)(RedisCache.get)
    set = _or(_nothing)(RedisCache.set)
    touch = _or(lambda *args, **kwargs: False)(RedisCache.touch)
    delete = _or(lambda *args, **kwargs: False)(RedisCache.delete)
    get_many = _or(lambda *args, **kwargs: {})(RedisCache.get_many)
    has_key = _or(lambda *args, **kwargs: False)(RedisCache.has_key)
    incr = _or(lambda key, delta=1, **kwargs: delta)(RedisCache.incr)
    set_many = _or(lambda *args, **kwargs: [])(RedisCache.set_many)
    delete_many = _or(_nothing)(RedisCache.delete_many)
    clear = _or(_nothing)(RedisCache.clear)

    @_or(_nothing)
    def run_script(self, script: str, keys: Sequence[str], values: Sequence[object]) -> Any:
        """Return what a script answers, which runs as one step on the server; None while Valkey is down."""
        full = [self.make_and_validate_key(key) for key in keys]
        return self._cache.get_client(None, write=True).eval(script, len(full), *full, *map(str, values))
