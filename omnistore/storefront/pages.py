"""What every page of the web shop shares: its frame, its errors, and the cache of the parts that all visitors share."""

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
from core.texts.languages import active_language
from core.web.api.base import checked_values
from core.web.api.problems import problem_of
from core.web.response_cache import ResponseCache
from inventory.queries.products import list_categories
from omnistore.storefront.visitors import Visitor, visitor_of

View = Callable[..., HttpResponse]

LONGEST_SEARCH = 200
# Dropped together with the catalogue's other cached responses, and a few seconds old at most.
MOST_READY_PAGES = 600
page_cache = ResponseCache("catalogue", most=MOST_READY_PAGES)

# Placeholders in shared parts for each visitor's own token and own part. Each process makes new ones for its own cache:
# text typed by a visitor can never match them.
_TOKEN_GOES_HERE = secrets.token_hex(16)
_OWN_PART_GOES_HERE = secrets.token_hex(16)
GOODS_SHEET = "storefront/goods.css"
PRIVATE = "private, no-store"
# The frame around a shared part shows the visitor's own name and cart.
SHARED = "private, no-cache"


def page(view: View) -> View:
    """Render a view's refusals as a page that says what is wrong and how to go on."""

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
            problem = orjson.loads(known.content)
            return error_page(request, status=known.status_code, detail=problem["detail"], code=problem["code"])

    return guarded


def private_page(
    request: HttpRequest, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Render a page for this visitor alone: it is never cached."""
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
    Render a page whose main part all visitors share; that part is cached for a few seconds.

    template: of the main part. build: returns its context, with title and description of the page; errors that it
    raises are not cached. sheets: the style sheets it needs beside the frame's. vary: what the content depends on
    beside URL and language. own: renders this visitor's own part in place of the template's {{ own_part }}; it receives
    the context's about.
    """

    def write() -> dict[str, str]:
        context = build()
        places = {"csrf_token": _TOKEN_GOES_HERE, "own_part": _OWN_PART_GOES_HERE, "path": request.get_full_path()}
        main = render_to_string(template, {**_words(), **context, **places})
        head = {name: str(context.get(name, "")) for name in ("title", "description", "about")}
        return {**head, "main": main}

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
    """Render an error; code: the problem's stable name. It does not use the database, which may be the cause."""
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
    """Return the page that a form names as the next one, if it is the shop's. otherwise: the default route's name."""
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(target, allowed_hosts=None) and target.startswith("/")
    return target if is_ours else reverse(otherwise)


def query_of(serializer: type[serializers.Serializer[Any]], request: HttpRequest) -> dict[str, Any]:
    """Return the query parameters that the serializer knows, without others (of campaigns, say) and empty ones.

    Raises ValidationError.
    """
    names = [str(name) for name in serializer().get_fields()]
    return checked_values(serializer, {name: request.GET[name] for name in names if request.GET.get(name)})


def frame_of(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame around every page: the visitor, their cart, the categories."""
    return {
        **_words(),
        **_edges(),
        "visitor": framed_visitor(request),
        "here": request.get_full_path(),
        "words": request.GET.get("q", "")[:LONGEST_SEARCH],
    }


def framed_visitor(request: HttpRequest) -> Visitor:
    """Return the visitor for the frame; people whom private pages refuse see the others as anonymous visitors do."""
    try:
        return visitor_of(request)
    except NotAllowed:
        return Visitor(customer=None, token="")


def _edges() -> dict[str, str]:
    """Return the cached header and footer of every page in this language."""

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
