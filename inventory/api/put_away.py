"""What waits to be put away at a place, and that it is on the shelf."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from core.idempotency import claim_of, do_once
from core.web.api.base import PageQuery, StrictSerializer, answer, checked, checked_query, page_json, page_of
from core.web.api.schema import KEY_PARAMETER
from inventory.channels.staff import StaffApiView
from inventory.queries.put_away import units_to_put_away
from inventory.services.held_stock import confirm_put_away
from inventory.services.stock_ledger import MOST_UNITS


class PutAwayIn(StrictSerializer):
    """Units of one article that are on the shelf."""

    sku = serializers.CharField(max_length=64)
    units = serializers.IntegerField(min_value=1, max_value=MOST_UNITS)


class PutAwayOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    units = serializers.IntegerField(help_text="How many wait.")
    barcodes = serializers.ListField(child=serializers.CharField())


class PutAwayListOut(serializers.Serializer[Any]):
    results = PutAwayOut(many=True)
    next = serializers.CharField(allow_null=True)


class PutAwayDoneOut(serializers.Serializer[Any]):
    sku = serializers.CharField()
    units = serializers.IntegerField()


EXAMPLE = OpenApiExample("Two mugs are on the shelf", value={"sku": "MUG-RIM-CREAM", "units": 2}, request_only=True)


class PutAway(StaffApiView):
    """What was picked and not handed over, or came back, and is sold again once it is on the shelf."""

    right = roles.HAND_OVER

    @extend_schema(operation_id="put_away_list", parameters=[PageQuery], responses=PutAwayListOut, tags=["stock"])
    def get(self, request: Request) -> HttpResponse:
        """List what waits to be put away in the acting place, in walking order."""
        page = page_of(checked_query(PageQuery, request))
        rows = units_to_put_away(location_id=self.store.id, after=page.key(str, str) or ("", ""), limit=page.fetch)
        body = page_json(request, page, rows, key=lambda row: [row["path"], row["sku"]])
        body["results"] = [{name: row[name] for name in PutAwayOut().fields} for row in body["results"]]
        return answer(body)

    @extend_schema(
        operation_id="put_away",
        parameters=[KEY_PARAMETER],
        request=PutAwayIn,
        responses=PutAwayDoneOut,
        examples=[EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Confirm that units are on the shelf; `units` says how many of the article still wait."""
        body = checked(PutAwayIn, request)
        by = self.actor(request)

        def act() -> dict[str, Any]:
            left = confirm_put_away(location_id=self.store.id, **body, by=by, now=timezone.now())
            return {"sku": body["sku"], "units": left}

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)
