"""Django's own middlewares, without the part of their work that this shop has no use for."""

from typing import Any

from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
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


class PagesMessageMiddleware(MessageMiddleware):
    """Hands messages from one page to the next; the API has no pages."""

    def __call__(self, request: HttpRequest) -> Any:
        return self.get_response(request) if request.path.startswith(API) else super().__call__(request)
