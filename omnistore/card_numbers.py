"""A guard over all forms of all pages that refuses payment card numbers before any view sees them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from core.web.card_numbers import holds_card_number
from core.web.middleware import FORMS
from omnistore.storefront.errors import handle_card_number

# A password may be anything and is stored only as a hash; a product's number may look like a card's by chance.
_LEFT_ALONE = ("password", "sku")


class CardNumberGuard:
    """
    Refuses a form with a payment card's number in any field.

    It is a middleware because many fields are read without a form, and a form that is shown again would repeat the
    number. The number reaches no view, no row and no log.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, options: Any) -> HttpResponse | None:
        """Answer 400 for such a form, after the CSRF check; None lets any other pass."""
        if request.content_type not in FORMS:
            return None
        try:
            fields = request.POST.lists()
        except UnreadablePostError:
            return None
        is_found = any(
            holds_card_number(str(text)) and not _is_key(str(text))
            for name, texts in fields
            if not _is_left_alone(name.lower())
            for text in texts
        )
        return handle_card_number(request) if is_found else None


def _is_left_alone(name: str) -> bool:
    return any(part in name for part in _LEFT_ALONE)


def _is_key(text: str) -> bool:
    """Return whether a text is one of the keys in forms, which sometimes consist of digits."""
    try:
        return len(text) in (32, 36) and bool(UUID(text))
    except ValueError:
        return False
