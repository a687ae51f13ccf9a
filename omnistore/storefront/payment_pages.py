"""
The payment providers' parts of the pages on which people pay.

What is typed there goes to the provider and never to the shop. Only pages that show a provider's part may load from its
hosts.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.web.csp import STRICT, written_policy
from omnistore.storefront.cards import choice_of
from orders.providers.base import PaymentPage
from orders.queries.cards import SavedCardView
from orders.rules.checkout import CARD
from orders.services.payments.gateway import is_token, payment_pages

LONGEST_TOKEN = 255  # The width of the column that keeps it.


class MeansForm(forms.Form):
    """
    What a page chooses to pay with: a saved card, or a way that a provider offers. Afterwards token is its card's.

    others: ways to pay that no provider offers.
    """

    pay = forms.ChoiceField(choices=[], required=False)
    save_card = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any], *, cards: Sequence[SavedCardView], others: Sequence[str] = ()) -> None:
        super().__init__(data)
        self.cards = cards
        self.pages = payment_pages()
        self.ways = [*(choice_of(card) for card in cards), *(page.method for page in self.pages)]
        self.fields["pay"].choices = [(way, "") for way in (*self.ways, *others)]  # type: ignore[attr-defined]
        for page in self.pages:
            if page.token:
                self.fields[page.token] = forms.CharField(required=False, max_length=LONGEST_TOKEN)
        self.fields["pay"].error_messages["invalid_choice"] = _("Choose how to pay.")

    def check_token(self, values: dict[str, Any]) -> None:
        """Read the token of the chosen provider's fields into the values; an error unless it is one of its own."""
        page = next((page for page in self.pages if page.method == values.get("pay")), None)
        values["token"] = values.get(page.token, "") if page and page.token else ""
        if page and page.token and not is_token(page.method, values["token"]):
            self.add_error("pay", _("Enter your card first. This needs JavaScript."))


def page_context(*, can_save: bool) -> dict[str, Any]:
    """Return the context of pay_cards.html. can_save: there is a person for whom a card may be saved."""
    pages = payment_pages()
    return {
        "pages": pages,
        "takes_cards": any(page.method == CARD for page in pages),
        "can_save_card": can_save and any(page.saves_cards for page in pages),
    }


def with_hosts(response: HttpResponse, pages: Iterable[PaymentPage]) -> HttpResponse:
    """Allow a page to load from the hosts of the providers that it shows."""
    policy = STRICT | {"connect-src": f"'self' {settings.LIVE_URL}".strip()}
    hosts = [item for page in pages for item in page.hosts.items()]
    for directive, sources in hosts:
        policy[directive] = f"{policy.get(directive, '')} {sources}".strip()
    if hosts:
        response.headers["Content-Security-Policy"] = written_policy(policy)
    return response
