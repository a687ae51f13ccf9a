"""How the goods in the cart can reach the shopper."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from carts.doors import TOKEN_PARAMETER, CartDoor, cart_of
from carts.queries.carts import CartView
from carts.rules.quote import shipping_price
from core.api import StrictSerializer, answer, checked_query
from core.money import money_json
from core.schema import MoneySchema
from core.translated import in_language
from inventory.places import parse_place
from inventory.queries.availability import Place, StoreOffer, store_offers
from inventory.queries.hours import load_hours
from inventory.queries.offers import load_sources, shipping_offers
from inventory.rules.opening import Hours, is_open, ready_at
from inventory.rules.sourcing import Offer, Wanted, choose_sources

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


class FulfilmentOptions(CartDoor):
    @extend_schema(
        operation_id="cart_fulfilment_options",
        parameters=[TOKEN_PARAMETER, OpenApiParameter("near", str, description="lat,lon in degrees")],
        responses=OptionsOut,
        tags=["cart"],
    )
    def get(self, request: Request) -> HttpResponse:
        """For each line and the whole cart: shipping with price and promise, and what each store has and by when."""
        now = timezone.now()
        query = checked_query(OptionsQuery, request)
        near = parse_place(query["near"]) if "near" in query else None
        cart = cart_of(self.owner(request, now=now))
        if cart is None or not cart.lines:
            return answer({"ship": None, "stores": [], "nearest_with_all": None})
        return answer(_options_json(cart, near, now))


def _options_json(cart: CartView, near: Place | None, now: datetime) -> dict[str, Any]:
    offers = store_offers([line.variant_id for line in cart.lines], near=near, limit=MOST_STORES)
    hours = load_hours([offer.location_id for offer in offers])
    stores = [_store_json(cart, offer, hours[offer.location_id], now) for offer in offers]
    return {
        "ship": _ship_json(cart, now),
        "stores": stores,
        "nearest_with_all": next((store["store"] for store in stores if store["available"] == "all"), None),
    }


def _ship_json(cart: CartView, now: datetime) -> dict[str, Any]:
    rows = shipping_offers([line.variant_id for line in cart.lines])
    offers = [Offer(row["location_id"], row["variant_id"], row["available"], row["rank"]) for row in rows]
    sourcing = choose_sources(wanted=[Wanted(line.variant_id, line.quantity) for line in cart.lines], offers=offers)
    free = {line.variant_id: 0 for line in cart.lines}
    for offer in offers:
        free[offer.variant_id] += offer.available
    promises = [
        source.arrives_at(now) for source in load_sources(ids=list({share.location_id for share in sourcing.shares}))
    ]
    return {
        "available": _how_much([free[line.variant_id] >= line.quantity for line in cart.lines]),
        "price": money_json(shipping_price(shipped=cart.totals.items, terms=cart.shipping_terms), cart.currency),
        "promised_at": max((promise for promise in promises if promise), default=None),
        "lines": [
            {"line": str(line.id), "sku": line.sku, "ship_available": free[line.variant_id]} for line in cart.lines
        ],
    }


def _store_json(cart: CartView, offer: StoreOffer, hours: Hours, now: datetime) -> dict[str, Any]:
    available = {line.variant_id: offer.available.get(line.variant_id, 0) for line in cart.lines}
    enough = [available[line.variant_id] >= line.quantity for line in cart.lines]
    return {
        "store": offer.code,
        "name": in_language(offer.name),
        "available": _how_much(enough),
        "distance_km": offer.distance_km,
        "open_now": is_open(hours, now),
        "ready_at": ready_at(hours, now, offer.lead_minutes) if any(enough) else None,
        "lines": [
            {"line": str(line.id), "sku": line.sku, "available": available[line.variant_id]} for line in cart.lines
        ],
    }


def _how_much(enough: list[bool]) -> str:
    if all(enough):
        return "all"
    return "part" if any(enough) else "none"
