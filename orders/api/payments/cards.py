"""A person's saved cards."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of, person_ids, shopper_of
from carts.channels.views import parse_int
from core.web.api.base import ApiView, answer
from orders.queries.cards import SavedCardView, cards_of
from orders.services.payments.cards import remove_card

_EXAMPLE = {
    "id": "12",
    "provider": "test",
    "brand": "Test card",
    "last4": "4242",
    "exp_month": 12,
    "exp_year": 2029,
    "has_expired": False,
}


class SavedCardOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    provider = serializers.CharField(help_text="Pay by it with the method `card`; one of `test` with `test`.")
    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField()
    exp_year = serializers.IntegerField()
    has_expired = serializers.BooleanField()


class SavedCardsOut(serializers.Serializer[Any]):
    results = SavedCardOut(many=True)


class SavedCards(ApiView):
    """The saved cards of the signed-in person."""

    @extend_schema(
        operation_id="me_cards_list",
        responses=SavedCardsOut,
        examples=[OpenApiExample("Cards", value={"results": [_EXAMPLE]}, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """List the person's saved cards, newest first, including expired ones."""
        cards = cards_of(person_ids=person_ids(shopper_of(request)), now=timezone.now())
        return answer({"results": [_card_json(card) for card in cards]})


class OneSavedCard(ApiView):
    """One saved card of the signed-in person."""

    @extend_schema(operation_id="me_cards_remove", responses={204: None}, tags=["me"])
    def delete(self, request: Request, card_id: str) -> HttpResponse:
        """Remove a card; it can no longer be charged."""
        remove_card(
            card_id=parse_int(card_id),
            person_ids=person_ids(shopper_of(request)),
            by=actor_of(request),
            now=timezone.now(),
        )
        return HttpResponse(status=204)


def _card_json(card: SavedCardView) -> dict[str, Any]:
    return {
        "id": str(card.id),
        "provider": card.provider,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "has_expired": card.has_expired,
    }
