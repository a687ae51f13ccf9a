"""Stock counts: planned, counted blind, submitted, approved."""

from collections.abc import Callable
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
    COUNT_EXAMPLE,
    CountedIn,
    CountIn,
    DocumentListOut,
    DocumentOut,
    DocumentQuery,
)
from inventory.models import StockDocument
from inventory.services.stock_documents.counts import (
    approve_count,
    cancel_count,
    plan_count,
    record_count,
    submit_count,
)


class Counts(DocumentList):
    kind = StockDocument.COUNT

    @extend_schema(operation_id="stock_counts", parameters=[DocumentQuery], responses=DocumentListOut, tags=["stock"])
    def get(self, request: Request) -> HttpResponse:
        """List the counts of the person's places, newest first."""
        return self.list(request)

    @extend_schema(
        operation_id="stock_count_plan",
        parameters=[KEY_PARAMETER],
        request=CountIn,
        responses={201: DocumentOut},
        examples=[COUNT_EXAMPLE],
        tags=["stock"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Plan a count of some articles, of a category, or of all that a place has."""
        body = checked(CountIn, request)
        target = place_of(body["to"])
        self.require(roles.MOVE_STOCK, target.pk)
        variant_ids = list(variants_of(body.get("lines", [])).values())
        return self.once(
            request,
            lambda now: plan_count(
                target_id=target.pk, variant_ids=variant_ids, category=body.get("category", ""),
                note=body.get("note", ""), due_date=body.get("due_date"), by=self.actor(request), now=now,
            ),
            status=201,
        )  # fmt: skip


class Count(OneDocument):
    kind = StockDocument.COUNT

    @extend_schema(operation_id="stock_count", responses=DocumentOut, tags=["stock"])
    def get(self, request: Request, document_id: str) -> HttpResponse:
        """Return one count; what the books expect is not in it."""
        return answer(self.shown(self.located(document_id).pk))

    @extend_schema(operation_id="stock_count_record", request=CountedIn, responses=DocumentOut, tags=["stock"])
    def patch(self, request: Request, document_id: str) -> HttpResponse:
        """Note what lies there; goods that nobody planned are added."""
        now = timezone.now()
        body = checked(CountedIn, request)
        document = self.located(document_id)
        self.require(roles.CORRECT_STOCK, document.target_id)
        ids = variants_of(body["lines"])
        counted = {ids[line["sku"]]: line["counted"] for line in body["lines"]}
        record_count(
            document_id=document.pk,
            counted=counted,
            counted_at=body.get("counted_at", now),
            by=self.actor(request),
            now=now,
        )
        return answer(self.shown(document.pk))


class CountAct(OneDocument):
    """An act on a count that takes no figures."""

    kind = StockDocument.COUNT

    def done(self, request: Request, document_id: str, act: Callable[..., StockDocument], right: str) -> HttpResponse:
        """Act on the count once, with the right in its place, and answer with it."""
        document = self.located(document_id)
        self.require(right, document.target_id)
        by = self.actor(request)
        return self.once(request, lambda now: act(document_id=document.pk, by=by, now=now))


def _described(operation: str) -> Any:
    return extend_schema(
        operation_id=operation, parameters=[KEY_PARAMETER], request=None, responses=DocumentOut, tags=["stock"]
    )


class CountSubmit(CountAct):
    @_described("stock_count_submit")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Hand the count in; lines that differ much from the books are emptied, to be counted again."""
        return self.done(request, document_id, submit_count, roles.CORRECT_STOCK)


class CountApprove(CountAct):
    @_described("stock_count_approve")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Book the differences as of the moment of the count; what was sold since then stays sold."""
        return self.done(request, document_id, approve_count, roles.MOVE_STOCK)


class CountCancel(CountAct):
    @_described("stock_count_cancel")
    def post(self, request: Request, document_id: str) -> HttpResponse:
        """Give the count up; no stock changes."""
        return self.done(request, document_id, cancel_count, roles.MOVE_STOCK)
