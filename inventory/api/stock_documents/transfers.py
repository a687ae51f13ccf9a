"""Transfers: planned, dispatched, received by piece or by box, given up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.rules import roles
from core.web.api.base import answer, checked
from core.web.api.schema import KEY_PARAMETER
from inventory.api.stock_documents.base import DocumentList, OneDocument, place_of, variants_of
from inventory.api.stock_documents.forms import (
    RECEIVE_EXAMPLE,
    TRANSFER_EXAMPLE,
    CancelIn,
    DocumentListOut,
    DocumentOut,
    DocumentQuery,
    ReceiveIn,
    TransferChange,
    TransferIn,
)
from inventory.models import StockDocument
from inventory.services.stock_documents.documents import DocumentLine
from inventory.services.stock_documents.transfers import (
    Arrival,
    cancel_transfer,
    change_transfer,
    dispatch_transfer,
    plan_transfer,
    receive_transfer,
)


class Transfers(DocumentList):
    kind = StockDocument.TRANSFER

    @extend_schema(
        operation_id="stock_transfers", parameters=[DocumentQuery], responses=DocumentListOut, tags=["stock"]
    )
    def get(self, request: Request) -> HttpResponse:
        """List the transfers from or to the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_transfer_plan",
        parameters=[KEY_PARAMETER],
        request=TransferIn,
        responses={201: DocumentOut},
        examples=[TRANSFER_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Plan a transfer; nothing moves before it is dispatched."""
        body = checked(TransferIn, request)
        source, target = place_of(body["from"]), place_of(body["to"])
        self.require(roles.MOVE_STOCK, source.pk, target.pk)
        lines = _transfer_lines(body["lines"])
        return self.once(
            request,
            lambda now: plan_transfer(
                source_id=source.pk, target_id=target.pk, lines=lines, note=body.get("note", ""),
                due_date=body.get("due_date"), by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip


class Transfer(OneDocument):
    kind = StockDocument.TRANSFER

    @extend_schema(operation_id="stock_transfer", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one transfer."""
        return answer(self.shown(self.located(document_id).pk))

    @extend_schema(operation_id="stock_transfer_change", request=TransferChange, responses=DocumentOut, tags=["stock"])
    def patch(self, request: Request, document_id: str) -> HttpResponse:
        """Replace the lines of a transfer whose goods have not left."""
        lines = _transfer_lines(checked(TransferChange, request)["lines"])
        document = self.located(document_id)
        self.require(roles.MOVE_STOCK, document.source_id, document.target_id)
        change_transfer(document_id=document.pk, lines=lines, by=self.actor(request), now=timezone.now())
        return answer(self.shown(document.pk))


class TransferDispatch(OneDocument):
    kind = StockDocument.TRANSFER

    @extend_schema(
        operation_id="stock_transfer_dispatch",
        parameters=[KEY_PARAMETER],
        request=None,
        responses=DocumentOut,
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Let the goods leave; they are not sellable until they are received."""
        document = self.located(document_id)
        self.require(roles.MOVE_STOCK, document.source_id)
        by = self.actor(request)
        return self.once(request, lambda now: dispatch_transfer(document_id=document.pk, by=by, now=now))


class TransferReceive(OneDocument):
    kind = StockDocument.TRANSFER

    @extend_schema(
        operation_id="stock_transfer_receive",
        parameters=[KEY_PARAMETER],
        request=ReceiveIn,
        responses=DocumentOut,
        examples=[RECEIVE_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Receive a part or the rest, by piece or by box, and close what will not arrive."""
        body = checked(ReceiveIn, request)
        document = self.located(document_id)
        self.require(roles.CORRECT_STOCK, document.target_id)
        named = [*body.get("lines", []), *body.get("missing", [])]
        ids = variants_of(named)
        arrivals = [Arrival(ids[line["sku"]], line["quantity"], line.get("reason", "")) for line in named]
        by, boxes = self.actor(request), body.get("boxes", [])
        return self.once(
            request,
            lambda now: receive_transfer(document_id=document.pk, arrivals=arrivals, boxes=boxes, by=by, now=now),
        )


class TransferCancel(OneDocument):
    kind = StockDocument.TRANSFER

    @extend_schema(
        operation_id="stock_transfer_cancel",
        parameters=[KEY_PARAMETER],
        request=CancelIn,
        responses=DocumentOut,
        tags=["stock"],
    )
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Give a transfer up; goods that have left are restocked or written off."""
        decision = checked(CancelIn, request).get("decision", "")
        document = self.located(document_id)
        self.require(roles.MOVE_STOCK, document.source_id)
        by = self.actor(request)
        return self.once(
            request, lambda now: cancel_transfer(document_id=document.pk, decision=decision, by=by, now=now)
        )


def _transfer_lines(lines: Sequence[Mapping[str, Any]]) -> list[DocumentLine]:
    ids = variants_of(lines)
    return [DocumentLine(ids[line["sku"]], line["quantity"], line.get("box", "")) for line in lines]
