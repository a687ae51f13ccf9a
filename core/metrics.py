"""What the shop counts for Prometheus, over all its processes."""

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

requests_total = Counter("omnistore_requests", "Answered HTTP requests", ["method", "route", "status"])
request_seconds = Histogram(
    "omnistore_request_seconds", "Time to answer an HTTP request", ["route"], buckets=BUCKETS_SECONDS
)


# Figures that are read from the database when they are asked for, by name; apps add their own.
figures: dict[str, Callable[[], float]] = {}


def count_request(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count one answered request; the route is the URL's pattern, so that there are few of them."""
    count, durations = _counters(method, route, status)
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


def prepare_directory(directory: Path) -> None:
    """Empty the directory in which the processes share their counts; call before the first of them starts."""
    directory.mkdir(parents=True, exist_ok=True)
    for file in directory.glob("*.db"):
        file.unlink(missing_ok=True)
