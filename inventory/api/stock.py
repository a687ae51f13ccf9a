"""What is where, for staff."""

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from core.texts.spelling import plain_text
from core.web.api.base import PageQuery, answer, checked_query, page_json, page_of
from inventory.channels.staff import StaffApiView
from inventory.models import StockDocument
from inventory.queries.stock import list_stock
from inventory.queries.stock_alerts import KINDS, NEVER_SOLD_AFTER_DAYS, list_stock_alerts


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
    incoming = serializers.IntegerField(help_text="Ordered from suppliers, and not here yet.")


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
                "incoming": 24,
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
            after=page.key(int, int) or (0, 0),
            limit=page.fetch,
        )
        body = page_json(request, page, rows, key=lambda row: [row["variant_id"], row["location_id"]])
        body["results"] = [{name: row[name] for name in StockOut().fields} for row in body["results"]]
        return answer(body)


class AlertQuery(PageQuery):
    """Which alerts: of one kind, or all."""

    kind = serializers.ChoiceField(KINDS, required=False)


class AlertOut(serializers.Serializer[Any]):
    """Something in the stock of a place that needs a look; `document` is the number of an overdue one."""

    kind = serializers.ChoiceField(KINDS)
    location = serializers.CharField()
    sku = serializers.CharField(allow_null=True)
    units = serializers.IntegerField(allow_null=True, help_text="What is available, lies there, or was sold below.")
    threshold = serializers.IntegerField(allow_null=True)
    document = serializers.CharField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class AlertListOut(serializers.Serializer[Any]):
    results = AlertOut(many=True)
    next = serializers.CharField(allow_null=True)


ALERT_EXAMPLE = OpenApiExample(
    "Two mugs are few",
    value={
        "results": [
            {
                "kind": "low",
                "location": "ber-mitte",
                "sku": "MUG-RIM-CREAM",
                "units": 2,
                "threshold": 5,
                "document": None,
                "due_date": None,
                "reason": "Fewer are available than should be.",
            }
        ],
        "next": None,
    },
    response_only=True,
)
_REASONS = {
    "out": _("None is available."),
    "low": _("Fewer are available than should be."),
    "oversold": _("A till sold more than the books had: count this article."),
    "never_sold": _("It has been here for long, and was never sold."),
    "overdue": _("This document should be finished by now."),
}


class StockAlerts(StaffApiView):
    """What needs a look in the stock of the place in which the person works."""

    right = roles.CORRECT_STOCK

    @extend_schema(
        operation_id="stock_alerts",
        parameters=[AlertQuery],
        responses=AlertListOut,
        examples=[ALERT_EXAMPLE],
        tags=["stock"],
    )
    def get(self, request: Request) -> HttpResponse:
        now = timezone.now()
        query = checked_query(AlertQuery, request)
        page = page_of(query)
        rows = list_stock_alerts(
            location_id=self.store.id,
            kind=query.get("kind", ""),
            after=page.key(str, str) or ("", ""),
            limit=page.fetch,
            now=now,
            long_ago=now - timedelta(days=NEVER_SOLD_AFTER_DAYS),
        )
        body = page_json(request, page, rows, key=lambda row: [row["kind"], row["ref"]])
        body["results"] = [_alert_json(row, self.store.code) for row in body["results"]]
        return answer(body)


def _alert_json(row: dict[str, Any], location: str) -> dict[str, Any]:
    document = StockDocument(pk=row["document_id"], kind=row["document_kind"]) if row["document_id"] else None
    return {
        "kind": row["kind"],
        "location": location,
        "sku": row["sku"],
        "units": row["units"],
        "threshold": row["threshold"],
        "document": document and document.number,
        "due_date": row["due_date"],
        "reason": str(_REASONS[row["kind"]]),
    }
