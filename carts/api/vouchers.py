"""Vouchers in the shopper's cart."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from accounts.sign_in.authentication import actor_of
from carts.channels.output import CartOut
from carts.channels.views import TOKEN_PARAMETER, VERSION_PARAMETER, CartApiView, answer_cart, cart_of, version_of
from carts.services.vouchers import add_voucher, remove_voucher
from core.web.api.base import StrictSerializer, checked

EXAMPLE = OpenApiExample("A code", value={"code": "WELCOME-10"}, request_only=True)


class NewVoucher(StrictSerializer):
    code = serializers.CharField(max_length=60)


class CartVouchers(CartApiView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "voucher"

    @extend_schema(
        operation_id="cart_voucher_add",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        request=NewVoucher,
        responses={201: CartOut},
        examples=[EXAMPLE],
        tags=["cart"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Add a voucher to the cart; the order spends it. Attempts are limited, so that codes cannot be guessed."""
        by, now = actor_of(request), timezone.now()
        body = checked(NewVoucher, request)
        owner = self.owner(request, now=now)
        add_voucher(owner=owner, now=now, version=version_of(request), **body)
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now, status=201)


class CartVoucher(CartApiView):
    @extend_schema(
        operation_id="cart_voucher_remove",
        parameters=[TOKEN_PARAMETER, VERSION_PARAMETER],
        responses={200: CartOut},
        tags=["cart"],
    )
    def delete(self, request: Request, code: str) -> HttpResponse:
        """Remove a voucher from the cart."""
        by, now = actor_of(request), timezone.now()
        owner = self.owner(request, now=now)
        remove_voucher(owner=owner, code=code, now=now, version=version_of(request))
        return answer_cart(cart_of(owner, by=by, now=now), by=by, now=now)
