"""What a place should order, and ordering it."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from core.idempotency import claim_of, do_once
from core.web.api.base import PageQuery, StrictSerializer, answer, checked, checked_query, list_of, page_json, page_of
from core.web.api.schema import KEY_PARAMETER
from inventory.api.stock_documents.base import variants_of
from inventory.api.stock_documents.forms import SkuIn
from inventory.channels.proposals import reason_of
from inventory.channels.staff import StaffApiView
from inventory.models import StockDocument
from inventory.queries.purchasing.proposals import PURCHASE, TRANSFER, UNSUPPLIED, Proposal, list_proposals
from inventory.services.purchasing.proposals import order_proposals
from inventory.services.stock_documents.documents import MOST_LINES
from inventory.services.stock_ledger import MOST_UNITS

# Under these the database keeps ids.


class ProposalQuery(PageQuery):
    """Which proposals: all of the place, by article."""


class ProposalOut(serializers.Serializer[Any]):
    """Units of an article that the place should get, from a supplier or from another place."""

    sku = serializers.CharField()
    location = serializers.CharField()
    kind = serializers.ChoiceField([PURCHASE, TRANSFER, UNSUPPLIED])
    supplier = serializers.CharField(allow_null=True, help_text="Who sells it, by code.")
    quantity = serializers.IntegerField(help_text="In whole packs, and within the limits of the place.")
    available = serializers.IntegerField(help_text="Here and not reserved, less what is planned to leave.")
    incoming = serializers.IntegerField(help_text="On the way, ordered or planned.")
    daily_sales = serializers.FloatField()
    reorder_point = serializers.IntegerField()
    order_up_to = serializers.IntegerField()
    reason = serializers.CharField()

    def get_fields(self) -> Any:
        # A word of Python cannot be the name of an attribute.
        source = serializers.CharField(allow_null=True, help_text="The code of the place that has too many.")
        return {**super().get_fields(), "from": source}


class ProposalListOut(serializers.Serializer[Any]):
    results = ProposalOut(many=True)
    next = serializers.CharField(allow_null=True)


class ProposedLineIn(SkuIn):
    quantity = serializers.IntegerField(
        min_value=1, max_value=MOST_UNITS, required=False, help_text="As many as are proposed when left out."
    )


class ProposalsIn(StrictSerializer):
    """What to order: these articles, or all that is proposed."""

    lines = list_of(ProposedLineIn, most=MOST_LINES, required=False)


class PlannedOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    number = serializers.CharField()
    kind = serializers.ChoiceField([StockDocument.PURCHASE_ORDER, StockDocument.TRANSFER])


class PlannedListOut(serializers.Serializer[Any]):
    documents = PlannedOut(many=True)


EXAMPLE = OpenApiExample(
    "Mugs are bought, lamps come from the warehouse",
    value={"lines": [{"sku": "MUG-RIM-CREAM", "quantity": 24}, {"sku": "LAMP-ARC"}]},
    request_only=True,
)


class Proposals(StaffApiView):
    """What the place in which the person works should order or fetch."""

    right = {"GET": roles.CORRECT_STOCK, "POST": roles.PURCHASE}

    @extend_schema(
        operation_id="stock_proposals", parameters=[ProposalQuery], responses=ProposalListOut, tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        """List what to order or fetch, with the reason; nothing is ordered."""
        page = page_of(checked_query(ProposalQuery, request))
        rows = [
            _proposal_json(one, self.store.code)
            for one in list_proposals(
                location_id=self.store.id, now=timezone.now(), after=page.last_id() or 0, limit=page.fetch
            )
        ]
        body = page_json(request, page, rows, key=lambda row: [row["variant_id"]])
        body["results"] = [{name: row[name] for name in ProposalOut().fields} for row in body["results"]]
        return answer(body)

    @extend_schema(
        operation_id="stock_proposals_order",
        parameters=[KEY_PARAMETER],
        request=ProposalsIn,
        responses={201: PlannedListOut},
        examples=[EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Plan a purchase order for each supplier, and a transfer for each place that gives; all are drafts."""
        lines = checked(ProposalsIn, request).get("lines")
        ids = variants_of(lines or [])
        wanted = None if lines is None else {ids[line["sku"]]: line.get("quantity") for line in lines}
        by = self.actor(request)

        def plan() -> dict[str, Any]:
            made = order_proposals(location_id=self.store.id, wanted=wanted, by=by, now=timezone.now())
            return {
                "documents": [
                    {"id": str(document.pk), "number": document.number, "kind": document.kind} for document in made
                ]
            }

        return do_once(claim_of(request, actor=f"staff:{request.user.pk}"), plan, status=201)


def _proposal_json(one: Proposal, location: str) -> dict[str, Any]:
    return {
        "variant_id": one.variant_id,
        "sku": one.sku,
        "location": location,
        "kind": one.kind,
        "supplier": one.supplier if one.kind == PURCHASE else None,
        "from": one.source,
        "quantity": one.units,
        "available": one.free,
        "incoming": one.coming,
        "daily_sales": one.daily_sales,
        "reorder_point": one.reorder_point,
        "order_up_to": one.order_up_to,
        "reason": reason_of(one),
    }
