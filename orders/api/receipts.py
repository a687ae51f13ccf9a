"""The receipt of an order: a page to read and print, or sent to the customer."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import exceptions, renderers, serializers
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from accounts.channels.emails import EmailText
from accounts.channels.phones import PhoneText
from accounts.rules import roles
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from core.errors import Malformed
from core.texts.languages import active_language
from core.web.api.base import ApiView, Negotiation, StrictSerializer, answer, checked
from core.web.pdf import is_pdf_possible, pdf_of
from inventory.channels.staff import StaffApiView
from orders.channels.invoices import PdfThrottle
from orders.queries.orders import get_order, get_order_for
from orders.queries.receipts import receipt_of
from orders.services.placing.receipts import EMAIL, SMS, request_receipt


class ReceiptPage(renderers.BaseRenderer):
    """Lets a client request text/html; the page is made from a template, not from data."""

    media_type = "text/html"
    format = "html"


class ReceiptPdf(renderers.BaseRenderer):
    """Lets a client request application/pdf: the same page, laid out on A4."""

    media_type = "application/pdf"
    format = "pdf"


class ReceiptNegotiation(Negotiation):
    """
    Prefers the page for clients that accept both; whether this shop makes PDFs is checked only when one is requested.
    """

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        chosen, media_type = super().select_renderer(request, renderers, format_suffix)
        if not isinstance(chosen, ReceiptPdf) or (settings.RECEIPTS_AS_PDF and is_pdf_possible()):
            return chosen, media_type
        try:
            return super().select_renderer(request, [ReceiptPage()], format_suffix)
        except (exceptions.NotAcceptable, Http404) as error:
            raise exceptions.NotAcceptable(_("This shop does not create PDF receipts. Ask for text/html.")) from error


class ReceiptApiView(ApiView):
    """
    Shared by the shopper's and the till's view: a receipt has two formats, and the response about sending it is JSON.
    """

    renderer_classes = [ReceiptPage, ReceiptPdf]
    content_negotiation_class = ReceiptNegotiation

    def get_renderers(self) -> list[Any]:
        return super().get_renderers() if self.request.method in ("GET", "HEAD") else [renderers.JSONRenderer()]


class ReceiptRequests(StrictSerializer):
    medium = serializers.ChoiceField([EMAIL, SMS])
    address = serializers.CharField(
        max_length=254, required=False, help_text="Where to; the order's own address when left out."
    )


class ReceiptRequestOut(serializers.Serializer[Any]):
    medium = serializers.CharField()
    requested_at = serializers.DateTimeField()


EXAMPLE = OpenApiExample("By mail", value={"medium": "email", "address": "ana@example.com"}, request_only=True)
RECEIPT = {(200, "text/html"): OpenApiTypes.STR, (200, "application/pdf"): OpenApiTypes.BINARY}


class OrderReceipt(ReceiptApiView, CartApiView):
    throttle_scope = "receipt"

    def get_throttles(self) -> list[Any]:
        if self.request.method == "POST":
            return [ScopedRateThrottle()]
        return [PdfThrottle()] if is_pdf(self.request) else []

    @extend_schema(operation_id="order_receipt", parameters=[TOKEN_PARAMETER], responses=RECEIPT, tags=["orders"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """
        Return the receipt in the reader's language: a page fit for 80 mm and A4, or a PDF where the shop makes them.
        """
        owner = self.owner(request, now=timezone.now())
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return _receipt(order.number, request)

    @extend_schema(
        operation_id="order_receipt_send",
        parameters=[TOKEN_PARAMETER],
        request=ReceiptRequests,
        responses={202: ReceiptRequestOut},
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Send the receipt by e-mail or SMS."""
        now = timezone.now()
        checkout_request = _request_of(checked(ReceiptRequests, request))
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        request_receipt(number=number, **checkout_request, by=actor_of(request), now=now)
        return _noted(checkout_request["medium"], now)


class TillReceipt(ReceiptApiView, StaffApiView):
    right = roles.SELL

    @extend_schema(operation_id="till_order_receipt", responses=RECEIPT, tags=["till"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """Return the receipt of an order of any channel, to be printed at the desk."""
        return _receipt(get_order(number).number, request)

    @extend_schema(
        operation_id="till_order_receipt_send",
        request=ReceiptRequests,
        responses={202: ReceiptRequestOut},
        examples=[EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Send the receipt where the customer wants it."""
        now = timezone.now()
        checkout_request = _request_of(checked(ReceiptRequests, request))
        request_receipt(number=number, **checkout_request, by=self.actor(request), now=now)
        return _noted(checkout_request["medium"], now)


def _request_of(body: dict[str, Any]) -> dict[str, str]:
    """Read medium and address; the address is validated for its medium. Raises Malformed."""
    address = body.get("address", "")
    if not address:
        return {"medium": body["medium"], "address": ""}
    field = EmailText() if body["medium"] == EMAIL else PhoneText()
    try:
        return {"medium": body["medium"], "address": str(field.run_validation(address))}
    except serializers.ValidationError as error:
        raise Malformed(_("This address does not fit the medium."), field="address") from error


def _receipt(number: str, request: Request) -> HttpResponse:
    language = active_language()
    context = {"receipt": receipt_of(number, language=language), "language": language}
    page = render_to_string("orders/receipt.html", context)
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if not is_pdf(request):
        return HttpResponse(page, headers=headers)
    headers["Content-Disposition"] = f'inline; filename="receipt-{number}.pdf"'
    return HttpResponse(pdf_of(page), content_type=ReceiptPdf.media_type, headers=headers)


def is_pdf(request: Request) -> bool:
    """Return whether the client asked for a PDF, and this shop makes them."""
    return bool(request.accepted_renderer.media_type == ReceiptPdf.media_type)


def _noted(medium: str, now: datetime) -> HttpResponse:
    return answer({"medium": medium, "requested_at": now.isoformat()}, status=202)
