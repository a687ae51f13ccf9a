"""Shipping and pickup options of the cart."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView, cart_of
from carts.queries.carts import CartView
from carts.queries.options import ALL, StoreOption, find_options
from core.actors import Actor
from core.money import money_json
from core.texts.translated import in_language
from core.web.api.base import StrictSerializer, answer, checked_query
from core.web.api.schema import MoneySchema
from inventory.channels.places import parse_place
from inventory.queries.availability import GeoPoint

MOST_STORES = 50


class OptionsQuery(StrictSerializer):
    near = serializers.CharField(required=False, max_length=60, help_text="lat,lon in degrees")


class LineShipOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    sku = serializers.CharField()
    ship_available = serializers.IntegerField()


class ShipOptionOut(serializers.Serializer[Any]):
    available = serializers.ChoiceField(["all", "part", "none"])
    price = MoneySchema()
    promised_at = serializers.DateTimeField(allow_null=True)
    countries = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Where goods are sent (ISO 3166); null: everywhere."
    )
    lines = LineShipOut(many=True)


class LineStoreOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    sku = serializers.CharField()
    available = serializers.IntegerField()


class StoreOptionOut(serializers.Serializer[Any]):
    store = serializers.CharField()
    name = serializers.CharField()
    available = serializers.ChoiceField(["all", "part", "none"])
    distance_km = serializers.FloatField(allow_null=True)
    open_now = serializers.BooleanField()
    ready_at = serializers.DateTimeField(allow_null=True)
    lines = LineStoreOut(many=True)


class OptionsOut(serializers.Serializer[Any]):
    ship = ShipOptionOut(allow_null=True)
    stores = StoreOptionOut(many=True)
    nearest_with_all = serializers.CharField(allow_null=True)


class FulfilmentOptions(CartApiView):
    @extend_schema(
        operation_id="cart_fulfilment_options",
        parameters=[TOKEN_PARAMETER, OpenApiParameter("near", str, description="lat,lon in degrees")],
        responses=OptionsOut,
        tags=["cart"],
    )
    def get(self, request: Request) -> HttpResponse:
        """Per line and for the cart: shipping with price and promised date, and each store's stock and pickup time."""
        by, now = actor_of(request), timezone.now()
        query = checked_query(OptionsQuery, request)
        near = parse_place(query["near"]) if "near" in query else None
        cart = cart_of(self.owner(request, now=now), by=by, now=now)
        if cart is None or not cart.lines:
            return answer({"ship": None, "stores": [], "nearest_with_all": None})
        return answer(_options_json(cart, near, by, now))


def _options_json(cart: CartView, near: GeoPoint | None, by: Actor, now: datetime) -> dict[str, Any]:
    options = find_options(cart, near=near, by=by, now=now, limit=MOST_STORES)
    ship = options.ship
    return {
        "ship": {
            "available": ship.how_much,
            "price": money_json(ship.price, cart.currency),
            "promised_at": ship.promised_at,
            "countries": None if ship.countries is None else sorted(ship.countries),
            "lines": [
                {"line": str(line.id), "sku": line.sku, "ship_available": ship.available[line.variant_id]}
                for line in cart.lines
            ],
        },
        "stores": [_store_json(cart, store) for store in options.stores],
        "nearest_with_all": next((store.code for store in options.stores if store.how_much == ALL), None),
    }


def _store_json(cart: CartView, store: StoreOption) -> dict[str, Any]:
    return {
        "store": store.code,
        "name": in_language(store.name),
        "available": store.how_much,
        "distance_km": store.distance_km,
        "open_now": store.open_now,
        "ready_at": store.ready_at,
        "lines": [
            {"line": str(line.id), "sku": line.sku, "available": store.available[line.variant_id]}
            for line in cart.lines
        ],
    }
