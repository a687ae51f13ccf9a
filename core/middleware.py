"""Django's own middlewares, without the part of their work that this shop has no use for."""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

API = "/api/"


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


class _ForBrowsers(MiddlewareMixin):
    """
    Lets requests of programs pass by: those to the API that bring no cookie.

    They sign in with a token or not at all, so no session, no person in it and no forged form can come with them.
    """

    def __call__(self, request: HttpRequest) -> Any:
        if not request.META.get("HTTP_COOKIE") and request.path.startswith(API):
            return self.get_response(request)
        return super().__call__(request)


class BrowserSessionMiddleware(_ForBrowsers, SessionMiddleware):
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


class BrowserCsrfMiddleware(_ForBrowsers, CsrfViewMiddleware):
    """Refuses forms that another site made a browser send."""


class BrowserAuthenticationMiddleware(_ForBrowsers, AuthenticationMiddleware):
    """Says who is signed in by the session."""


class BrowserMessageMiddleware(_ForBrowsers, MessageMiddleware):
    """Hands messages from one page to the next."""
