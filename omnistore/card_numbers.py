"""A guard over all forms of all pages that refuses payment card numbers before any view sees them."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError

from core.texts.card_numbers import holds_card_number, may_hold_card_number
from core.web.middleware import FORMS
from omnistore.storefront.errors import handle_card_number


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
            holds_card_number(str(text)) for name, texts in fields if may_hold_card_number(name) for text in texts
        )
        return handle_card_number(request) if is_found else None
