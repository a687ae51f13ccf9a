"""Cancelling an order before it leaves: by the shopper, or by staff."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from core.idempotency import claim_of, do_once
from core.web.api.base import StrictSerializer, checked, list_of
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER, who_asks
from orders.api.fulfilment.pieces import PieceIn, pieces_of
from orders.api.input import MOST_LINES
from orders.api.output import OrderOut, order_json
from orders.queries.orders import get_order, get_order_for
from orders.services.fulfilment.cancellation import cancel_order


class AnyCancellation(StrictSerializer):
    lines = list_of(
        PieceIn, most=MOST_LINES, required=False, allow_empty=False,
        help_text="Some pieces only; everything that has not left when left out.",
    )  # fmt: skip
    refund = serializers.ChoiceField(
        ["original", "credit"],
        default="original",
        help_text="credit: as store credit instead, because the customer wants it so.",
    )


class Cancellation(AnyCancellation):
    reason = serializers.ChoiceField(
        ["changed_mind", "too_slow", "found_elsewhere", "mistake", "other"], default="other"
    )


class StaffCancellation(AnyCancellation):
    reason = serializers.ChoiceField(["customer", "goods_missing", "fraud", "mistake"])


EXAMPLES = [
    OpenApiExample("A second thought", value={"reason": "changed_mind"}, request_only=True),
    OpenApiExample("One of three", value={"lines": [{"line": "12", "quantity": 1}]}, request_only=True),
]
STAFF_EXAMPLE = OpenApiExample("The customer called", value={"reason": "customer"}, request_only=True)


class OrderCancellation(CartApiView):
    @extend_schema(
        operation_id="order_cancel",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=Cancellation,
        responses=OrderOut,
        examples=EXAMPLES,
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Cancel everything of an order that has not left yet, or some pieces, and refund what was paid for it."""
        now = timezone.now()
        body = checked(Cancellation, request)
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)

        def act() -> dict[str, Any]:
            cancel_order(
                number=number,
                reason=body["reason"],
                as_credit=body["refund"] == "credit",
                pieces=pieces_of(body.get("lines")),
                by=actor_of(request),
                now=now,
            )
            return order_json(get_order(number))

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=200)


class TillCancellation(StaffApiView):
    right = roles.CANCEL_ORDER

    @extend_schema(
        operation_id="till_order_cancel",
        parameters=[KEY_PARAMETER],
        request=StaffCancellation,
        responses=OrderOut,
        examples=[STAFF_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Cancel everything of an order of any channel that has not left yet, or some pieces."""
        now = timezone.now()
        body = checked(StaffCancellation, request)
        by = self.actor(request)

        def act() -> dict[str, Any]:
            cancel_order(
                number=number,
                reason=body["reason"],
                as_credit=body["refund"] == "credit",
                pieces=pieces_of(body.get("lines")),
                by=by,
                now=now,
            )
            return order_json(get_order(number), shows_codes=False)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)
