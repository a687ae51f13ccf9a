"""Keeping a pickup longer at the desk."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from carts.channels.views import parse_int
from core.web.api.base import StrictSerializer, answer, checked
from orders.api.fulfilment.pickups import PickupApiView, PickupOut
from orders.services.fulfilment.pickups.deadlines import extend_pickup

_EXAMPLE = OpenApiExample(
    "The buyer is ill", value={"until": "2026-12-11", "reason": "The buyer is ill until Thursday."}, request_only=True
)


class ExtensionIn(StrictSerializer):
    until = serializers.DateField(
        help_text="The last day, in the store's time zone; if it is closed then, the next day on which it opens."
    )
    reason = serializers.CharField(max_length=200)


class Extension(PickupApiView):
    @extend_schema(
        operation_id="till_pickup_extend", request=ExtensionIn, responses=PickupOut, examples=[_EXAMPLE], tags=["till"]
    )
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """
        Keep a ready pickup longer; the buyer is told the new deadline.

        The day is after the present deadline and within 90 days. A repeated request is refused with
        `pickup_not_kept_longer`, and changes nothing.
        """
        body = checked(ExtensionIn, request)
        extend_pickup(pickup_id=parse_int(pickup_id), **body, by=self.actor(request), now=timezone.now())
        return answer(self.shown(pickup_id))
