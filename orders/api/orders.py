"""A shopper's orders of every channel."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.sign_in.authentication import person_ids
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from core.web.api.base import ApiView, PageQuery, answer, checked_query, page_json, page_of
from orders.api.output import OrderOut, order_json
from orders.queries.orders import get_order_for, orders_of


class OrderListOut(serializers.Serializer[Any]):
    results = OrderOut(many=True)
    next = serializers.CharField(allow_null=True)


class Orders(ApiView):
    permission_classes = [IsAuthenticated]

    @extend_schema(operation_id="orders", parameters=[PageQuery], responses=OrderListOut, tags=["orders"])
    def get(self, request: Request) -> HttpResponse:
        """List the caller's orders of every channel, the till included, newest first."""
        page = page_of(checked_query(PageQuery, request))
        after = page.last_id()
        orders = orders_of(customer_ids=person_ids(request.user), after=after, limit=page.fetch)
        body = page_json(request, page, orders, key=lambda order: [order.id])
        body["results"] = [order_json(order) for order in body["results"]]
        return answer(body)


class OrderDetail(CartApiView):
    @extend_schema(operation_id="order", parameters=[TOKEN_PARAMETER], responses=OrderOut, tags=["orders"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return one order: the caller's own, or that of the anonymous cart whose token is sent."""
        owner = self.owner(request, now=timezone.now())
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return answer(order_json(order))
