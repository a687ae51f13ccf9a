"""Protection of django-allauth's views from malformed requests."""

from collections.abc import Callable, Mapping

import orjson
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from core.web.api.fast_parser import holds_card
from core.web.api.problems import problem, problem_of

SIGN_IN_PATHS = "/_allauth/"

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
                if request.body and holds_card("", orjson.loads(request.body)):
                    words = _(
                        "This looks like a card number. Enter card numbers only in the payment provider's fields."
                    )
                    return problem(400, words, code="card_number")
            except orjson.JSONDecodeError:
                return problem(400, _("The body is not valid JSON."))
            except RequestDataTooBig as error:
                return problem_of(error) or self.get_response(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the problem that a client or a lost server caused; None for a bug of the shop."""
        if not request.path.startswith(SIGN_IN_PATHS):
            return None
        if _is_among(_INCOMPLETE, request, error):
            return problem(400, _("Give an e-mail address or a phone number."), code="invalid")
        if _is_among(_OUT_OF_TURN, request, error):
            return problem(409, _("This step is out of order. Start again."), code="out_of_turn")
        return problem_of(error)


def _is_among(known: Mapping[tuple[str, str], type[Exception]], request: HttpRequest, error: Exception) -> bool:
    return any(
        request.method == method and request.path.endswith(path) and isinstance(error, expected)
        for (method, path), expected in known.items()
    )
