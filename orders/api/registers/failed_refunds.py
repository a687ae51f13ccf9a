"""The ways on for a refund that its provider refused."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from stdnum import iban
from stdnum.exceptions import ValidationError as NotAnIban

from accounts.rules import roles
from carts.channels.views import parse_int
from core.actors import Actor
from core.errors import NotFound
from core.idempotency import claim_of, do_once
from core.web.api.base import StrictSerializer, checked
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.output import RefundOut, order_json
from orders.models import Order, Refund
from orders.queries.orders import get_order
from orders.queries.scopes import check_served
from orders.services.payments.refunding.failed_refunds import (
    note_bank_transfer,
    refund_again,
    refund_as_credit,
    refund_in_cash,
)

_WAYS = {Refund.ORIGINAL: refund_again, Refund.CASH: refund_in_cash, Refund.CREDIT: refund_as_credit}


class RetryIn(StrictSerializer):
    method = serializers.ChoiceField([*_WAYS, Refund.TRANSFER], default=Refund.ORIGINAL)
    iban = serializers.CharField(
        max_length=60, required=False, help_text="For a transfer, after it was made: the account that it went to."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("iban" in attrs) != (attrs["method"] == Refund.TRANSFER):
            raise serializers.ValidationError({"iban": [_("A bank transfer, and nothing else, needs an IBAN.")]})
        return attrs

    def validate_iban(self, value: str) -> str:
        try:
            return str(iban.validate(value))
        except NotAnIban:
            raise serializers.ValidationError(_("This is no IBAN: look for a mistyped digit.")) from None


class RefundRetry(StaffApiView):
    right = roles.CANCEL_ORDER

    @extend_schema(
        operation_id="till_refund_retry",
        parameters=[KEY_PARAMETER],
        request=RetryIn,
        responses=RefundOut,
        examples=[
            OpenApiExample(
                "By bank transfer", value={"method": "transfer", "iban": "DE89370400440532013000"}, request_only=True
            )
        ],
        tags=["till"],
    )
    def post(self, request: Request, refund_id: str) -> HttpResponse:
        """Let a refund that failed go on: to its tender again, in cash, as credit, or by a bank transfer."""
        body, by, now = checked(RetryIn, request), self.actor(request), timezone.now()
        number = _order_of(parse_int(refund_id), by)

        def act() -> dict[str, Any]:
            given: dict[str, Any] = {"refund_id": parse_int(refund_id), "by": by, "now": now}
            if body["method"] == Refund.TRANSFER:
                fresh = note_bank_transfer(reference=body["iban"], **given)
            else:
                fresh = _WAYS[body["method"]](**given)
            refunds = order_json(get_order(number), shows_codes=False)["refunds"]
            return next(refund for refund in refunds if refund["id"] == str(fresh))

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)


def _order_of(refund_id: int, by: Actor) -> str:
    """Return the number of a refund's order. Raises NotFound, AnotherStoresOrder."""
    order = Order.objects.only("number").filter(payments__refunds=refund_id).first()
    if order is None:
        raise NotFound(_("There is no such refund."))
    check_served(order.number, by=by)
    return order.number
