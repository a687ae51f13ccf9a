"""The shopper's cart."""

import io

import segno
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.sign_in.authentication import actor_of
from carts.channels.output import ADD_EXAMPLE, QUANTITY_EXAMPLE, CartOut
from carts.channels.views import (
    TOKEN_PARAMETER,
    VERSION_PARAMETER,
    CartApiView,
    answer_cart,
    cart_of,
    parse_int,
    stream_address,
    version_of,
)
from carts.rules.cart_codes import CODE_LENGTH, LETTERS
from carts.services.carts import (
    LARGEST_QUANTITY,
    change_quantity,
    empty_cart,
    put_into_cart,
    remove_line,
)
from core.errors import NotFound
from core.web.api.base import ApiView, StrictSerializer, checked


class NewLine(StrictSerializer):
    sku = serializers.CharField(max_length=64)
    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY, default=1)


class Quantity(StrictSerializer):
    quantity = serializers.IntegerField(min_value=1, max_value=LARGEST_QUANTITY)


class ShoppersCart(CartApiView):
    @extend_schema(operation_id="cart", parameters=[TOKEN_PARAMETER], responses=CartOut, tags=["cart"])
    def get(self, request: Request) -> HttpResponse:
        """The caller's open cart at today's prices, with the problems of each line."""
        by, now = actor_of(request), timezone.now()
        return answer_cart(cart_of(self.owner(request, now=now), by=by, now=now), by=by, now=now)

    @extend_schema(
        operation_id="cart_empty",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        responses={200: CartOut},
        tags=["cart"],
    )
    def delete(self, request: Request) -> HttpResponse:
        """Empty the cart; the cart itself stays."""
        by, now = actor_of(request), timezone.now()
        owner = self.owner(request, now=now)
        empty_cart(owner=owner, by=by, now=now, version=version_of(request))
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now)


class CartLines(CartApiView):
    @extend_schema(
        operation_id="cart_add",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        request=NewLine,
        responses={201: CartOut},
        examples=[ADD_EXAMPLE],
        tags=["cart"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a variant to the cart; the same SKU adds up. The first anonymous write returns a cart_token."""
        now = timezone.now()
        body = checked(NewLine, request)
        by, version = actor_of(request), version_of(request)
        owner, token = put_into_cart(owner=self.owner(request, now=now), by=by, now=now, version=version, **body)
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now, status=201, token=token)


class CartLine(CartApiView):
    @extend_schema(
        operation_id="cart_change",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        request=Quantity,
        responses=CartOut,
        examples=[QUANTITY_EXAMPLE],
        tags=["cart"],
    )
    def patch(self, request: Request, line_id: str) -> HttpResponse:
        """Set the quantity of a line."""
        by, now = actor_of(request), timezone.now()
        body = checked(Quantity, request)
        owner = self.owner(request, now=now)
        change_quantity(
            owner=owner,
            line_id=parse_int(line_id),
            by=by,
            now=now,
            version=version_of(request),
            **body,
        )
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now)

    @extend_schema(
        operation_id="cart_remove",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        responses={200: CartOut},
        tags=["cart"],
    )
    def delete(self, request: Request, line_id: str) -> HttpResponse:
        """Remove a line from the cart."""
        by, now = actor_of(request), timezone.now()
        owner = self.owner(request, now=now)
        remove_line(owner=owner, line_id=parse_int(line_id), by=by, now=now, version=version_of(request))
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now)


class CartCodePicture(ApiView):
    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(
        operation_id="cart_handover_qr", responses={(200, "image/svg+xml"): OpenApiTypes.BINARY}, tags=["cart"]
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        """The cart code as a QR code to show at the till."""
        if len(code) != CODE_LENGTH or not set(code) <= set(LETTERS):
            raise NotFound(_("There is no such code."))
        picture = io.BytesIO()
        segno.make_qr(code, error="m").save(picture, kind="svg", scale=8, border=4)
        return HttpResponse(picture.getvalue(), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})


class CartStream(CartApiView):
    @extend_schema(
        operation_id="cart_stream",
        parameters=[TOKEN_PARAMETER],
        responses={307: None, (200, "text/event-stream"): OpenApiTypes.STR},
        tags=["cart"],
    )
    def get(self, request: Request) -> HttpResponse:
        """
        Server-sent events: `cart` with the new version whenever any channel changes it.

        Redirects to the process that serves streams; follow the redirect. The address is valid for one minute.
        """
        location = stream_address(self.owner(request, now=timezone.now()))
        return HttpResponse(status=307, headers={"Location": location, "Cache-Control": "no-store"})
