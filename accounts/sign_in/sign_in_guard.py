"""Protection of django-allauth's views from malformed requests, and from other spellings of one address or number."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from allauth.core.exceptions import RateLimited
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.urls import get_resolver
from django.utils.translation import gettext as _

from accounts.rules.phones import NotAPhone, canonical_phone
from core.texts.spelling import plain_email, plain_text
from core.web.api.fast_parser import holds_card
from core.web.api.problems import problem, problem_of
from core.web.middleware import FORMS

SIGN_IN_PATHS = "/_allauth/"

_ADDRESSES = ("email", "login", "phone")

# The exceptions with which allauth crashes when a request is incomplete or out of sequence.
_INCOMPLETE = {("POST", "/auth/code/request"): AttributeError}
_OUT_OF_TURN = {("PUT", "/auth/webauthn/signup"): KeyError}


class SignInGuard:
    """Returns problems where allauth would crash: for text that no database can store, and requests out of sequence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(SIGN_IN_PATHS) and request.content_type == "application/json":
            try:
                body = orjson.loads(request.body) if request.body else None
                if holds_card("", body):
                    words = _(
                        "This looks like a card number. Enter card numbers only in the payment provider's fields."
                    )
                    return problem(400, words, code="card_number")
                if isinstance(body, dict) and (spelt := _spelt_otherwise(body)):
                    request._body = orjson.dumps(body | spelt)
            except orjson.JSONDecodeError:
                return problem(400, _("The body is not valid JSON."))
            except RequestDataTooBig as error:
                return problem_of(error) or self.get_response(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, options: Any) -> None:
        """Bring the address or number in a form into its one spelling: allauth compares it in many places."""
        if request.content_type not in FORMS:
            return
        try:
            spelt = _spelt_otherwise(request.POST)
        except UnreadablePostError:
            return
        if spelt:
            fields = request.POST.copy()
            fields.update(spelt)
            request.POST = fields  # type: ignore[assignment]  # Nobody changes it after this.

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the problem that a client or a lost server caused; None for a bug of the shop."""
        if isinstance(error, RateLimited):
            # A sign-up sends a code, too, and allauth expects no limit there.
            refuse: Callable[[HttpRequest], HttpResponse] = get_resolver().resolve_error_handler(429)
            return refuse(request)
        if not request.path.startswith(SIGN_IN_PATHS):
            return None
        if _is_among(_INCOMPLETE, request, error):
            return problem(400, _("Give an e-mail address or a phone number."), code="invalid")
        if _is_among(_OUT_OF_TURN, request, error):
            return problem(409, _("This step is out of order. Start again."), code="out_of_turn")
        return problem_of(error)


def _spelt_otherwise(fields: Mapping[str, Any]) -> dict[str, str]:
    """Return the one spelling of each address and number that is written in another."""
    texts = {name: text for name in _ADDRESSES if isinstance(text := fields.get(name), str)}
    return {name: spelt for name, text in texts.items() if (spelt := _spelt(text)) != text}


def _spelt(text: str) -> str:
    if "@" in plain_text(text):
        # Case is allauth's own matter.
        return text if text.isascii() else plain_email(text)
    try:
        return canonical_phone(text)
    except NotAPhone:
        return text


def _is_among(known: Mapping[tuple[str, str], type[Exception]], request: HttpRequest, error: Exception) -> bool:
    return any(
        request.method == method and request.path.endswith(path) and isinstance(error, expected)
        for (method, path), expected in known.items()
    )
