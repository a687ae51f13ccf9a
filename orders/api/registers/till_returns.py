"""Taking goods back at the till or in a warehouse, and the requests that wait for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from accounts.sign_in.attempt_limits import client_key_of
from carts.channels.views import parse_int
from core.actors import Actor
from core.errors import NotFound
from core.idempotency import claim_of, do_once
from core.web.api.base import PageQuery, StrictSerializer, answer, checked, checked_query, list_of
from inventory.channels.staff import NotAllowedHere, StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.input import (
    MOST_LINES,
    MOST_PARTS,
    FulfilmentIn,
    SaleLineIn,
    TillPaymentIn,
    fulfilment_request,
    request_fields,
    scanned_lines,
)
from orders.api.output import OrderOut, order_json
from orders.api.registers.arrivals import RefundPartIn, TillReturnLine, arrival_of
from orders.api.return_output import ReturnListOut, ReturnOut, page_of_returns, return_json
from orders.models import Return
from orders.queries.orders import get_order
from orders.queries.returns import returns_concerning, shown_returns
from orders.queries.views import OrderView
from orders.rules.checkout import CARRY_OUT, CheckoutRequest, FulfilmentRequest
from orders.rules.order_numbers import typed_order_number
from orders.services.payments.gateway import PaymentResult
from orders.services.returns.parcels import note_parcel_back
from orders.services.returns.receiving import receive_return
from orders.services.returns.requests import approve_return, refuse_return
from orders.services.returns.without_order import LooseGoods, receive_without_order
from orders.services.settlement.exchanges import exchange_goods


class OverrideIn(StrictSerializer):
    reason = serializers.CharField(max_length=200)


class TillReturnIn(StrictSerializer):
    order = serializers.CharField(max_length=40, required=False)
    receipt = serializers.CharField(max_length=40, required=False, help_text="The number on the receipt.")
    number = serializers.CharField(max_length=40, required=False, help_text="Of the request that the goods answer.")
    customer = serializers.CharField(
        max_length=20, required=False, help_text="Without an order: whose credit their value becomes."
    )
    lines = list_of(
        TillReturnLine, most=MOST_LINES, allow_empty=True,
        help_text="Empty only for a return that had arrived: nothing was in its parcel.",
    )  # fmt: skip
    refund = list_of(
        RefundPartIn, most=10, required=False,
        help_text="Left out: as the shopper asked, or to the tenders. Empty: nothing goes back, which needs a right.",
    )  # fmt: skip
    session = serializers.CharField(
        max_length=20, required=False, help_text="The till session that pays cash out; without it a till does so later."
    )
    override = OverrideIn(required=False, help_text="Take back what the rules refuse; needs a right of its own.")
    exchange_for = list_of(
        SaleLineIn, most=MOST_LINES, required=False, allow_empty=False,
        help_text="What goes out for it, as an order of its own; the goods that came back pay as far as they reach.",
    )  # fmt: skip
    fulfilments = list_of(
        FulfilmentIn, most=MOST_PARTS, required=False, allow_empty=False,
        help_text="How what goes out reaches the buyer, as in a sale; left out, it is carried out.",
    )  # fmt: skip
    payments = list_of(
        TillPaymentIn, most=MOST_PARTS, required=False,
        help_text="For what goes out, beyond what came back. No provider can be asked.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "order" in attrs and "receipt" in attrs:
            raise serializers.ValidationError({"receipt": [_("Name either the order or its receipt.")]})
        if not ("order" in attrs or "receipt" in attrs) and any("line" in line for line in attrs["lines"]):
            raise serializers.ValidationError({"order": [_("Lines are those of an order; name it.")]})
        if not attrs["lines"] and "number" not in attrs:
            raise serializers.ValidationError({"lines": [_("Name at least one unit that came back.")]})
        if "exchange_for" not in attrs:
            if "fulfilments" in attrs or "payments" in attrs:
                raise serializers.ValidationError({"exchange_for": [_("Name the goods that go out.")]})
        elif "session" not in attrs or not ("order" in attrs or "receipt" in attrs) or attrs.get("refund") == []:
            raise serializers.ValidationError(
                {"exchange_for": [_("An exchange needs the order, an open till session, and its refund.")]}
            )
        return attrs


class TillReturnOut(serializers.Serializer[Any]):
    def get_fields(self) -> dict[str, Any]:
        return {
            "return": ReturnOut(),
            "order": OrderOut(required=False),
            "receipt_url": serializers.CharField(allow_null=True),
        }


class RefusalIn(StrictSerializer):
    reason = serializers.CharField(max_length=200, help_text="The shopper reads it.")


class ReturnsQuery(PageQuery):
    state = serializers.ChoiceField([code for code, _name in Return.STATES], required=False)


EXAMPLE = OpenApiExample(
    "One of two mugs, as new",
    value={
        "order": "100042",
        "lines": [{"line": "1", "quantity": 1, "condition": "as_new", "reason": "Too small"}],
        "refund": [{"method": "original"}],
        "session": "12",
    },
    request_only=True,
)


class TillReturns(StaffApiView):
    right = roles.TAKE_RETURNS

    @extend_schema(operation_id="till_returns", parameters=[ReturnsQuery], responses=ReturnListOut, tags=["till"])
    def get(self, request: Request) -> HttpResponse:
        """List returns that concern your store, the newest first: requests that wait, and what was taken back."""
        query = checked_query(ReturnsQuery, request)
        returns = shown_returns().filter(returns_concerning(self.store.id))
        if "state" in query:
            returns = returns.filter(state=query["state"])
        return answer(page_of_returns(request, returns, query))

    @extend_schema(
        operation_id="till_return",
        parameters=[KEY_PARAMETER],
        request=TillReturnIn,
        responses={201: TillReturnOut},
        examples=[EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Take goods of any channel's order back here, put them where they belong, and refund their value."""
        now = timezone.now()
        body = checked(TillReturnIn, request)
        by = self.actor(request)
        number = typed_order_number(body.get("order") or body.get("receipt") or "")
        if not number and (body.get("order") or body.get("receipt")):
            raise NotFound(_("There is no such order."))
        self._check_rights(body, has_order=bool(number))
        if "exchange_for" in body:
            return self._exchange(request, body, number, by=by, now=now)

        def act() -> dict[str, Any]:
            if not number:
                goods = receive_without_order(
                    goods=[LooseGoods(**line) for line in body["lines"]],
                    customer_id=parse_int(body["customer"]) if "customer" in body else None,
                    is_refunded=body.get("refund") != [],
                    by=by,
                    now=now,
                )
                return _answer(goods, None)
            goods = receive_return(order_number=number, arrival=arrival_of(body, number), by=by, now=now)
            return _answer(goods, number)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=201)

    def _exchange(
        self, request: Request, body: Mapping[str, Any], number: str, *, by: Actor, now: datetime
    ) -> HttpResponse:
        if not self.staff.may(roles.SELL):
            raise NotAllowedHere(_("Your role does not allow this here."), right=roles.SELL)
        claim = claim_of(request, actor=f"staff:{by.staff_id}")

        def render(order: OrderView, _outcomes: Sequence[PaymentResult]) -> dict[str, Any]:
            return _answer(Return.objects.get(exchanged_for=order.id), order.number)

        return exchange_goods(
            claim=claim,
            order_number=number,
            arrival=arrival_of(body, number),
            lines=scanned_lines(body["exchange_for"]),
            request=_checkout_of(body, request, request_key=claim.request_key, now=now),
            by=by,
            now=now,
            render=render,
        )

    def _check_rights(self, body: Mapping[str, Any], *, has_order: bool) -> None:
        """Raise NotAllowedHere for what only some may do, each by its own right in this store."""
        wanted = {
            roles.RETURN_WITHOUT_RECEIPT: not has_order,
            roles.OVERRIDE_RETURN_RULES: "override" in body,
            roles.TAKE_WITHOUT_REFUND: body.get("refund") == [],
            roles.CHOOSE_RESTOCK: any("restock" in line for line in body["lines"]),
        }
        for right, is_wanted in wanted.items():
            if is_wanted and not self.staff.may(right):
                raise NotAllowedHere(_("Your role does not allow this here."), right=right)


def _checkout_of(body: Mapping[str, Any], request: Request, *, request_key: str, now: datetime) -> CheckoutRequest:
    """Read how goods go out in exchange. The buyer is told where the order of what came back told them."""
    parts = body.get("fulfilments")
    fields = request_fields(
        {**body, "keep_address": False}, client_key=partial(client_key_of, request), now=now, at_till=True
    )
    return CheckoutRequest(
        fulfilments=tuple(fulfilment_request(part) for part in parts) if parts else (FulfilmentRequest(CARRY_OUT),),
        session_id=parse_int(body["session"]),
        request_key=request_key,
        **fields,
    )


class ReturnApproval(StaffApiView):
    right = roles.TAKE_RETURNS

    @extend_schema(
        operation_id="till_return_approval",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=ReturnOut,
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Tell a shopper that the goods may come back."""
        return _answered(self, request, lambda by, now: approve_return(number=number, by=by, now=now))


class ReturnArrival(StaffApiView):
    right = roles.TAKE_RETURNS

    @extend_schema(
        operation_id="till_return_arrival",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=ReturnOut,
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Note that a parcel with returned goods is here; `POST /till/returns/` with its number says what was in it."""
        return _answered(self, request, lambda by, now: note_parcel_back(number=number, by=by, now=now))


class ReturnRefusal(StaffApiView):
    right = roles.TAKE_RETURNS

    @extend_schema(
        operation_id="till_return_refusal",
        parameters=[KEY_PARAMETER],
        request=RefusalIn,
        responses=ReturnOut,
        examples=[OpenApiExample("Worn", value={"reason": "The goods were worn."}, request_only=True)],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Refuse a return request, with a reason that the shopper reads."""
        reason = checked(RefusalIn, request)["reason"]
        return _answered(self, request, lambda by, now: refuse_return(number=number, reason=reason, by=by, now=now))


def _answered(view: StaffApiView, request: Request, answer_it: Callable[..., Return]) -> HttpResponse:
    by, now = view.actor(request), timezone.now()

    def act() -> dict[str, Any]:
        return return_json(shown_returns().get(pk=answer_it(by, now).pk))

    return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)


def _answer(goods: Return, number: str | None) -> dict[str, Any]:
    shown = {"return": return_json(shown_returns().get(pk=goods.pk)), "receipt_url": None}
    if number is None:
        return shown
    order = order_json(get_order(number), shows_codes=False)
    return shown | {"order": order, "receipt_url": f"/api/v1/till/orders/{number}/receipt/"}
