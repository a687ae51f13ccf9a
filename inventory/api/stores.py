"""The stores, for everybody."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from core.web.api.base import PageQuery, checked_query, page_json, page_of
from inventory.api import examples
from inventory.api.catalogue import PublicApiView
from inventory.api.output import StoreOut, store_json
from inventory.channels.lists import store_key_of
from inventory.channels.places import parse_place
from inventory.queries.stores import get_store, list_stores

FARTHEST_KM = 20_000


class StoreListQuery(PageQuery):
    """Which stores: all, by code; or those near a place, nearest first."""

    near = serializers.CharField(required=False, max_length=60, help_text="lat,lon in degrees")
    radius_km = serializers.FloatField(required=False, min_value=0.001, max_value=FARTHEST_KM)

    def validate(self, query: dict[str, Any]) -> dict[str, Any]:
        if "radius_km" in query and "near" not in query:
            raise serializers.ValidationError({"near": [_("Give a place to search near.")]})
        return query


class StoreListOut(serializers.Serializer[Any]):
    results = StoreOut(many=True)
    next = serializers.CharField(allow_null=True)


class StoreList(PublicApiView):
    """The stores, nearest first, with address, hours and services."""

    @extend_schema(
        operation_id="stores_list",
        tags=["stores"],
        parameters=[StoreListQuery],
        responses=StoreListOut,
        examples=[OpenApiExample("Near by", value={"results": [examples.STORE], "next": None}, response_only=True)],
    )
    def get(self, request: Request) -> HttpResponse:
        return self.shared(request, lambda: self._list(request))

    def _list(self, request: Request) -> dict[str, Any]:
        query = checked_query(StoreListQuery, request)
        near = parse_place(query["near"]) if "near" in query else None
        page = page_of(query)
        rows = list_stores(
            near=near,
            radius_km=query.get("radius_km"),
            limit=page.fetch,
            after=store_key_of(page.after, is_near=bool(near)),
        )
        now = timezone.now()
        listed = page_json(request, page, rows, key=lambda row: [row.get("key"), row["code"]])
        return listed | {"results": [store_json(row, now=now) for row in listed["results"]]}


class StorePage(PublicApiView):
    """A store with address, hours, exceptional days and services."""

    @extend_schema(
        operation_id="stores_read",
        tags=["stores"],
        responses=StoreOut,
        examples=[OpenApiExample("Mitte", value=examples.STORE | {"distance_km": None}, response_only=True)],
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        return self.shared(request, lambda: store_json(get_store(code), now=timezone.now()))
