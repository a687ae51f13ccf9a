"""What a variant costs, and why: for a shopper, or for staff about a customer in their store."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of
from core.money import money_json
from core.texts.translated import in_language
from core.web.api.base import ApiView, StrictSerializer, answer, checked_query
from core.web.api.schema import MoneySchema
from inventory.channels.price_texts import KINDS, WORDS
from inventory.channels.staff import StaffApiView
from inventory.queries.price_lists import PriceExplanation, PriceQuestion, explain_price
from inventory.rules.price_lists import BASE, PriceVerdict
from inventory.services.price_lists import LARGEST_QUANTITY


class PriceQuery(StrictSerializer):
    """The quantity."""

    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY, default=1)


class StaffPriceQuery(PriceQuery):
    """The quantity, the customer, and the moment; now without one."""

    customer = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    moment = serializers.DateTimeField(required=False)


class ReasonOut(serializers.Serializer[Any]):
    """A price that won or lost. price_list: its code, null for the ordinary price."""

    price = MoneySchema()
    price_list = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    kind = serializers.ChoiceField(list(KINDS))
    min_quantity = serializers.IntegerField()
    verdict = serializers.ChoiceField(list(WORDS))
    detail = serializers.CharField()


class PriceOut(serializers.Serializer[Any]):
    """The price of one unit for a quantity. price: null if not sold in the shop's currency. why: the winner first."""

    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    price = MoneySchema(allow_null=True)
    tax_included = serializers.BooleanField(allow_null=True)
    why = ReasonOut(many=True)


_EURO = {"amount": "14.90", "currency": "EUR"}
EXAMPLE = OpenApiExample(
    "Ten mugs for a trader",
    value={
        "sku": "MUG-RIM-CREAM",
        "quantity": 10,
        "price": _EURO,
        "tax_included": None,
        "why": [
            {
                "price": _EURO,
                "price_list": "trade",
                "name": "Trade prices",
                "kind": "segment",
                "min_quantity": 10,
                "verdict": "won",
                "detail": "this is the price",
            },
            {
                "price": {"amount": "16.90", "currency": "EUR"},
                "price_list": None,
                "name": "regular price",
                "kind": "base",
                "min_quantity": 1,
                "verdict": "outranked",
                "detail": "another price takes precedence",
            },
        ],
    },
    response_only=True,
)
SKU = OpenApiParameter("sku", str, OpenApiParameter.PATH)


class VariantPrice(ApiView):
    """What a variant costs the caller on their channel, and why; the prices of their segments count."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="catalogue_variants_price_read",
        tags=["catalogue"],
        parameters=[SKU, PriceQuery],
        responses=PriceOut,
        examples=[EXAMPLE],
    )
    def get(self, request: Request, sku: str) -> HttpResponse:
        query, by = checked_query(PriceQuery, request), actor_of(request)
        question = _question(sku, query["quantity"], by.customer_id, by.channel, "", timezone.now())
        return answer(_price_json(explain_price(question, is_whole=False), query["quantity"]))


class TillPrice(StaffApiView):
    """What a variant costs in this store, for a customer or anybody, now or at a moment, and why."""

    @extend_schema(
        operation_id="till_price",
        tags=["till"],
        parameters=[SKU, StaffPriceQuery],
        responses=PriceOut,
        examples=[EXAMPLE],
    )
    def get(self, request: Request, sku: str) -> HttpResponse:
        query, by = checked_query(StaffPriceQuery, request), self.actor(request)
        moment = query.get("moment") or timezone.now()
        question = _question(sku, query["quantity"], query.get("customer"), by.channel, by.store_code, moment)
        return answer(_price_json(explain_price(question, is_whole=True), query["quantity"]))


def _question(sku: str, quantity: int, customer: int | None, channel: str, store: str, now: datetime) -> PriceQuestion:
    return PriceQuestion(
        sku=sku, currency=settings.SHOP_CURRENCY, quantity=quantity, customer_id=customer, channel=channel,
        store=store, now=now,
    )  # fmt: skip


def _price_json(explanation: PriceExplanation, quantity: int) -> dict[str, Any]:
    won = explanation.verdicts[0] if explanation.verdicts else None
    return {
        "sku": explanation.sku,
        "quantity": quantity,
        "price": money_json(won.amount, settings.SHOP_CURRENCY) if won else None,
        "tax_included": won.step.is_tax_included if won and won.step else None,
        "why": [_reason_json(verdict, explanation) for verdict in explanation.verdicts],
    }


def _reason_json(verdict: PriceVerdict, explanation: PriceExplanation) -> dict[str, Any]:
    step = verdict.step
    kind = step.kind if step else BASE
    return {
        "price": money_json(verdict.amount, settings.SHOP_CURRENCY),
        "price_list": explanation.lists[step.list_id].code if step else None,
        "name": in_language(explanation.lists[step.list_id].name) if step else str(KINDS[BASE]),
        "kind": kind,
        "min_quantity": step.min_quantity if step else 1,
        "verdict": verdict.word,
        "detail": str(WORDS[verdict.word]),
    }
