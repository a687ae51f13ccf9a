"""What the shop counts for Prometheus, over all its processes."""

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

IN_MEMORY = Path("/dev/shm")  # noqa: S108  # mkdir refuses a directory that somebody else made before us.
# Anybody may make up another method, and each would be counted for ever.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

requests_total = Counter("omnistore_requests", "Answered HTTP requests", ["method", "route", "status"])
request_seconds = Histogram(
    "omnistore_request_seconds", "Time to answer an HTTP request", ["route"], buckets=BUCKETS_SECONDS
)


# Figures that are read from the database when they are asked for, by name; apps add their own.
figures: dict[str, Callable[[], float]] = {}


def count_request(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count one answered request; the route is the URL's pattern, so that there are few of them."""
    count, durations = _counters(method if method in METHODS else "other", route, status)
    count.inc()
    durations.observe(seconds)


@cache
def _counters(method: str | None, route: str, status: int) -> tuple[Counter, Histogram]:
    return requests_total.labels(method, route, status), request_seconds.labels(route)


def written(figures: dict[str, float]) -> bytes:
    """Write everything counted, and figures read from the database just now, in Prometheus' text format."""
    registry = CollectorRegistry()
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(requests_total)
        registry.register(request_seconds)
    now = CollectorRegistry()
    for name, value in figures.items():
        Gauge(f"omnistore_{name}", name.replace("_", " "), registry=now).set(value)
    return generate_latest(registry) + generate_latest(now)


def directory_of(data: Path) -> Path:
    """
    Name the directory in which the processes of a data directory share their counts.

    The files are mapped into memory, and the kernel kills a process that writes to one for which a full disk has no
    room. So they lie in memory where the system has a place for that.
    """
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return IN_MEMORY / f"omnistore-{digest}" if os.access(IN_MEMORY, os.W_OK) else data / "run" / "metrics"


def prepare_directory(directory: Path) -> None:
    """Make the directory empty; call before the first process that counts is started."""
    remove_directory(directory)
    directory.mkdir(parents=True, mode=0o700)


def remove_directory(directory: Path) -> None:
    """Remove the directory with all that was counted; call when the last process that counts has ended."""
    shutil.rmtree(directory, ignore_errors=True)
