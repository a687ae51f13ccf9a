"""Refunds apart from returns, at the till: a part of the price goes back, and the goods stay."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from carts.channels.views import parse_int
from core.idempotency import claim_of, do_once
from core.web.api.amounts import MoneyIn
from core.web.api.base import StrictSerializer, checked, list_of
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.input import MOST_LINES, shop_amount
from orders.api.output import RefundOut, order_json
from orders.api.registers.arrivals import REFUND_METHODS
from orders.models import PriceReduction
from orders.queries.orders import get_order
from orders.rules.refunds import ANY
from orders.services.returns.price_reductions import Reduction, reduce_price


class ReducedLine(StrictSerializer):
    line = serializers.CharField(max_length=20, help_text="The order line's id.")
    amount = MoneyIn()


class ReductionIn(StrictSerializer):
    amount = MoneyIn(required=False, help_text="Of all the goods that the buyer keeps; or name lines.")
    lines = list_of(ReducedLine, most=MOST_LINES, required=False, allow_empty=False)
    reason = serializers.ChoiceField([code for code, _name in PriceReduction.REASONS])
    comment = serializers.CharField(max_length=200, required=False, allow_blank=True)
    method = serializers.ChoiceField(REFUND_METHODS, default=ANY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("amount" in attrs) == ("lines" in attrs):
            raise serializers.ValidationError({"amount": [_("Name either an amount or lines with amounts.")]})
        return attrs


class GivenBackOut(serializers.Serializer[Any]):
    refunds = RefundOut(many=True, help_text="The new ones: one for each payment that money goes back to.")


class TillRefunds(StaffApiView):
    right = roles.REDUCE_PRICE

    @extend_schema(
        operation_id="till_refund",
        parameters=[KEY_PARAMETER],
        request=ReductionIn,
        responses={201: GivenBackOut},
        examples=[
            OpenApiExample(
                "For a scratch",
                value={"amount": {"amount": "5.00", "currency": "EUR"}, "reason": "damaged_on_arrival"},
                request_only=True,
            )
        ],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Give a part of an order's price back while the goods stay with their buyer."""
        body, by, now = checked(ReductionIn, request), self.actor(request), timezone.now()
        given = _reduction(body)
        limit = None if self.staff.may(roles.REDUCE_ABOVE_LIMIT) else settings.PRICE_REDUCTION_LIMIT_MINOR

        def act() -> dict[str, Any]:
            before = {refund["id"] for refund in get_order(number).refunds}
            reduce_price(order_number=number, given=given, limit=limit, by=by, now=now)
            refunds = order_json(get_order(number), shows_codes=False)["refunds"]
            return {"refunds": [refund for refund in refunds if int(refund["id"]) not in before]}

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=201)


def _reduction(body: Mapping[str, Any]) -> Reduction:
    by_line: Counter[int] = Counter()
    for line in body.get("lines", ()):
        by_line[parse_int(line["line"])] += shop_amount(line["amount"], "lines")
    return Reduction(
        reason=body["reason"],
        method=body["method"],
        amount=shop_amount(body["amount"], "amount") if "amount" in body else 0,
        by_line=dict(by_line) if "lines" in body else None,
        comment=body.get("comment", ""),
    )
