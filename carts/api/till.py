"""The customer's own cart, opened by staff at the till: the same cart, the same operations."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from accounts.queries.people import get_person
from carts.api.carts import NewLine, Quantity
from carts.api.vouchers import EXAMPLE as VOUCHER_EXAMPLE
from carts.api.vouchers import NewVoucher
from carts.channels.output import ADD_EXAMPLE, QUANTITY_EXAMPLE, CartOut, cart_json
from carts.channels.views import VERSION_PARAMETER, answer_cart, parse_int, version_of
from carts.queries.cart_codes import cart_id_of
from carts.queries.carts import cart_of_customer, get_cart
from carts.services.carts import Owner, VersionConflict, add_to_cart, change_quantity, empty_cart, remove_line
from carts.services.vouchers import add_voucher, remove_voucher
from core.actors import Actor
from core.errors import NotFound
from core.web.api.base import checked
from inventory.channels.staff import StaffApiView
from inventory.services.people_limits import open_person


class CartByCode(StaffApiView):
    """The rate at which a member of staff may ask is limited, so that codes cannot be guessed."""

    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "handover"

    @extend_schema(operation_id="till_cart_by_code", responses=CartOut, tags=["till"])
    def get(self, request: Request, code: str) -> HttpResponse:
        """The shopper's open cart, by the code or QR code on their phone."""
        now = timezone.now()
        cart_id = cart_id_of(code, now=now)
        cart = get_cart(cart_id, by=self.actor(request), now=now) if cart_id is not None else None
        if cart is None or cart.state != "open":
            raise NotFound(_("No open cart has this code. Ask the customer to refresh the page and scan again."))
        return answer_cart(cart, by=self.actor(request), now=now)


class CustomerCartApiView(StaffApiView):
    """A view of one customer's open cart; a version conflict returns the current cart with the refusal."""

    def owner(self, customer_id: str) -> Owner:
        """Return the owner of the cart by a customer's id, merged records included. Raises NotFound, TooManyPeople."""
        person = get_person(customer_id=parse_int(customer_id))
        open_person(person.id, staff=self.staff.staff, by=self.actor(self.request), now=timezone.now())
        return Owner(customer_ids=(person.id, *person.alias_ids))

    def handle_exception(self, exc: Exception) -> Any:
        if isinstance(exc, VersionConflict):
            now = timezone.now()
            owner = self.owner(self.kwargs["customer_id"])
            by = self.actor(self.request)
            exc.details["cart"] = cart_json(cart_of_customer(list(owner.customer_ids), by=by, now=now), by=by, now=now)
        return super().handle_exception(exc)


class CustomerCart(CustomerCartApiView):
    @extend_schema(operation_id="till_customer_cart", responses=CartOut, tags=["till"])
    def get(self, request: Request, customer_id: str) -> HttpResponse:
        """The customer's open cart as it is now."""
        return _answer(self.owner(customer_id), by=self.actor(request), now=timezone.now())

    @extend_schema(
        operation_id="till_customer_cart_empty", parameters=[VERSION_PARAMETER], responses={200: CartOut}, tags=["till"]
    )
    def delete(self, request: Request, customer_id: str) -> HttpResponse:
        """Empty the customer's cart."""
        now = timezone.now()
        owner = self.owner(customer_id)
        empty_cart(owner=owner, by=self.actor(request), now=now, version=version_of(request))
        return _answer(owner, by=self.actor(request), now=now)


class CustomerCartLines(CustomerCartApiView):
    @extend_schema(
        operation_id="till_customer_cart_add",
        parameters=[VERSION_PARAMETER],
        request=NewLine,
        responses={201: CartOut},
        examples=[ADD_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, customer_id: str) -> HttpResponse:
        """Add a variant to the customer's cart; the store and member of staff are recorded."""
        now = timezone.now()
        body = checked(NewLine, request)
        owner = self.owner(customer_id)
        add_to_cart(owner=owner, by=self.actor(request), now=now, version=version_of(request), **body)
        return _answer(owner, by=self.actor(request), now=now, status=201)


class CustomerCartLine(CustomerCartApiView):
    @extend_schema(
        operation_id="till_customer_cart_change",
        parameters=[VERSION_PARAMETER],
        request=Quantity,
        responses=CartOut,
        examples=[QUANTITY_EXAMPLE],
        tags=["till"],
    )
    def patch(self, request: Request, customer_id: str, line_id: str) -> HttpResponse:
        """Set the quantity of a line of the customer's cart."""
        now = timezone.now()
        body = checked(Quantity, request)
        owner = self.owner(customer_id)
        change_quantity(
            owner=owner,
            line_id=parse_int(line_id),
            by=self.actor(request),
            now=now,
            version=version_of(request),
            **body,
        )
        return _answer(owner, by=self.actor(request), now=now)

    @extend_schema(
        operation_id="till_customer_cart_remove",
        parameters=[VERSION_PARAMETER],
        responses={200: CartOut},
        tags=["till"],
    )
    def delete(self, request: Request, customer_id: str, line_id: str) -> HttpResponse:
        """Remove a line from the customer's cart."""
        now = timezone.now()
        owner = self.owner(customer_id)
        remove_line(
            owner=owner, line_id=parse_int(line_id), by=self.actor(request), now=now, version=version_of(request)
        )
        return _answer(owner, by=self.actor(request), now=now)


class CustomerCartVouchers(CustomerCartApiView):
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "voucher"

    @extend_schema(
        operation_id="till_customer_cart_voucher_add",
        parameters=[VERSION_PARAMETER],
        request=NewVoucher,
        responses={201: CartOut},
        examples=[VOUCHER_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, customer_id: str) -> HttpResponse:
        """Add a voucher that the customer shows to their cart; the order spends it."""
        now = timezone.now()
        body = checked(NewVoucher, request)
        owner = self.owner(customer_id)
        add_voucher(owner=owner, now=now, version=version_of(request), **body)
        return _answer(owner, by=self.actor(request), now=now, status=201)


class CustomerCartVoucher(CustomerCartApiView):
    @extend_schema(
        operation_id="till_customer_cart_voucher_remove",
        parameters=[VERSION_PARAMETER],
        responses={200: CartOut},
        tags=["till"],
    )
    def delete(self, request: Request, customer_id: str, code: str) -> HttpResponse:
        """Remove a voucher from the customer's cart."""
        now = timezone.now()
        owner = self.owner(customer_id)
        remove_voucher(owner=owner, code=code, now=now, version=version_of(request))
        return _answer(owner, by=self.actor(request), now=now)


def _answer(owner: Owner, *, by: Actor, now: datetime, status: int = 200) -> HttpResponse:
    return answer_cart(cart_of_customer(list(owner.customer_ids), by=by, now=now), by=by, now=now, status=status)
