"""A person's credit and points, and the balance of a gift card."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.models.balances import CREDIT, POINTS
from accounts.queries.balances import entries_of, holdings_of
from accounts.services.balances.gift_cards import look_up_gift_card
from accounts.sign_in.attempt_limits import client_key_of
from accounts.sign_in.authentication import person_ids, shopper_of
from core.money import money_json
from core.web.api.base import ApiView, PageQuery, StrictSerializer, answer, checked, checked_query, page_json, page_of
from core.web.api.schema import MoneySchema

_EUR = {"amount": "12.90", "currency": "EUR"}
_ENTRY = {
    "id": "311",
    "balance": "credit",
    "kind": "given_back",
    "amount": _EUR,
    "points": None,
    "occurred_at": "2026-11-21T12:00:00+00:00",
    "channel": "till",
    "store": "ber-mitte",
}


class CreditOut(serializers.Serializer[Any]):
    balance = MoneySchema()
    available = MoneySchema(help_text="What is not held for an order under way.")


class PointsOut(serializers.Serializer[Any]):
    balance = serializers.IntegerField()
    available = serializers.IntegerField()


class BalancesOut(serializers.Serializer[Any]):
    credit = CreditOut()
    points = PointsOut()


class EntryQuery(PageQuery):
    balance = serializers.ChoiceField([CREDIT, POINTS], required=False)


class EntryOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    balance = serializers.CharField(help_text="credit or points.")
    kind = serializers.CharField(help_text="loaded, earned, spent, given_back, expired, corrected or taken_back.")
    amount = MoneySchema(allow_null=True, help_text="With its sign; null for points.")
    points = serializers.IntegerField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    channel = serializers.CharField()
    store = serializers.CharField(allow_null=True)


class EntryPage(serializers.Serializer[Any]):
    results = EntryOut(many=True)
    next = serializers.CharField(allow_null=True)


class CodeIn(StrictSerializer):
    code = serializers.CharField(max_length=40)


class GiftCardOut(serializers.Serializer[Any]):
    ends_with = serializers.CharField()
    balance = MoneySchema()
    available = MoneySchema()
    expires_at = serializers.DateTimeField(allow_null=True)


class Balances(ApiView):
    """The signed-in person's credit and points."""

    @extend_schema(
        operation_id="me_balances",
        responses=BalancesOut,
        examples=[
            OpenApiExample(
                "Ana",
                value={
                    "credit": {"balance": _EUR, "available": _EUR},
                    "points": {"balance": 120, "available": 120},
                },
                response_only=True,
            )
        ],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the person's credit and points, which are the same on every channel."""
        held = holdings_of(person_ids=person_ids(shopper_of(request)), currency=settings.SHOP_CURRENCY)
        credit, points = held[CREDIT], held[POINTS]
        return answer(
            {
                "credit": {
                    "balance": money_json(credit.amount, credit.currency),
                    "available": money_json(credit.free, credit.currency),
                },
                "points": {"balance": points.amount, "available": points.free},
            }
        )


class Entries(ApiView):
    """The entries of the signed-in person's credit and points."""

    @extend_schema(
        operation_id="me_balance_entries",
        parameters=[EntryQuery],
        responses=EntryPage,
        examples=[OpenApiExample("Given back", value={"results": [_ENTRY], "next": None}, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """List every change of the person's credit and points, the newest first."""
        query = checked_query(EntryQuery, request)
        page = page_of(query)
        rows = entries_of(
            person_ids=person_ids(shopper_of(request)),
            kinds=[query["balance"]] if "balance" in query else [CREDIT, POINTS],
            before=page.last_id(),
            limit=page.fetch,
        )
        body = page_json(request, page, rows, key=lambda row: [row["id"]])
        return answer(body | {"results": [_entry_json(row) for row in body["results"]]})


class GiftCardBalance(ApiView):
    """The balance of a gift card; its code is sent in the body, so that it appears in no log."""

    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="gift_card_balance",
        request=CodeIn,
        responses=GiftCardOut,
        examples=[
            OpenApiExample("A code", value={"code": "7K3M-Q9TX-4RVB-H2WD"}, request_only=True),
            OpenApiExample(
                "Left",
                value={"ends_with": "H2WD", "balance": _EUR, "available": _EUR, "expires_at": None},
                response_only=True,
            ),
        ],
        tags=["checkout"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Return the balance of the card with this code; refused after twenty wrong codes within an hour."""
        card = look_up_gift_card(
            code=checked(CodeIn, request)["code"],
            client_key=client_key_of(request),
            currency=settings.SHOP_CURRENCY,
            now=timezone.now(),
        )
        return answer(
            {
                "ends_with": card.code_end,
                "balance": money_json(card.amount, card.currency),
                "available": money_json(card.free, card.currency),
                "expires_at": card.expires_at.isoformat() if card.expires_at else None,
            }
        )


def _entry_json(row: dict[str, Any]) -> dict[str, Any]:
    currency = row["currency"]
    return {
        "id": str(row["id"]),
        "balance": row["balance"],
        "kind": row["kind"],
        "amount": money_json(row["amount"], currency) if currency else None,
        "points": None if currency else row["amount"],
        "occurred_at": row["occurred_at"].isoformat(),
        "channel": row["channel"],
        "store": row["store"] or None,
    }
