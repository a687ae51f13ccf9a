"""Error pages for people; programs get a problem document."""

import sys

import orjson
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.web.api import problems
from omnistore.storefront.pages import error_page

_FOR_PROGRAMS = ("/api/", "/_allauth/", "/livez", "/readyz", "/metrics", "/media/", "/static/")


def handle_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a URL that does not exist, or that the visitor may not know of."""
    if _is_for_program(request):
        return problems.handle_404(request, exception)
    return error_page(request, status=404, detail=_("Not found, or you do not have access."))


def handle_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refused. The host may be forged, so no page is rendered."""
    return problems.handle_400(request, exception)


def handle_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request for a page that the person may not see."""
    if _is_for_program(request):
        return problems.handle_403(request, exception)
    return error_page(request, status=403, detail=_("You are not allowed to do this."))


def handle_csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of the shop, or came from one that was open for too long."""
    if _is_for_program(request):
        return problems.handle_403(request, PermissionError(reason))
    detail = _("This form has expired. Go back, reload the page, and try again.")
    return error_page(request, status=403, detail=detail)


def handle_card_number(request: HttpRequest) -> HttpResponse:
    """Answer a form with a payment card's number in it, without repeating the number."""
    detail = _(
        "One of the fields contains what looks like a card number. Nothing was saved. Go back, remove the number, "
        "and send the form again. Enter card numbers only in the payment provider's fields."
    )
    if _is_for_program(request):
        return problems.problem(400, detail, code="card_number")
    return error_page(request, status=400, detail=detail, code="card_number")


def handle_429(request: HttpRequest) -> HttpResponse:
    """Answer somebody who asks for codes, or tries them, more often than a person does."""
    detail = _("You have tried this too often. Wait half a minute, then try again.")
    if _is_for_program(request):
        return problems.problem(429, detail, headers={"Retry-After": "30"})
    return error_page(request, status=429, detail=detail)


def handle_500(request: HttpRequest) -> HttpResponse:
    """
    Answer after a fault of the shop, without revealing its cause.

    Third-party pages (signing in, the back office) let the errors of an unreachable or read-only database through. They
    get the same answer as the shop's own pages: try again later.
    """
    error = _database_error_behind(sys.exc_info()[1])  # Django calls this while it handles the exception.
    known = problems.problem_of(error) if error else None
    if _is_for_program(request):
        return known or problems.handle_500(request)
    if known is not None:
        problem = orjson.loads(known.content)
        return error_page(request, status=known.status_code, detail=problem["detail"], code=problem["code"])
    return error_page(request, status=500, detail=_("Something went wrong on our side. Try again in a moment."))


def _database_error_behind(error: BaseException | None) -> DatabaseError | InterfaceError | None:
    # For example, a session that could not be saved is another error, raised while that of the database is handled.
    while error is not None:
        if isinstance(error, OperationalError | InternalError | InterfaceError):
            return error
        error = error.__context__
    return None


def _is_for_program(request: HttpRequest) -> bool:
    return request.path.startswith(_FOR_PROGRAMS) or not request.accepts("text/html")
