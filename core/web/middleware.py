"""The fast path of API requests, and Django's middlewares without the work that this shop does not need."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import BadRequest, DisallowedHost
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from core.web import headers

API = "/api/"
# Asked by machines under the address of this server or container, which is no host name of the shop.
PROBES = {"/livez", "/readyz", "/metrics"}
BACK_OFFICE = "/admin/"
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
MOST_REMEMBERED, LONGEST_REMEMBERED = 1024, 200

T = TypeVar("T")
View = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware(MiddlewareMixin):
    """
    Activates the language that the visitor chose or that the browser accepts, and sends Content-Language.

    Django's LocaleMiddleware also looks for a language in the URL, which no URL here has.
    """

    def process_request(self, request: HttpRequest) -> None:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class ShopTimeMiddleware:
    """
    Shows and takes moments in the shop's time zone on the pages of the back office, which name it.

    Elsewhere each page names a zone of its own: a store's, or that of the person who reads.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(BACK_OFFICE):
            return self.get_response(request)
        with timezone.override(ZoneInfo(settings.SHOP_TIME_ZONE)):
            return self.get_response(request)


class ApiFastPathMiddleware:
    """
    Sends API requests without a cookie straight to their view.

    Such clients sign in with a token or not at all, so they need none of the middlewares after this one: they fetch no
    file, have no session, and send no form that another site could have forged. The two things they do need are done
    here: the language and the response's length. Every unusual request goes through all middlewares, as browsers'
    requests do: URLs that do not exist, foreign hosts, and forms, which are searched for card numbers. Probes are
    answered here under every host name.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self._answer: View = convert_exception_to_response(_answer)  # type: ignore[assignment]
        self._match = _remembering(_match)
        self._is_ours = _remembering(_is_ours)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        meta = request.META
        if request.path_info in PROBES:
            request.resolver_match = self._match(request.path_info)
            return self._answer(request)
        if meta.get("HTTP_COOKIE") or not request.path_info.startswith(API) or request.content_type in FORMS:
            return self.get_response(request)
        match = self._match(request.path_info)
        if match is None or not self._is_ours(meta.get("HTTP_HOST") or meta["SERVER_NAME"]):
            return self.get_response(request)

        request.resolver_match = match
        request.LANGUAGE_CODE = language = _language_asked_for(meta.get("HTTP_ACCEPT_LANGUAGE", ""))
        translation.activate(language)
        response = self._answer(request)
        headers.add(response, _language_headers(language))
        if response.headers["Vary"] != "Accept-Language":
            patch_vary_headers(response, ("Accept-Language",))
        if isinstance(response, HttpResponse):
            headers.put(response, "Content-Length", str(len(response.content)))
        return response


def _remembering(find: Callable[[str], T]) -> Callable[[str], T]:
    """Cache the function's results for short texts only, so that clients cannot fill the memory."""
    remembered = lru_cache(MOST_REMEMBERED)(find)

    def cached(text: str) -> T:
        return remembered(text) if len(text) <= LONGEST_REMEMBERED else find(text)

    return cached


def _match(path: str) -> ResolverMatch | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    match.tried = None  # A list of all other URLs, which only a developer's page for missing URLs shows.
    return match


def _is_ours(host: str) -> bool:
    request = HttpRequest()
    request.META["HTTP_HOST"] = host
    try:
        return bool(request.get_host())
    except DisallowedHost:
        return False


@_remembering
def _language_asked_for(accepted: str) -> str:
    request = HttpRequest()
    request.META["HTTP_ACCEPT_LANGUAGE"] = accepted
    return translation.get_language_from_request(request)


@cache
def _language_headers(language: str) -> headers.Written:
    return headers.written({"Content-Language": language, "Vary": "Accept-Language"})


def _answer(request: HttpRequest) -> HttpResponseBase:
    """Call the view of the URL, and render its response if it is not rendered yet."""
    match = request.resolver_match
    assert match is not None, "set by the middleware"
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


def refuse_nul(get_response: View) -> View:
    """Refuse an address with a NUL, which no person types and PostgreSQL takes in no text: 400, on every page."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in request.path_info:
            raise BadRequest("The address holds a NUL.")
        return get_response(request)

    return middleware


class BrowserSessionMiddleware(SessionMiddleware):
    """
    Finds the session of a browser's cookie, and does not delete the cookie of an unknown session.

    Django tells the browser to delete it. Signing in gives the session a new key; a request that left the browser just
    before carries the old one, and its response may arrive after the new cookie: deleting then would silently sign the
    visitor out again. The cart's stream triggers such requests at that very moment, because the cart changes too.
    Signing out still deletes the cookie.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
