"""Purchase orders: planned, sent to the supplier, received in one delivery or several, given up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.rules import roles
from core.errors import Malformed
from core.web.api.base import answer, checked
from core.web.api.schema import KEY_PARAMETER
from inventory.api.stock_documents.base import DocumentList, OneDocument, active_supplier, place_of, variants_of
from inventory.api.stock_documents.forms import (
    DELIVERY_EXAMPLE,
    PURCHASE_EXAMPLE,
    DeliveryIn,
    DocumentListOut,
    DocumentOut,
    PurchaseChange,
    PurchaseOrderIn,
    PurchaseQuery,
)
from inventory.models import StockDocument
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import (
    Delivered,
    change_purchase_order,
    end_purchase_order,
    plan_purchase_order,
    receive_purchase_order,
    send_purchase_order,
)


class PurchaseOrders(DocumentList):
    kind = StockDocument.PURCHASE_ORDER
    query = PurchaseQuery

    @extend_schema(
        operation_id="stock_purchase_orders", parameters=[PurchaseQuery], responses=DocumentListOut, tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        """List the purchase orders for the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_purchase_order_plan",
        parameters=[KEY_PARAMETER],
        request=PurchaseOrderIn,
        responses={201: DocumentOut},
        examples=[PURCHASE_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Plan a purchase order; the supplier has it once it is submitted."""
        body = checked(PurchaseOrderIn, request)
        target, supplier = place_of(body["to"]), active_supplier(body["supplier"])
        self.require(roles.PURCHASE, target.pk)
        lines = _purchase_lines(body["lines"], supplier.currency)
        return self.once(
            request,
            lambda now: plan_purchase_order(
                supplier_id=supplier.pk, target_id=target.pk, lines=lines, note=body.get("note", ""),
                due_date=body.get("due_date"), by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip


class PurchaseOrder(OneDocument):
    kind = StockDocument.PURCHASE_ORDER

    @extend_schema(operation_id="stock_purchase_order", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one purchase order."""
        return answer(self.shown(self.located(document_id).pk))

    @extend_schema(
        operation_id="stock_purchase_order_change", request=PurchaseChange, responses=DocumentOut, tags=["stock"]
    )
    def patch(self, request: Request, document_id: str) -> HttpResponse:
        """Replace the lines of a purchase order that is not sent."""
        body = checked(PurchaseChange, request)
        document = self.located(document_id)
        self.require(roles.PURCHASE, document.target_id)
        lines = _purchase_lines(body["lines"], document.currency)
        change_purchase_order(document_id=document.pk, lines=lines, by=self.actor(request), now=timezone.now())
        return answer(self.shown(document.pk))


class PurchaseOrderSubmit(OneDocument):
    kind = StockDocument.PURCHASE_ORDER

    @extend_schema(
        operation_id="stock_purchase_order_submit",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=DocumentOut,
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Note that the supplier has the order; its goods are incoming from now on."""
        document = self.located(document_id)
        self.require(roles.PURCHASE, document.target_id)
        by = self.actor(request)
        return self.once(request, lambda now: send_purchase_order(document_id=document.pk, by=by, now=now))


class PurchaseOrderReceive(OneDocument):
    kind = StockDocument.PURCHASE_ORDER

    @extend_schema(
        operation_id="stock_purchase_order_receive",
        parameters=[KEY_PARAMETER],
        request=DeliveryIn,
        responses=DocumentOut,
        examples=[DELIVERY_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Receive one delivery; it is a receipt of its own, and may differ from what was ordered."""
        body = checked(DeliveryIn, request)
        document = self.located(document_id)
        self.require(roles.CORRECT_STOCK, document.target_id)
        arrived, by = delivered(body["lines"]), self.actor(request)

        def receive(now: datetime) -> StockDocument:
            receive_purchase_order(
                document_id=document.pk, delivery=body["reference"], arrived=arrived, note=body.get("note", ""),
                by=by, now=now,
            )  # fmt: skip
            return document

        return self.once(request, receive)


class PurchaseOrderCancel(OneDocument):
    kind = StockDocument.PURCHASE_ORDER

    @extend_schema(
        operation_id="stock_purchase_order_cancel",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=DocumentOut,
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Give the order up, or, once a part of it came, the rest."""
        document = self.located(document_id)
        self.require(roles.PURCHASE, document.target_id)
        by = self.actor(request)
        return self.once(request, lambda now: end_purchase_order(document_id=document.pk, by=by, now=now))


def delivered(lines: Sequence[Mapping[str, Any]]) -> list[Delivered]:
    """Return what came, by the SKUs on the lines. Raises NotFound for an unknown one."""
    ids = variants_of(lines)
    return [Delivered(ids[line["sku"]], line["quantity"], line.get("damaged", 0)) for line in lines]


def _purchase_lines(lines: Sequence[Mapping[str, Any]], currency: str) -> list[DocumentLine]:
    ids = variants_of(lines)
    if any(line["unit_cost"]["currency"] != currency for line in lines if "unit_cost" in line):
        raise Malformed(_("This supplier's costs are in %s.") % currency, field="lines")
    costs = [line["unit_cost"]["minor"] if "unit_cost" in line else None for line in lines]
    return [
        DocumentLine(ids[line["sku"]], line["quantity"], unit_cost=cost)
        for line, cost in zip(lines, costs, strict=True)
    ]
