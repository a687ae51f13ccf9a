"""Return requests of shoppers."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView, parse_int
from core.idempotency import claim_of, do_once
from core.money import money_json
from core.web.api.base import StrictSerializer, checked, list_of
from core.web.api.schema import MoneySchema
from orders.api.checkout import KEY_PARAMETER, who_asks
from orders.api.input import MOST_LINES
from orders.models import Return
from orders.queries.orders import get_order_for
from orders.services.returns import LineToReturn, request_return, withdraw_return


class ReturnLineIn(StrictSerializer):
    line = serializers.CharField(max_length=20, help_text="The order line's id.")
    quantity = serializers.IntegerField(min_value=1, max_value=9999)
    reason = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ReturnIn(StrictSerializer):
    lines = list_of(ReturnLineIn, most=MOST_LINES, allow_empty=False)
    method = serializers.ChoiceField(["store", "ship"])
    refund = serializers.ChoiceField(["original", "credit"], default="original")


class ReturnLineOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    sku = serializers.CharField()
    quantity = serializers.IntegerField()
    amount = MoneySchema()
    reason = serializers.CharField()


class ReturnOut(serializers.Serializer[Any]):
    """A requested return, and its value: the price paid for the goods, less what is withheld for gifts."""

    number = serializers.CharField()
    order = serializers.CharField()
    state = serializers.CharField()
    method = serializers.CharField()
    refund = serializers.CharField()
    amount = MoneySchema()
    withheld_for_gifts = MoneySchema(
        help_text="Off the value of the lines, for gifts that are kept; negative if a gift has come back since."
    )
    requested_at = serializers.DateTimeField()
    reject_reason = serializers.CharField(help_text="Why staff refused it; empty unless it is rejected.")
    lines = ReturnLineOut(many=True)


EXAMPLE = OpenApiExample(
    "One of two mugs",
    value={
        "lines": [{"line": "1", "quantity": 1, "reason": "Too small"}],
        "method": "store",
        "refund": "original",
    },
    request_only=True,
)


class OrderReturns(CartApiView):
    @extend_schema(
        operation_id="order_return",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=ReturnIn,
        responses={201: ReturnOut},
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Request a return; the money is refunded when the goods have arrived."""
        now = timezone.now()
        body = checked(ReturnIn, request)
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        lines = [
            LineToReturn(parse_int(line["line"]), line["quantity"], line.get("reason", "")) for line in body["lines"]
        ]

        def act() -> dict[str, Any]:
            return_ = request_return(
                number=number,
                lines=lines,
                method=body["method"],
                refund_to=body["refund"],
                by=actor_of(request),
                now=now,
            )
            return _return_json(return_, number)

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=201)


class ReturnCancellation(CartApiView):
    @extend_schema(
        operation_id="order_return_cancellation",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=None,
        responses=ReturnOut,
        tags=["orders"],
    )
    def post(self, request: Request, number: str, return_number: str) -> HttpResponse:
        """Withdraw a return that was requested; its goods may be asked for again."""
        now = timezone.now()
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)

        def act() -> dict[str, Any]:
            goods = withdraw_return(order_number=number, number=return_number, by=actor_of(request), now=now)
            return _return_json(goods, number)

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=200)


def _return_json(return_: Return, order_number: str) -> dict[str, Any]:
    return {
        "number": return_.number,
        "order": order_number,
        "state": return_.state,
        "method": return_.method,
        "refund": return_.refund_to,
        "amount": money_json(return_.amount, return_.currency),
        "withheld_for_gifts": money_json(return_.withheld_for_gifts, return_.currency),
        "requested_at": return_.requested_at.isoformat(),
        "reject_reason": return_.reject_reason,
        "lines": [
            {
                "line": str(line.order_line_id),
                "sku": line.sku,
                "quantity": line.quantity,
                "amount": money_json(line.amount, return_.currency),
                "reason": line.reason,
            }
            for line in return_.lines.order_by("pk")
        ],
    }
