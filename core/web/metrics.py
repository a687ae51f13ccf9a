"""Prometheus metrics over all processes of the shop."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

SHARED = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
if SHARED:
    Path(SHARED).mkdir(mode=0o700, parents=True, exist_ok=True)  # A memory file system is empty after each boot.

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
    for collector in (_CountersOfAll(),) if SHARED else (requests_total, request_seconds):
        registry.register(collector)
    registry.register(_Figures(figures))
    return generate_latest(registry)


class _CountersOfAll(Collector):
    """What all processes have counted, those that have ended included: counters only rise."""

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for kind in ("counter", "histogram") for file in Path(SHARED).glob(f"{kind}_*.db")]
        metrics: Iterable[Metric] = MultiProcessCollector.merge(files)
        return metrics


class _Figures(Collector):
    """
    Figures that were read just now.

    The library's own gauges will not do: each process would keep the value of its last scrape in a file, where it
    outlives the process, and an alarm would never end.
    """

    def __init__(self, figures: Mapping[str, float]) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        for name, value in self._figures.items():
            yield GaugeMetricFamily(f"omnistore_{name}", name.replace("_", " "), value=value)


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
