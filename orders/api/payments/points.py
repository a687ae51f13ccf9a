"""What the cart would earn, and what the person's points could pay."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries.loyalty import programme_of
from accounts.sign_in.authentication import actor_of, person_ids, shopper_of
from carts.queries.carts import cart_of_customer
from carts.queries.quoting import quote_cart
from core.money import money_json
from core.web.api.base import ApiView, answer
from core.web.api.schema import MoneySchema
from orders.queries.accrual import accrual_cart

_NOTHING = {"earns": 0, "available": 0, "least": 0, "pays": None}


class CartPointsOut(serializers.Serializer[Any]):
    earns = serializers.IntegerField(help_text="For the goods as they cost now, if points pay nothing of them.")
    available = serializers.IntegerField(help_text="Points that may be spent.")
    least = serializers.IntegerField(help_text="The fewest points that may pay.")
    pays = MoneySchema(allow_null=True, help_text="The most that points can pay of the goods; null for nothing.")


class CartPoints(ApiView):
    """Points and the signed-in person's cart."""

    @extend_schema(
        operation_id="checkout_points",
        responses=CartPointsOut,
        examples=[
            OpenApiExample(
                "Two mugs",
                value={
                    "earns": 25,
                    "available": 320,
                    "least": 100,
                    "pays": {"amount": "3.20", "currency": "EUR"},
                },
                response_only=True,
            )
        ],
        tags=["checkout"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the points that the cart earns, and how much of it points can pay; shipping is not counted yet."""
        shopper, now = shopper_of(request), timezone.now()
        by = actor_of(request)
        cart = cart_of_customer(person_ids(shopper), by=by, now=now)
        if cart is None or not cart.lines:
            return answer(_NOTHING)
        quote = quote_cart(cart, by=by, now=now)
        earning = accrual_cart(cart, customer_id=shopper.pk, now=now)
        programme = programme_of(cart.currency)
        total = quote.totals.grand
        most = min(earning.available * programme.point_value, total * programme.most_percent // 100)
        is_enough = most > 0 and most >= programme.minimum_points * programme.point_value
        return answer(
            {
                "earns": earning.points(quote),
                "available": earning.available,
                "least": programme.minimum_points,
                "pays": money_json(most, cart.currency) if is_enough else None,
            }
        )
