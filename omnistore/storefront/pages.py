"""What every page of the web shop shares: its frame, its errors, and the parts that all visitors see alike."""

import functools
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.sign_in.authentication import SecondFactorRequired
from core.errors import NotAllowed
from core.languages import active_language
from core.web.api import checked_values
from core.web.problems import problem_of
from core.web.response_cache import ResponseCache
from inventory.queries.products import list_categories
from omnistore.storefront.visitors import Visitor, visitor_of

View = Callable[..., HttpResponse]

LONGEST_SEARCH = 200
# Dropped together with the catalogue's other ready answers, and a few seconds old at most.
MOST_READY_PAGES = 600
page_cache = ResponseCache("catalogue", most=MOST_READY_PAGES)

# They stand in shared parts where each visitor's own token and own part go. Made anew by each process, which keeps its
# shared parts to itself: words that a visitor types can never be taken for them.
_TOKEN_GOES_HERE = secrets.token_hex(16)
_OWN_PART_GOES_HERE = secrets.token_hex(16)
GOODS_SHEET = "storefront/goods.css"
PRIVATE = "private, no-store"
# The frame around a shared part holds the visitor's own name and cart.
SHARED = "private, no-cache"


def page(view: View) -> View:
    """Answer the refusals of a view with a page that says what is wrong and how to go on."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            raise
        except Exception as error:
            known = problem_of(error)
            if known is None:
                raise
            told = orjson.loads(known.content)
            return error_page(request, status=known.status_code, detail=told["detail"], code=told["code"])

    return guarded


def private_page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Show a page that belongs to this visitor alone: it is kept nowhere."""
    response = render(request, template, {**frame_of(request), **(context or {})}, status=status)
    response.headers["Cache-Control"] = PRIVATE
    return response


def shared_page(
    request: HttpRequest,
    template: str,
    build: Callable[[], Mapping[str, Any]],
    *,
    sheets: Sequence[str],
    vary: str = "",
    own: Callable[[str], str] | None = None,
) -> HttpResponse:
    """
    Show a page whose main part all visitors see alike; that part is made once and kept ready for a few seconds.

    template: of the main part. build: returns its context, with title and description of the page. What build raises
    is not kept. sheets: the style sheets it needs beside the frame's. vary: what beside address and
    language makes a difference. own: writes what only this visitor sees of it, where the template says {{ own_part }};
    it is given the context's about.
    """

    def write() -> dict[str, str]:
        context = build()
        places = {"csrf_token": _TOKEN_GOES_HERE, "own_part": _OWN_PART_GOES_HERE, "path": request.get_full_path()}
        main = render_to_string(template, {**_words(), **context, **places})
        told = {name: str(context.get(name, "")) for name in ("title", "description", "about")}
        return {**told, "main": main}

    key = ("page", get_language(), request.get_full_path(), vary)
    ready = orjson.loads(page_cache.get(key, write).body)
    main = ready["main"].replace(_TOKEN_GOES_HERE, get_token(request))
    if own is not None:
        main = main.replace(_OWN_PART_GOES_HERE, own(ready["about"]))
    ready["main"] = mark_safe(main)  # noqa: S308
    response = render(request, "storefront/shared.html", {**frame_of(request), **ready, "sheets": sheets})
    response.headers["Cache-Control"] = SHARED
    return response


def error_page(request: HttpRequest, *, status: int, detail: str, code: str = "") -> HttpResponse:
    """Say what is wrong; code: the problem's stable name. Nothing is asked of the database: it may be what is wrong."""
    titles = {
        403: _("Access denied"),
        404: _("Page not found"),
        429: _("Too many requests"),
        503: _("Back in a moment"),
    }
    context = {
        **_words(),
        "title": titles.get(status, _("Something went wrong")),
        "detail": detail,
        "needs_second_factor": code == SecondFactorRequired.code,
        "is_plain": True,
    }
    response = render(request, "storefront/error.html", context, status=status)
    response.headers["Cache-Control"] = PRIVATE
    return response


def way_back(request: HttpRequest, *, otherwise: str) -> str:
    """Return the page a form wants to go on with, if it is one of the shop's own. otherwise: the name of another."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if is_ours else reverse(otherwise)


def query_of(serializer: type[serializers.Serializer[Any]], request: HttpRequest) -> dict[str, Any]:
    """Return the query parameters that the serializer knows; others (of campaigns, say) and empty ones are passed over.

    Raises ValidationError.
    """
    names = [str(name) for name in serializer().get_fields()]
    return checked_values(serializer, {name: request.GET[name] for name in names if request.GET.get(name)})


def frame_of(request: HttpRequest) -> dict[str, Any]:
    """Return what the frame around every page shows: the visitor, his cart, the shelves."""
    return {
        **_words(),
        **_edges(),
        "visitor": framed_visitor(request),
        "here": request.get_full_path(),
        "words": request.GET.get("q", "")[:LONGEST_SEARCH],
    }


def framed_visitor(request: HttpRequest) -> Visitor:
    """Return whom the frame greets; somebody whom private pages refuse sees the others as a stranger does."""
    try:
        return visitor_of(request)
    except NotAllowed:
        return Visitor(customer=None, token="")


def _edges() -> dict[str, str]:
    """Return what stands above and below every page in this language, ready-made."""

    def write() -> dict[str, str]:
        context = {**_words(), "categories": list_categories()}
        return {name: render_to_string(f"storefront/{name}.html", context) for name in ("shelves", "foot")}

    ready = orjson.loads(page_cache.get(("edges", get_language()), write).body)
    return {name: mark_safe(text) for name, text in ready.items()}  # noqa: S308


def _words() -> dict[str, Any]:
    return {
        "shop_name": settings.SHOP_NAME,
        "language": active_language(),
        "languages": settings.LANGUAGES,
        "is_demo": settings.DEMO,
    }
