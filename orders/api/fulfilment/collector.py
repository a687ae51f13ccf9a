"""Naming another person to collect an order."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.phones import PhoneText
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from core.web.api.base import StrictSerializer, answer, checked
from orders.api.output import CollectorOut
from orders.queries.orders import get_order_for
from orders.services.fulfilment.pickups.collectors import name_collector, remove_collector


class CollectorIn(StrictSerializer):
    name = serializers.CharField(max_length=200)
    phone = PhoneText(required=False, allow_blank=True)


EXAMPLE = OpenApiExample("A neighbour", value={"name": "Ben Bakker", "phone": "+491713920001"})


class PickupCollector(CartApiView):
    @extend_schema(
        operation_id="order_collector",
        parameters=[TOKEN_PARAMETER],
        request=CollectorIn,
        responses=CollectorOut,
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Name another person who may collect the order, replacing the one named before."""
        now = timezone.now()
        body = checked(CollectorIn, request)
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        collector = name_collector(
            number=number, name=body["name"], phone=body.get("phone", ""), by=actor_of(request), now=now
        )
        shown: dict[str, Any] = {"name": collector.name, "phone": collector.phone}
        return answer(shown)

    @extend_schema(
        operation_id="order_collector_remove", parameters=[TOKEN_PARAMETER], responses={204: None}, tags=["orders"]
    )
    def delete(self, request: Request, number: str) -> HttpResponse:
        """Take back that another person may collect the order."""
        now = timezone.now()
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        remove_collector(number=number, by=actor_of(request), now=now)
        return HttpResponse(status=204)
