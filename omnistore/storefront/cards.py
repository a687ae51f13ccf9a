"""The visitor's saved cards as payment choices of a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone

from omnistore.storefront.visitors import Visitor
from orders.queries.cards import SavedCardView, cards_of
from orders.rules.checkout import CARD, TEST, Tender
from orders.services.payments.cards import with_card
from orders.services.payments.gateway import takes_saved_cards

_SAVED = "saved-"


def usable_cards(visitor: Visitor) -> list[SavedCardView]:
    """Return the cards that the visitor may pay with, the newest first; none for a guest. One statement."""
    if visitor.customer is None:
        return []
    cards = cards_of(person_ids=visitor.owner.customer_ids, now=timezone.now())
    return [card for card in cards if not card.has_expired and takes_saved_cards(card.provider)]


def choice_of(card: SavedCardView) -> str:
    """Return the form value of a card."""
    return f"{_SAVED}{card.id}"


def offered(cards: Sequence[SavedCardView]) -> list[tuple[str, SavedCardView]]:
    """Return cards with their form values."""
    return [(choice_of(card), card) for card in cards]


def paid_by(values: Mapping[str, Any], cards: Sequence[SavedCardView], person_ids: Sequence[int]) -> Tender:
    """
    Return the tender for a page's choice. values: pay, token and save_card, validated by the form.

    cards: those that the page showed. person_ids: the person for whom a new card may be saved, none for nobody.
    """
    method = values["pay"]
    for choice, card in offered(cards):
        if choice == method:
            return Tender(
                TEST if card.provider == TEST else CARD,
                payment_method=card.provider_ref,
                customer_ref=card.provider_customer,
            )
    tender = Tender(method, payment_method=values["token"])
    saves = bool(values["save_card"] and person_ids) and method in (CARD, TEST)
    return with_card(tender, person_ids=person_ids, now=timezone.now(), saves=saves)
