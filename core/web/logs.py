"""Logs as JSON lines that name the request, person, order and cart they belong to."""

import contextvars
import logging
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse

from core.web import headers, metrics

View = Callable[[HttpRequest], HttpResponse]

access = logging.getLogger("access")

# The parts of paths, by the names in their routes, that open what they belong to.
_SECRETS = frozenset({"key", "code"})
_ACCEPTED_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_bound: contextvars.ContextVar[dict[str, Any]] = contextvars.ContextVar("bound")


def start(**values: Any) -> None:
    """Begin a request or a task: replace the bound values with these."""
    _bound.set(values)


def bind(**values: Any) -> None:
    """Add values to every later line of this request or task, e.g. bind(order="1000042", cart=7)."""
    known = _bound.get(None)
    if known is None:
        _bound.set(values)
    else:
        known.update(values)


def bound() -> dict[str, Any]:
    """Return the values bound to the current request or task."""
    return _bound.get({})


class JsonFormatter(logging.Formatter):
    """One JSON object per line: time, level, logger, message, bound values, and the traceback, if any."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record as one line of JSON."""
        message, request = record.getMessage(), getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            message = message.replace(request.path, _path_without_secrets(request))
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message,
            **bound(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _json(line)


def log_requests(get_response: View) -> View:
    """
    Give each request an id, log one line when it is answered, and count it.

    A caller's X-Request-Id is used if it is short and harmless, so that one id follows a request through several
    programs. The line omits the query string, which may hold names and addresses, and codes and keys in the path, which
    open what they belong to.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        sent_id = request.META.get("HTTP_X_REQUEST_ID", "")
        request_id = sent_id if _ACCEPTED_REQUEST_ID.fullmatch(sent_id) else os.urandom(16).hex()
        start(request_id=request_id)
        response = get_response(request)
        seconds = time.perf_counter() - started
        headers.put(response, "X-Request-Id", request_id)
        match = request.resolver_match
        metrics.count_request(request.method, match.route if match else "", response.status_code, seconds)
        if access.isEnabledFor(logging.INFO):
            _write_access(request, response.status_code, seconds)
        return response

    return middleware


def _write_access(request: HttpRequest, status: int, seconds: float) -> None:
    # This bypasses the logging machinery, whose records and locks cost more than the line itself.
    line = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": "info",
        "logger": "access",
        "method": request.method,
        "path": _path_without_secrets(request),
        "status": status,
        "ms": round(seconds * 1000, 2),
        **bound(),
    }
    try:
        sys.stderr.write(_json(line) + "\n")
    except OSError:
        pass  # With a full disk there is no log, but the request is still answered.


def _path_without_secrets(request: HttpRequest) -> str:
    match = request.resolver_match
    path = request.path
    if match is not None and not _SECRETS.isdisjoint(match.kwargs):
        for name in _SECRETS & match.kwargs.keys():
            path = path.replace(f"/{match.kwargs[name]}", f"/<{name}>")
    return path


def _json(line: dict[str, Any]) -> str:
    return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
