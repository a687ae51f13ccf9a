"""Returns to suppliers: planned, sent, credited or closed."""

from collections.abc import Callable, Mapping, Sequence
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
    SUPPLIER_RETURN_EXAMPLE,
    CreditIn,
    DocumentListOut,
    DocumentOut,
    PurchaseQuery,
    SupplierReturnChange,
    SupplierReturnIn,
)
from inventory.models import StockDocument
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.supplier_returns import (
    cancel_supplier_return,
    change_supplier_return,
    close_supplier_return,
    credit_supplier_return,
    plan_supplier_return,
    send_supplier_return,
)


class SupplierReturns(DocumentList):
    kind = StockDocument.SUPPLIER_RETURN
    query = PurchaseQuery

    @extend_schema(
        operation_id="stock_supplier_returns", parameters=[PurchaseQuery], responses=DocumentListOut, tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        """List the returns to suppliers from the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_supplier_return_plan",
        parameters=[KEY_PARAMETER],
        request=SupplierReturnIn,
        responses={201: DocumentOut},
        examples=[SUPPLIER_RETURN_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Plan a return; nothing moves before it is dispatched."""
        body = checked(SupplierReturnIn, request)
        source, supplier = place_of(body["from"]), active_supplier(body["supplier"])
        self.require(roles.PURCHASE, source.pk)
        lines = _return_lines(body["lines"])
        return self.once(
            request,
            lambda now: plan_supplier_return(
                supplier_id=supplier.pk, source_id=source.pk, lines=lines, reference=body.get("reference", ""),
                note=body.get("note", ""), by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip


class SupplierReturn(OneDocument):
    kind = StockDocument.SUPPLIER_RETURN

    @extend_schema(operation_id="stock_supplier_return", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one return to a supplier."""
        return answer(self.shown(self.located(document_id).pk))

    @extend_schema(
        operation_id="stock_supplier_return_change",
        request=SupplierReturnChange,
        responses=DocumentOut,
        tags=["stock"],
    )
    def patch(self, request: Request, document_id: str) -> HttpResponse:
        """Replace the lines of a return whose goods have not left."""
        lines = _return_lines(checked(SupplierReturnChange, request)["lines"])
        document = self.located(document_id)
        self.require(roles.PURCHASE, document.target_id)
        change_supplier_return(document_id=document.pk, lines=lines, by=self.actor(request), now=timezone.now())
        return answer(self.shown(document.pk))


class SupplierReturnAct(OneDocument):
    """An act on a return, with the right to order in its place."""

    kind = StockDocument.SUPPLIER_RETURN

    def done(self, request: Request, document_id: str, act: Callable[..., StockDocument], **more: Any) -> HttpResponse:
        """Act on the return once, and answer with it."""
        document = self.located(document_id)
        self.require(roles.PURCHASE, document.target_id)
        by = self.actor(request)
        return self.once(request, lambda now: act(document_id=document.pk, by=by, now=now, **more))


def _described(operation: str) -> Any:
    return extend_schema(
        operation_id=operation, parameters=[KEY_PARAMETER], request=None, responses=DocumentOut, tags=["stock"]
    )


class SupplierReturnDispatch(SupplierReturnAct):
    @_described("stock_supplier_return_dispatch")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Let the goods leave the place and the books."""
        return self.done(request, document_id, send_supplier_return)


class SupplierReturnCredit(SupplierReturnAct):
    @extend_schema(
        operation_id="stock_supplier_return_credit",
        parameters=[KEY_PARAMETER],
        request=CreditIn,
        responses=DocumentOut,
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Note what the supplier gave for the goods."""
        body = checked(CreditIn, request)
        document = self.located(document_id)
        if body["amount"]["currency"] != document.currency:
            raise Malformed(_("This supplier's costs are in %s.") % document.currency, field="amount")
        return self.done(
            request, document_id, credit_supplier_return, amount=body["amount"]["minor"],
            credit_note=body.get("credit_note", ""),
        )  # fmt: skip


class SupplierReturnClose(SupplierReturnAct):
    @_described("stock_supplier_return_close")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Settle the return without money: the goods were replaced, or destroyed."""
        return self.done(request, document_id, close_supplier_return)


class SupplierReturnCancel(SupplierReturnAct):
    @_described("stock_supplier_return_cancel")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Give the return up; goods that have left came back."""
        return self.done(request, document_id, cancel_supplier_return)


def _return_lines(lines: Sequence[Mapping[str, Any]]) -> list[DocumentLine]:
    ids = variants_of(lines)
    return [DocumentLine(ids[line["sku"]], line["quantity"], taken_from=line["taken_from"]) for line in lines]
