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
from carts.queries.options import ALL, MethodOption, StoreOption, find_options
from carts.rules.taxes import TaxPlace
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
    country = serializers.CharField(required=False, max_length=2, help_text="Where to ship (ISO 3166).")
    area = serializers.CharField(required=False, max_length=200, help_text="State or province, as in addresses.")
    postal_code = serializers.CharField(required=False, max_length=20)


class LineShipOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    sku = serializers.CharField()
    ship_available = serializers.IntegerField()


class MethodOptionOut(serializers.Serializer[Any]):
    method = serializers.CharField(help_text="Name it as `method` of the fulfilment at checkout.")
    name = serializers.CharField()
    price = MoneySchema()
    promised_at = serializers.DateTimeField(allow_null=True)


class ShipOptionOut(serializers.Serializer[Any]):
    available = serializers.ChoiceField(["all", "part", "none"])
    price = MoneySchema()
    promised_at = serializers.DateTimeField(allow_null=True)
    countries = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="Where goods are sent (ISO 3166); null: everywhere."
    )
    methods = MethodOptionOut(
        many=True,
        allow_null=True,
        help_text="That carry the cart there, the cheapest first; null: the shop has one price and nothing to choose.",
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
        parameters=[
            TOKEN_PARAMETER,
            OpenApiParameter("near", str, description="lat,lon in degrees"),
            OpenApiParameter("country", str, description="Where to ship (ISO 3166); else the shop's own country."),
            OpenApiParameter("area", str, description="Its state or province, as in addresses."),
            OpenApiParameter("postal_code", str),
        ],
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
        return answer(_options_json(cart, near, _destination(query), by, now))


def _destination(query: dict[str, Any]) -> TaxPlace | None:
    if "country" not in query:
        return None
    return TaxPlace(query["country"].upper(), query.get("area", ""), query.get("postal_code", ""))


def _options_json(
    cart: CartView, near: GeoPoint | None, place: TaxPlace | None, by: Actor, now: datetime
) -> dict[str, Any]:
    options = find_options(cart, near=near, by=by, now=now, limit=MOST_STORES, place=place)
    ship = options.ship
    return {
        "ship": {
            "available": ship.how_much,
            "price": money_json(ship.price, cart.currency),
            "promised_at": ship.promised_at,
            "countries": None if ship.countries is None else sorted(ship.countries),
            "methods": None if ship.methods is None else [_method_json(cart, method) for method in ship.methods],
            "lines": [
                {"line": str(line.id), "sku": line.sku, "ship_available": ship.available[line.variant_id]}
                for line in cart.lines
            ],
        },
        "stores": [_store_json(cart, store) for store in options.stores],
        "nearest_with_all": next((store.code for store in options.stores if store.how_much == ALL), None),
    }


def _method_json(cart: CartView, method: MethodOption) -> dict[str, Any]:
    return {
        "method": method.code,
        "name": in_language(method.name),
        "price": money_json(method.price, cart.currency),
        "promised_at": method.promised_at,
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
