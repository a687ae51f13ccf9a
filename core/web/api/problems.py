"""Every error of the API, as application/problem+json (RFC 9457) with a stable code."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from core.errors import Malformed, Refusal

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 1
MOST_ERRORS = 100
LONGEST_PATH = 200

LOCK_NOT_AVAILABLE = "55P03"
RETRYABLE = {"40001", "40P01"}  # Serialization failure and deadlock: the same work can simply be repeated.
# SQLSTATE classes of temporary failures: connection, resources, operator intervention, aborted transactions.
_UNAVAILABLE_CLASSES = {"08", "25", "40", "53", "57", "58", "XX"}

_TITLES = {
    400: "The request is malformed",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Refused",
    413: "Too large",
    415: "Unsupported media type",
    422: "Unprocessable",
    429: "Too many requests",
    500: "Internal error",
    503: "Not available right now",
}
_CODES = {
    400: "malformed",
    401: "not_authenticated",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
    503: "unavailable",
}


def problem(
    status: int, detail: str, *, code: str = "", headers: dict[str, str] | None = None, **members: Any
) -> HttpResponse:
    """
    Return a problem document as a response.

    code: the stable name of the problem; by default that of the status. members: typed details beside the standard
    ones. headers: further HTTP headers, for example Retry-After.
    """
    code = code or _CODES.get(status, "refused")
    body = {
        **members,
        "type": f"urn:omnistore:problem:{code}",
        "title": _TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    return HttpResponse(
        orjson.dumps(body, default=str),
        status=status,
        content_type=CONTENT_TYPE,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def text_of(refusal: Refusal) -> str:
    """Return a refusal's message in the reader's language."""
    text = _(refusal.message)
    return text % refusal.details if "%(" in refusal.message else text


def retry_headers(refusal: Refusal) -> dict[str, str]:
    """Return the header that says when to try again, for the refusals that end by themselves."""
    return {"Retry-After": str(refusal.retry_seconds)} if refusal.status in (429, 503) else {}


def problem_of(error: Exception) -> HttpResponse | None:
    """Return the response to an exception that a client may cause; None for the shop's own faults."""
    if isinstance(error, Refusal):
        headers = retry_headers(error)
        return problem(error.status, text_of(error), code=error.code, headers=headers, **_members_of(error))
    if isinstance(error, exceptions.ValidationError):
        # A client needs no more to find its mistake, and a body full of mistakes must not cost more than one without.
        errors = list(islice(_fields_of(error.detail), MOST_ERRORS))
        return problem(400, _("Some fields are invalid: see errors."), code="invalid", errors=errors)
    if isinstance(error, exceptions.APIException):
        return _problem_of_framework(error)
    if isinstance(error, OperationalError | InternalError | InterfaceError):
        return _problem_of_database(error)
    return _problem_of_django(error)


def _members_of(refusal: Refusal) -> dict[str, Any]:
    """Return a refusal's members for programs; a malformed field is listed under errors, wherever it was detected."""
    if not isinstance(refusal, Malformed) or "field" not in refusal.details:
        return refusal.details
    wrong = {"field": refusal.details["field"], "code": refusal.code, "detail": text_of(refusal)}
    return {**refusal.details, "errors": [wrong]}


def sqlstate_of(error: Exception) -> str:
    """Return PostgreSQL's five-letter SQLSTATE, or an empty string if PostgreSQL could not be reached."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def _problem_of_django(error: Exception) -> HttpResponse | None:
    match error:
        case Http404():
            return problem(404, _("Not found, or you do not have access."))
        case PermissionDenied():
            return problem(403, _("You are not allowed to do this."))
        case RequestDataTooBig():
            return problem(413, _("The request is too large."))
        case SuspiciousOperation():
            return problem(400, _("The request is malformed."))
        case DataError():
            return problem(400, _("A value is out of range."), code="invalid")
    return None


def _problem_of_framework(error: exceptions.APIException) -> HttpResponse:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if (wait := getattr(error, "wait", None)) is not None:
        headers["Retry-After"] = str(max(1, round(wait)))
    return problem(error.status_code, str(error.detail), headers=headers)


def _problem_of_database(error: OperationalError | InternalError | InterfaceError) -> HttpResponse | None:
    state = sqlstate_of(error)
    headers = {"Retry-After": str(RETRY_SECONDS)}
    if state == LOCK_NOT_AVAILABLE:
        return problem(409, _("Somebody else is changing this right now. Try again."), code="busy", headers=headers)
    if not state or state[:2] in _UNAVAILABLE_CLASSES:
        return problem(503, _("The shop is not available right now. Try again."), headers=headers)
    return None


def _fields_of(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _fields_of(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            yield from _fields_of(inner, path if isinstance(inner, str) else f"{path}.{place}")
    else:
        yield {"field": path[:LONGEST_PATH], "code": getattr(detail, "code", "invalid"), "detail": str(detail)}


def handle_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a URL that does not exist."""
    return problem(404, _("Not found, or you do not have access."))


def handle_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refused: a bad host, a forged header."""
    return problem(400, _("The request is malformed."))


def handle_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that the person may not see."""
    return problem(403, _("You are not allowed to do this."))


def handle_500(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of the shop, without revealing its cause."""
    return problem(500, _("Something went wrong on our side."))
