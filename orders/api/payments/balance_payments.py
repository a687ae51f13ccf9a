"""Paying the balance due of an order: by its owner online, or at a till."""

from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from accounts.sign_in.attempt_limits import client_key_of
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView, parse_int
from core.idempotency import claim_of
from core.web.api.base import StrictSerializer, checked, list_of
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER, check_methods, who_asks
from orders.api.input import MOST_PARTS, PaymentIn, TillPaymentIn, tender
from orders.api.output import OrderOut, paid_at_till_json, placed_json
from orders.queries.orders import get_order, get_order_for
from orders.services.payments.card_readers import check_readers
from orders.services.settlement.balance_payments import pay_balance_due

EXAMPLE = OpenApiExample("By card", value={"payments": [{"method": "test"}]}, request_only=True)
TILL_EXAMPLE = OpenApiExample(
    "A part of it, in cash",
    value={
        "session": "1",
        "payments": [
            {
                "method": "cash",
                "amount": {"amount": "10.00", "currency": "EUR"},
                "tendered": {"amount": "20.00", "currency": "EUR"},
            }
        ],
    },
    request_only=True,
)


class BalancePaymentsIn(StrictSerializer):
    payments = list_of(
        PaymentIn,
        most=MOST_PARTS,
        allow_empty=False,
        help_text="Amounts that add up to less than is due pay a part of it.",
    )


class TillBalancePaymentsIn(StrictSerializer):
    payments = list_of(TillPaymentIn, most=MOST_PARTS, allow_empty=False)
    session = serializers.CharField(max_length=20, required=False, help_text="Takes the cash.")


class OrderPayments(CartApiView):
    @extend_schema(
        operation_id="order_pay_due",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=BalancePaymentsIn,
        responses={201: OrderOut, 202: OrderOut},
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """
        Pay the balance due of an order: 201 with the order, or 202 with next_action when the payment needs the shopper.
        """
        now = timezone.now()
        body = checked(BalancePaymentsIn, request)
        owner = self.owner(request, now=now)
        claim = claim_of(request, actor=who_asks(owner))
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        # No card is saved with a guest's order, whoever has its token.
        person_ids = () if order.customer_id is None else owner.customer_ids
        client_key = partial(client_key_of, request)
        tenders = [
            tender(payment, client_key=client_key, now=now, person_ids=person_ids) for payment in body["payments"]
        ]
        check_methods(tenders)
        return pay_balance_due(
            claim=claim,
            number=order.number,
            tenders=tenders,
            session_id=None,
            by=actor_of(request),
            now=now,
            render=placed_json,
        )


class TillOrderPayments(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_order_pay_due",
        parameters=[KEY_PARAMETER],
        request=TillBalancePaymentsIn,
        responses={201: OrderOut, 202: OrderOut},
        examples=[TILL_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Take the balance due of an order of any channel, or a part of it, before its goods leave."""
        now = timezone.now()
        body = checked(TillBalancePaymentsIn, request)
        by = self.actor(request)
        claim = claim_of(request, actor=f"staff:{by.staff_id}")
        client_key = partial(client_key_of, request)
        tenders = [tender(payment, client_key=client_key, now=now, at_till=True) for payment in body["payments"]]
        check_readers(tenders, store_id=by.store_id)
        return pay_balance_due(
            claim=claim,
            number=get_order(number).number,
            tenders=tenders,
            session_id=parse_int(body["session"]) if "session" in body else None,
            by=by,
            now=now,
            render=paid_at_till_json,
        )
