"""Liveness, readiness and metrics."""

import hmac
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core import dispatch
from core.data import sql
from core.web import metrics

# A lag of this length means that no worker runs: e-mails wait, but the shop sells.
LONGEST_LAG_SECONDS = 60

# What else a process needs to serve requests, by name: functions that raise NotReady. The top layer adds its own.
conditions: dict[str, Callable[[], None]] = {}


class NotReady(Exception):
    """A part of the shop does not work; the text is safe to show."""


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Answer that this process runs. It checks nothing else: a dead database must not restart healthy processes."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """
    Answer whether this process can serve requests: 200, or 503 with the reason.

    Only PostgreSQL, its migrations and its fitness decide. While Valkey is down or the journal lags, the shop is
    `degraded` and still sells; while PostgreSQL is read-only because its disk is nearly full, it is `degraded` and
    still shows its goods.
    """
    needed = {"database": _asks(_ping_database), "migrations": _asks(_check_migrations)}
    needed |= {name: _asks(condition) for name, condition in conditions.items()}
    useful = {"changes": _asks(_check_changes), "cache": _asks(_ping_cache), "journal": _asks(_check_journal)}
    ready = set(needed.values()) == {"ok"}
    state = "not ready"
    if ready:
        state = "ready" if set(useful.values()) == {"ok"} else "degraded"
    return JsonResponse({"state": state, **needed, **useful}, status=200 if ready else 503)


@require_safe
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics in Prometheus' format; in production only to callers that send METRICS_TOKEN."""
    expected_header = f"Bearer {settings.METRICS_TOKEN}"
    sent_header = request.headers.get("Authorization", "")
    if settings.METRICS_TOKEN and not hmac.compare_digest(sent_header.encode(), expected_header.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    if settings.PRODUCTION and not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    figures = {"journal_lag_seconds": dispatch.find_lag().seconds, "dead_letters": _count_dead_letters()}
    figures |= {name: read() for name, read in metrics.figures.items()}
    return HttpResponse(metrics.written(figures), content_type="text/plain; version=0.0.4; charset=utf-8")


def _asks(question: Callable[[], None]) -> str:
    try:
        question()
    except Exception as error:
        # Only the class: drivers' messages name hosts and users.
        return str(error) if isinstance(error, NotReady) else type(error).__name__
    return "ok"


def _ping_database() -> None:
    sql.fetch_one("SELECT 1 AS one", {})


def _check_changes() -> None:
    row = sql.fetch_one("SELECT current_setting('transaction_read_only') AS is_read_only", {})
    if row is None or row["is_read_only"] == "on":
        raise NotReady("PostgreSQL lets nothing be changed")


_migrations_are_applied = False


def _check_migrations() -> None:
    # Reading the plan costs milliseconds, and a process that has seen all migrations applied need not check again.
    global _migrations_are_applied
    if _migrations_are_applied:
        return
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise NotReady(f"{len(missing)} migrations are not applied")
    _migrations_are_applied = True


def _ping_cache() -> None:
    cache.set("readyz", 1, timeout=10)
    if cache.get("readyz") != 1:
        raise NotReady("does not answer")


def _check_journal() -> None:
    lag = dispatch.find_lag()
    if lag.is_foreign:
        raise NotReady("restored from a dump; nothing is handed out until a worker or migrate has put it in order")
    if lag.seconds > LONGEST_LAG_SECONDS:
        raise NotReady(f"{lag.seconds:.0f} s behind")


def _count_dead_letters() -> float:
    row = sql.fetch_one("SELECT count(*) AS dead FROM core_faileddelivery WHERE next_attempt_at IS NULL", {})
    return float(row["dead"]) if row else 0.0
