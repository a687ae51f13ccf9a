"""Prometheus metrics over all processes of the shop."""

import hashlib
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

IN_MEMORY = Path("/dev/shm")  # noqa: S108  # mkdir refuses a directory that somebody else made before us.
# A client may send any other method, and each would become a series that never ends.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BUCKETS_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

requests_total = Counter("omnistore_requests", "Answered HTTP requests", ["method", "route", "status"])
request_seconds = Histogram(
    "omnistore_request_seconds", "Time to answer an HTTP request", ["route"], buckets=BUCKETS_SECONDS
)


# Functions that read figures from the database at each scrape, by name; apps add their own.
figures: dict[str, Callable[[], float]] = {}


def count_request(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count one answered request; route is the URL's pattern, so that there are few series."""
    count, durations = _counters(method if method in METHODS else "other", route, status)
    count.inc()
    durations.observe(seconds)


@cache
def _counters(method: str | None, route: str, status: int) -> tuple[Counter, Histogram]:
    return requests_total.labels(method, route, status), request_seconds.labels(route)


def written(figures: dict[str, float]) -> bytes:
    """Return all counters, and figures read from the database just now, in Prometheus' text format."""
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
    Return the directory where the processes of a data directory share their counters.

    The files are mapped into memory, and the kernel kills a process that writes to one when the disk is full. So they
    are placed in a memory file system where the system has one.
    """
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:16]
    return IN_MEMORY / f"omnistore-{digest}" if os.access(IN_MEMORY, os.W_OK) else data / "run" / "metrics"


def prepare_directory(directory: Path) -> None:
    """Empty the directory; call this before the first counting process starts."""
    remove_directory(directory)
    directory.mkdir(parents=True, mode=0o700)


def remove_directory(directory: Path) -> None:
    """Remove the directory and its counters; call this when the last counting process has ended."""
    shutil.rmtree(directory, ignore_errors=True)
