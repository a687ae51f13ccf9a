"""Return requests of shoppers."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView, parse_int
from core.idempotency import claim_of, do_once
from core.web.api.base import PageQuery, StrictSerializer, answer, checked, checked_query, list_of
from orders.api.checkout import KEY_PARAMETER, who_asks
from orders.api.input import MOST_LINES
from orders.api.return_output import ReturnListOut, ReturnOut, page_of_returns, return_json
from orders.models import Return, ReturnedUnits, ReturnLine
from orders.queries.orders import get_order_for
from orders.queries.returns import shown_returns
from orders.services.returns.requests import LineToReturn, request_return, withdraw_return


class ReturnLineIn(StrictSerializer):
    line = serializers.CharField(max_length=20, help_text="The order line's id.")
    quantity = serializers.IntegerField(min_value=1, max_value=9999)
    reason = serializers.ChoiceField(
        [code for code, _name in ReturnLine.REASONS_OF_SHOPPERS], required=False, allow_blank=True
    )
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True)
    condition = serializers.ChoiceField(
        [code for code, _name in ReturnedUnits.CONDITIONS], required=False,
        help_text="As the shopper says; what was opened may be excluded by its return policy.",
    )  # fmt: skip


class ReturnIn(StrictSerializer):
    lines = list_of(ReturnLineIn, most=MOST_LINES, allow_empty=False)
    method = serializers.ChoiceField(["store", "ship"])
    refund = serializers.ChoiceField(["original", "credit"], default="original")


EXAMPLE = OpenApiExample(
    "One of two mugs",
    value={
        "lines": [{"line": "1", "quantity": 1, "reason": "too_small"}],
        "method": "store",
        "refund": "original",
    },
    request_only=True,
)


class OrderReturns(CartApiView):
    @extend_schema(
        operation_id="order_returns", parameters=[TOKEN_PARAMETER, PageQuery], responses=ReturnListOut, tags=["orders"]
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return what of an order was asked to come back, or came, the newest first."""
        query = checked_query(PageQuery, request)
        owner = self.owner(request, now=timezone.now())
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return answer(page_of_returns(request, shown_returns().filter(order__number=number), query))

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
            LineToReturn(
                parse_int(line["line"]),
                line["quantity"],
                line.get("reason", ""),
                line.get("comment", ""),
                line.get("condition", "as_new"),
            )
            for line in body["lines"]
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
            return _shown(return_)

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=201)


class OneOrderReturn(CartApiView):
    @extend_schema(
        operation_id="order_return_withdraw", parameters=[TOKEN_PARAMETER], responses=ReturnOut, tags=["orders"]
    )
    def delete(self, request: Request, number: str, return_number: str) -> HttpResponse:
        """Withdraw a return whose goods are not here yet; its units may be asked for again."""
        now = timezone.now()
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        with transaction.atomic():
            goods = withdraw_return(order_number=number, number=return_number, by=actor_of(request), now=now)
            return answer(_shown(goods))


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
            return _shown(goods)

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=200)


def _shown(goods: Return) -> dict[str, Any]:
    return return_json(shown_returns().get(pk=goods.pk))
