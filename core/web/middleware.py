"""The short way of programs, and Django's middlewares without work that this shop has no use for."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import TypeVar

from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import DisallowedHost
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

from core.web import headers

API = "/api/"
FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
MOST_REMEMBERED, LONGEST_REMEMBERED = 1024, 200

T = TypeVar("T")
View = Callable[[HttpRequest], HttpResponseBase]


class LanguageMiddleware(MiddlewareMixin):
    """
    Answers in the language that the visitor chose or his browser asks for, and says so.

    Django's LocaleMiddleware also looks for a language in the address, which no address here has.
    """

    def process_request(self, request: HttpRequest) -> None:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


class ApiFastPathMiddleware:
    """
    Answers programs at once: requests to the API that bring no cookie.

    They sign in with a token or not at all, so nothing that stands behind this middleware is for them: they fetch no
    file, have no session, and send no form that another site could have forged. What they need of it is done here: a
    language, and the answer's length. Whatever is out of the ordinary goes the long way, as browsers do: addresses
    that do not exist, hosts that are not ours, and forms, which are searched for card numbers.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self._answer: View = convert_exception_to_response(_answer)  # type: ignore[assignment]
        self._match = _remembering(_match)
        self._is_ours = _remembering(_is_ours)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        asked = request.META
        if asked.get("HTTP_COOKIE") or not request.path_info.startswith(API) or request.content_type in FORMS:
            return self.get_response(request)
        match = self._match(request.path_info)
        if match is None or not self._is_ours(asked.get("HTTP_HOST") or asked["SERVER_NAME"]):
            return self.get_response(request)

        request.resolver_match = match
        request.LANGUAGE_CODE = language = _language_asked_for(asked.get("HTTP_ACCEPT_LANGUAGE", ""))
        translation.activate(language)
        response = self._answer(request)
        headers.add(response, _language_headers(language))
        if response.headers["Vary"] != "Accept-Language":
            patch_vary_headers(response, ("Accept-Language",))
        if isinstance(response, HttpResponse):
            headers.put(response, "Content-Length", str(len(response.content)))
        return response


def _remembering(find: Callable[[str], T]) -> Callable[[str], T]:
    """Remember what was found for a text; only for short ones, so that strangers cannot fill the memory."""
    remembered = lru_cache(MOST_REMEMBERED)(find)

    def found(text: str) -> T:
        return remembered(text) if len(text) <= LONGEST_REMEMBERED else find(text)

    return found


def _match(path: str) -> ResolverMatch | None:
    try:
        match = resolve(path)
    except Resolver404:
        return None
    match.tried = None  # A list of all other addresses, for the page that tells a developer of a missing one.
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
    """Call the view that the address names, and render what it left to be rendered."""
    match = request.resolver_match
    assert match is not None, "set by the middleware"
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


class BrowserSessionMiddleware(SessionMiddleware):
    """
    Finds the session that a browser's cookie names, and leaves the cookie of an unknown one alone.

    Django tells the browser to delete it. Signing in gives the session a new key; a request that left the browser just
    before carries the old one, and its answer may arrive after the new cookie: deleting then would sign the visitor out
    again without a word. The cart's stream asks for just such requests at that moment, as the cart comes along. Signing
    out deletes the cookie as ever.
    """

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        session = request.session
        if session.is_empty() and not session.modified:
            if session.accessed:
                patch_vary_headers(response, ("Cookie",))
            return response
        return super().process_response(request, response)
