"""Orders of any channel at the till, and refunds that staff pay out."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries.people import LONGEST_SEARCH, find_people
from accounts.rules import roles
from accounts.rules.search import spell
from carts.channels.views import parse_int
from core.idempotency import claim_of, do_once
from core.web.api.base import PageQuery, StrictSerializer, answer, checked, checked_query, page_json, page_of
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.orders import OrderListOut
from orders.api.output import OrderOut, RefundOut, order_json
from orders.queries.orders import find_orders, get_order
from orders.rules.order_numbers import typed_order_number
from orders.services.payments.refunding.paying_out import pay_out_refund


class OrderQuery(PageQuery):
    q = serializers.CharField(
        max_length=LONGEST_SEARCH,
        help_text="The order's number; or the buyer's e-mail address, phone number, name or card.",
    )


class PayOut(StrictSerializer):
    session = serializers.CharField(
        max_length=20, required=False, help_text="The till session out of whose drawer the cash comes."
    )


PAY_OUT_EXAMPLE = OpenApiExample("Out of the drawer", value={"session": "12"}, request_only=True)


class TillOrders(StaffApiView):
    right = roles.SEE_CUSTOMERS

    @extend_schema(operation_id="till_orders", parameters=[OrderQuery], responses=OrderListOut, tags=["till"])
    def get(self, request: Request) -> HttpResponse:
        """
        Find orders of every channel, the newest first: by number those of any store, by buyer those that you serve.
        """
        query = checked_query(OrderQuery, request)
        page = page_of(query)
        after = page.last_id()
        spelling = spell(query["q"])
        persons = find_people(text=query["q"])
        orders = find_orders(
            number=typed_order_number(query["q"]),
            customer_ids=[customer_id for person in persons for customer_id in person.ids],
            email=spelling.email,
            phone_end=spelling.phone_end,
            store_id=self.store.id,
            after=after,
            limit=page.fetch,
        )
        body = page_json(request, page, orders, key=lambda order: [order.id])
        body["results"] = [order_json(order, shows_codes=False) for order in body["results"]]
        return answer(body)


class TillOrder(StaffApiView):
    right = roles.SEE_CUSTOMERS

    @extend_schema(operation_id="till_order", responses=OrderOut, tags=["till"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return one order of any channel; pickup codes are only for the buyer."""
        return answer(order_json(get_order(number), shows_codes=False))


class RefundPayOut(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_refund_pay_out",
        parameters=[KEY_PARAMETER],
        request=PayOut,
        responses=RefundOut,
        examples=[PAY_OUT_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, refund_id: str) -> HttpResponse:
        """Record that a refund was paid out: cash from the drawer, or on the card at the terminal."""
        now = timezone.now()
        body = checked(PayOut, request)
        by = self.actor(request)
        session_id = parse_int(body["session"]) if "session" in body else None

        def act() -> dict[str, Any]:
            number = pay_out_refund(refund_id=parse_int(refund_id), session_id=session_id, by=by, now=now)
            refunds = order_json(get_order(number), shows_codes=False)["refunds"]
            return next(refund for refund in refunds if refund["id"] == str(parse_int(refund_id)))

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)
