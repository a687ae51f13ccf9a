"""What is where, for staff."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from core.errors import Malformed
from core.texts.spelling import plain_text
from core.web.api.base import PageQuery, answer, checked_query, page_json, page_of
from inventory.channels.staff import StaffApiView
from inventory.queries.stock import list_stock


class StockQuery(PageQuery):
    """Whose stock: of one article, of one location, or all."""

    sku = serializers.CharField(required=False, max_length=64)
    location = serializers.SlugField(required=False, max_length=40)


class HeldUnitsOut(serializers.Serializer[Any]):
    """Units that are there and may not be sold, by state; states without units are left out."""

    damaged = serializers.IntegerField(required=False)
    on_hold = serializers.IntegerField(required=False)
    to_supplier = serializers.IntegerField(required=False)
    put_away = serializers.IntegerField(required=False)
    in_transit = serializers.IntegerField(required=False, help_text="On their way to the location.")


class StockOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    location = serializers.CharField()
    on_hand = serializers.IntegerField(help_text="Units that may be sold, reserved ones included.")
    reserved = serializers.IntegerField()
    safety = serializers.IntegerField()
    available = serializers.IntegerField()
    held = HeldUnitsOut()


class StockListOut(serializers.Serializer[Any]):
    results = StockOut(many=True)
    next = serializers.CharField(allow_null=True)


EXAMPLE = OpenApiExample(
    "A mug in Mitte",
    value={
        "results": [
            {
                "sku": "MUG-RIM-CREAM",
                "location": "ber-mitte",
                "on_hand": 12,
                "reserved": 2,
                "safety": 1,
                "available": 9,
                "held": {"damaged": 1, "put_away": 2},
            }
        ],
        "next": None,
    },
    response_only=True,
)


class Stock(StaffApiView):
    """The stock of every location: sellable, reserved and held units."""

    right = roles.CORRECT_STOCK
    needs_store = False

    @extend_schema(
        operation_id="stock", parameters=[StockQuery], responses=StockListOut, examples=[EXAMPLE], tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        query = checked_query(StockQuery, request)
        page = page_of(query)
        rows = list_stock(
            sku=plain_text(query.get("sku", "")),
            location=query.get("location", ""),
            after=_key(page.after),
            limit=page.fetch,
        )
        body = page_json(request, page, rows, key=lambda row: [row["variant_id"], row["location_id"]])
        body["results"] = [{name: row[name] for name in StockOut().fields} for row in body["results"]]
        return answer(body)


def _key(after: list[Any] | None) -> tuple[int, int]:
    match after:
        case None:
            return 0, 0
        case [int(variant_id), int(location_id)]:
            return variant_id, location_id
    raise Malformed(_("Unknown cursor. Start again without it."), field="cursor")
