"""Invoices and credit notes of an order: listed, asked for, and read as a page or PDF."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.addresses import AddressBody
from accounts.rules import roles
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from core.actors import Actor
from core.idempotency import claim_of, do_once
from core.money import money_json
from core.web.api.base import StrictSerializer, answer, checked
from core.web.api.schema import MoneySchema
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER, who_asks
from orders.api.receipts import RECEIPT, ReceiptApiView, is_pdf
from orders.channels.invoices import PdfThrottle, invoice_response
from orders.models import Invoice
from orders.queries.documents.invoices import get_invoice, invoices_of
from orders.queries.orders import get_order, get_order_for
from orders.queries.scopes import check_served
from orders.services.documents.invoicing import request_invoice


class BuyerIn(AddressBody):
    tax_number = serializers.CharField(max_length=40, allow_blank=True, default="", help_text="VAT number.")


class InvoiceIn(StrictSerializer):
    buyer = BuyerIn(required=False, help_text="Whom it names; what the order says when left out.")


class InvoiceOut(serializers.Serializer[Any]):
    number = serializers.CharField()
    kind = serializers.ChoiceField(Invoice.KINDS)
    corrects = serializers.CharField(allow_null=True, help_text="The invoice that a credit note takes a part of back.")
    issued_on = serializers.DateField()
    supplied_on = serializers.DateField()
    net = MoneySchema()
    tax = MoneySchema()
    gross = MoneySchema()
    path = serializers.CharField(help_text="Where the document is, as a page or PDF.")


class InvoicesOut(serializers.Serializer[Any]):
    results = InvoiceOut(many=True)


class RequestedInvoiceOut(serializers.Serializer[Any]):
    invoice = InvoiceOut(allow_null=True, help_text="null while goods of the order have not left: it comes with them.")


EXAMPLE = OpenApiExample(
    "To a company",
    value={
        "buyer": {
            "name": "Ben Buyer",
            "company": "Buyer GmbH",
            "street_address": "Weg 2",
            "postal_code": "10119",
            "city": "Berlin",
            "country_code": "DE",
            "tax_number": "DE136695976",
        }
    },
    request_only=True,
)


class OrderInvoices(CartApiView):
    @extend_schema(operation_id="order_invoices", parameters=[TOKEN_PARAMETER], responses=InvoicesOut, tags=["orders"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return the invoice of an order and its credit notes."""
        owner = self.owner(request, now=timezone.now())
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return answer(_listed(order.id, f"orders/{number}"))

    @extend_schema(
        operation_id="order_invoice_request",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=InvoiceIn,
        responses={201: RequestedInvoiceOut},
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Ask for the invoice of an order; it is issued when all goods have left."""
        body = checked(InvoiceIn, request)
        owner = self.owner(request, now=timezone.now())
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return do_once(
            claim_of(request, actor=who_asks(owner)),
            lambda: _requested(number, body, actor_of(request), f"orders/{number}"),
            status=201,
        )


class OrderInvoice(ReceiptApiView, CartApiView):
    def get_throttles(self) -> list[Any]:
        return [PdfThrottle()] if is_pdf(self.request) else []

    @extend_schema(operation_id="order_invoice", parameters=[TOKEN_PARAMETER], responses=RECEIPT, tags=["orders"])
    def get(self, request: Request, number: str, invoice_number: str) -> HttpResponse:
        """Return an invoice or credit note in the language of its order: a page for A4, or a PDF."""
        owner = self.owner(request, now=timezone.now())
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return invoice_response(get_invoice(order_number=number, number=invoice_number), as_pdf=is_pdf(request))


class TillInvoices(StaffApiView):
    right = roles.SELL

    @extend_schema(operation_id="till_order_invoices", responses=InvoicesOut, tags=["till"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return the invoice of an order of any channel and its credit notes."""
        order = get_order(number)
        return answer(_listed(order.id, f"till/orders/{number}"))

    @extend_schema(
        operation_id="till_order_invoice_request",
        parameters=[KEY_PARAMETER],
        request=InvoiceIn,
        responses={201: RequestedInvoiceOut},
        examples=[EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Issue the invoice of an order that this store serves, or note that the buyer wants one."""
        body, by = checked(InvoiceIn, request), self.actor(request)
        get_order(number)
        check_served(number, by=by)
        return do_once(
            claim_of(request, actor=f"staff:{by.staff_id}"),
            lambda: _requested(number, body, by, f"till/orders/{number}"),
            status=201,
        )


class TillInvoice(ReceiptApiView, StaffApiView):
    right = roles.SELL

    @extend_schema(operation_id="till_order_invoice", responses=RECEIPT, tags=["till"])
    def get(self, request: Request, number: str, invoice_number: str) -> HttpResponse:
        """Return an invoice or credit note, to be printed at the desk."""
        return invoice_response(get_invoice(order_number=number, number=invoice_number), as_pdf=is_pdf(request))


def _requested(number: str, body: Mapping[str, Any], by: Actor, base: str) -> dict[str, Any]:
    invoice = request_invoice(order_number=number, buyer=body.get("buyer"), by=by, now=timezone.now())
    return {"invoice": _shown(invoice, base) if invoice else None}


def _listed(order_id: int, base: str) -> dict[str, Any]:
    return {"results": [_shown(invoice, base) for invoice in invoices_of(order_id)]}


def _shown(invoice: Invoice, base: str) -> dict[str, Any]:
    return {
        "number": invoice.number,
        "kind": invoice.kind,
        "corrects": invoice.corrects.number if invoice.corrects else None,
        "issued_on": invoice.issued_on.isoformat(),
        "supplied_on": invoice.supplied_on.isoformat(),
        **{name: money_json(getattr(invoice, name), invoice.currency) for name in ("net", "tax", "gross")},
        "path": f"/api/v1/{base}/invoices/{invoice.number}/",
    }
