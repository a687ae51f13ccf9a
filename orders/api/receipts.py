"""The receipt of an order: as a page to read and print, or sent somewhere."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import renderers, serializers
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from accounts.authentication import actor_of
from accounts.phones import PhoneText
from accounts.rules import roles
from carts.doors import TOKEN_PARAMETER, CartDoor
from core.api import StrictSerializer, answer, checked
from core.errors import Malformed
from inventory.staff import StaffDoor
from orders.queries.orders import get_order, get_order_for
from orders.queries.receipts import receipt_of
from orders.services.receipts import EMAIL, SMS, request_receipt


class ReceiptPage(renderers.BaseRenderer):
    """Lets a client ask for text/html; the page is made from a template, not from data."""

    media_type = "text/html"
    format = "html"


class ReceiptWish(StrictSerializer):
    medium = serializers.ChoiceField([EMAIL, SMS])
    address = serializers.CharField(
        max_length=254, required=False, help_text="Where to; the order's own address when left out."
    )


class ReceiptWishOut(serializers.Serializer[Any]):
    medium = serializers.CharField()
    requested_at = serializers.DateTimeField()


EXAMPLE = OpenApiExample("By mail", value={"medium": "email", "address": "ana@example.com"}, request_only=True)
PAGE = {(200, "text/html"): OpenApiTypes.STR}


class OrderReceipt(CartDoor):
    renderer_classes = [ReceiptPage]
    throttle_scope = "receipt"

    def get_renderers(self) -> list[Any]:
        return [ReceiptPage()] if self.request.method in ("GET", "HEAD") else [renderers.JSONRenderer()]

    def get_throttles(self) -> list[Any]:
        return [ScopedRateThrottle()] if self.request.method == "POST" else []

    @extend_schema(operation_id="order_receipt", parameters=[TOKEN_PARAMETER], responses=PAGE, tags=["orders"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """The receipt as a page, in the reader's language, fit for paper of 80 mm and for A4."""
        owner = self.owner(request, now=timezone.now())
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return _page(order.number)

    @extend_schema(
        operation_id="order_receipt_send",
        parameters=[TOKEN_PARAMETER],
        request=ReceiptWish,
        responses={202: ReceiptWishOut},
        examples=[EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Send the receipt by e-mail or SMS."""
        now = timezone.now()
        wish = _wish(checked(ReceiptWish, request))
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        request_receipt(number=number, **wish, by=actor_of(request), now=now)
        return _noted(wish["medium"], now)


class TillReceipt(StaffDoor):
    right = roles.SELL
    renderer_classes = [ReceiptPage]

    def get_renderers(self) -> list[Any]:
        return [ReceiptPage()] if self.request.method in ("GET", "HEAD") else [renderers.JSONRenderer()]

    @extend_schema(operation_id="till_order_receipt", responses=PAGE, tags=["till"])
    def get(self, request: Request, number: str) -> HttpResponse:
        """The receipt of an order of any channel, to be printed at the desk."""
        return _page(get_order(number).number)

    @extend_schema(
        operation_id="till_order_receipt_send",
        request=ReceiptWish,
        responses={202: ReceiptWishOut},
        examples=[EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Send the receipt where the customer wants it."""
        now = timezone.now()
        wish = _wish(checked(ReceiptWish, request))
        request_receipt(number=number, **wish, by=self.actor(request), now=now)
        return _noted(wish["medium"], now)


def _wish(body: dict[str, Any]) -> dict[str, str]:
    """Read medium and address; the address is checked as what the medium makes it. Raises Malformed."""
    address = body.get("address", "")
    if not address:
        return {"medium": body["medium"], "address": ""}
    field = serializers.EmailField() if body["medium"] == EMAIL else PhoneText()
    try:
        return {"medium": body["medium"], "address": str(field.run_validation(address))}
    except serializers.ValidationError as error:
        raise Malformed(_("This is no address for that medium."), field="address") from error


def _page(number: str) -> HttpResponse:
    language = (get_language() or "en").split("-")[0]
    context = {"receipt": receipt_of(number, language=language), "language": language, "is_rtl": get_language_bidi()}
    return HttpResponse(render_to_string("orders/receipt.html", context), headers={"Cache-Control": "no-store"})


def _noted(medium: str, now: datetime) -> HttpResponse:
    return answer({"medium": medium, "requested_at": now.isoformat()}, status=202)
