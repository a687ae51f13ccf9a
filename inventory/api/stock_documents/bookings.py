"""Receipts and adjustments, which are booked as they are made."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.rules import roles
from core.errors import Malformed, NotFound
from core.web.api.base import answer, checked
from core.web.api.schema import KEY_PARAMETER
from inventory.api.stock_documents.base import LARGEST_ID_DIGITS, DocumentList, OneDocument, place_of, variants_of
from inventory.api.stock_documents.forms import (
    ADJUSTMENT_EXAMPLE,
    RECEIPT_EXAMPLE,
    AdjustmentIn,
    DocumentListOut,
    DocumentOut,
    DocumentQuery,
    StockReceiptIn,
)
from inventory.api.stock_documents.purchase_orders import delivered
from inventory.models import Location, StockDocument
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.purchase_orders import receive_purchase_order
from inventory.services.stock_documents.receipts import book_adjustment, book_receipt


class Receipts(DocumentList):
    kind = StockDocument.RECEIPT

    @extend_schema(operation_id="stock_receipts", parameters=[DocumentQuery], responses=DocumentListOut, tags=["stock"])
    def get(self, request: Request) -> HttpResponse:
        """List the receipts of the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_receipt_book",
        parameters=[KEY_PARAMETER],
        request=StockReceiptIn,
        responses={201: DocumentOut},
        examples=[RECEIPT_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Book a delivery under the number of its delivery note; it is booked once."""
        body = checked(StockReceiptIn, request)
        target = place_of(body["to"])
        if "purchase_order" in body:
            return self._against_an_order(request, body, target)
        self.require(roles.MOVE_STOCK, target.pk)
        if any(line.get("damaged") for line in body["lines"]):
            raise Malformed(_("Damaged units are named against a purchase order. Set others aside."), field="lines")
        ids = variants_of(body["lines"])
        lines = [DocumentLine(ids[line["sku"]], line["quantity"]) for line in body["lines"]]
        return self.once(
            request,
            lambda now: book_receipt(
                target_id=target.pk, delivery=body["reference"], lines=lines, note=body.get("note", ""),
                by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip

    def _against_an_order(self, request: Request, body: Mapping[str, Any], target: Location) -> HttpResponse:
        self.require(roles.CORRECT_STOCK, target.pk)
        name = body["purchase_order"]
        digits = name.upper().removeprefix("PO-")
        wanted = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= LARGEST_ID_DIGITS else 0
        order = StockDocument.objects.filter(pk=wanted, kind=StockDocument.PURCHASE_ORDER, target=target).first()
        if order is None:
            raise NotFound(_("There is no such purchase order for this place."), purchase_order=name)
        arrived = delivered(body["lines"])
        return self.once(
            request,
            lambda now: receive_purchase_order(
                document_id=order.pk, delivery=body["reference"], arrived=arrived, note=body.get("note", ""),
                by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip


class Receipt(OneDocument):
    kind = StockDocument.RECEIPT

    @extend_schema(operation_id="stock_receipt", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one receipt."""
        return answer(self.shown(self.located(document_id).pk))


class Adjustments(DocumentList):
    kind = StockDocument.ADJUSTMENT

    @extend_schema(
        operation_id="stock_adjustments", parameters=[DocumentQuery], responses=DocumentListOut, tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        """List the adjustments of the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_adjustment_book",
        parameters=[KEY_PARAMETER],
        request=AdjustmentIn,
        responses={201: DocumentOut},
        examples=[ADJUSTMENT_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Correct the stock of a place, each line with its reason."""
        body = checked(AdjustmentIn, request)
        target = place_of(body["to"])
        self.require(roles.CORRECT_STOCK, target.pk)
        ids = variants_of(body["lines"])
        lines = [DocumentLine(ids[line["sku"]], line["quantity"], reason=line["reason"]) for line in body["lines"]]
        return self.once(
            request,
            lambda now: book_adjustment(
                target_id=target.pk, lines=lines, note=body.get("note", ""), by=self.actor(request), now=now
            ),
            status=201,
        )


class Adjustment(OneDocument):
    kind = StockDocument.ADJUSTMENT

    @extend_schema(operation_id="stock_adjustment", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one adjustment."""
        return answer(self.shown(self.located(document_id).pk))
