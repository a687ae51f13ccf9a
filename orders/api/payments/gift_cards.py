"""The gift cards that an order bought, and their codes, each shown once."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries.balances import GiftCard
from accounts.rules import roles
from carts.channels.views import TOKEN_PARAMETER, CartApiView, parse_int
from core.actors import TILL, Actor
from core.errors import NotFound
from core.money import money_json
from core.web.api.base import answer
from core.web.api.schema import MoneySchema
from inventory.channels.staff import StaffApiView
from orders.queries.orders import get_order, get_order_for
from orders.queries.views import OrderView
from orders.services.payments.gift_cards import gift_cards_of, show_sold_gift_card

_CARD = {
    "id": "77",
    "ends_with": "H2WD",
    "balance": {"amount": "25.00", "currency": "EUR"},
    "state": "active",
    "expires_at": "2030-01-01T00:00:00+00:00",
    "is_code_shown": False,
}
CARDS_EXAMPLE = OpenApiExample("Loaded", value={"results": [_CARD]}, response_only=True)
CODE_EXAMPLE = OpenApiExample("The code", value={"code": "7K3M-Q9TX-4RVB-H2WD"}, response_only=True)


class SoldCardOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    ends_with = serializers.CharField()
    balance = MoneySchema()
    state = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    is_code_shown = serializers.BooleanField()


class SoldCardsOut(serializers.Serializer[Any]):
    results = SoldCardOut(many=True)


class CodeOut(serializers.Serializer[Any]):
    code = serializers.CharField()


class OrderGiftCards(CartApiView):
    @extend_schema(
        operation_id="order_gift_cards",
        parameters=[TOKEN_PARAMETER],
        responses=SoldCardsOut,
        examples=[CARDS_EXAMPLE],
        tags=["orders"],
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """List the gift cards that the order bought, loaded once they are paid, and those that refunds went to."""
        return answer(_cards_json(_own(self, request, number)))


class OrderGiftCardCode(CartApiView):
    @extend_schema(
        operation_id="order_gift_card_code",
        parameters=[TOKEN_PARAMETER],
        request=None,
        responses=CodeOut,
        examples=[CODE_EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str, card_id: str) -> HttpResponse:
        """Show the code of a card once: code_shown_already from then on."""
        order = _own(self, request, number)
        return answer(_code_json(order, card_id))


class TillGiftCards(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_order_gift_cards", responses=SoldCardsOut, examples=[CARDS_EXAMPLE], tags=["till"]
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """List the gift cards of a sale of this store's till."""
        return answer(_cards_json(_sold_here(number, self.actor(request))))


class TillGiftCardCode(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_order_gift_card_code",
        request=None,
        responses=CodeOut,
        examples=[CODE_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str, card_id: str) -> HttpResponse:
        """Show the code of a card sold at this store's till once, for the customer."""
        return answer(_code_json(_sold_here(number, self.actor(request)), card_id))


def _sold_here(number: str, by: Actor) -> OrderView:
    order = get_order(number)
    if order.channel != TILL or order.store != by.store_code:
        raise NotFound(_("There is no such order."))
    return order


def _own(view: CartApiView, request: Request, number: str) -> OrderView:
    owner = view.owner(request, now=timezone.now())
    return get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)


def _code_json(order: OrderView, card_id: str) -> dict[str, Any]:
    return {"code": show_sold_gift_card(order_number=order.number, card_id=parse_int(card_id), now=timezone.now())}


def _cards_json(order: OrderView) -> dict[str, Any]:
    return {"results": [_card_json(card) for card in gift_cards_of(order_id=order.id, number=order.number)]}


def _card_json(card: GiftCard) -> dict[str, Any]:
    return {
        "id": str(card.id),
        "ends_with": card.code_end,
        "balance": money_json(card.amount, card.currency),
        "state": card.state,
        "expires_at": card.expires_at.isoformat() if card.expires_at else None,
        "is_code_shown": card.code_shown_at is not None,
    }
