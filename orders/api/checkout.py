"""Checkout, and the confirmation of a payment that needs the shopper."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request

from accounts.sign_in.attempt_limits import client_key_of, source_of
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView
from carts.services.carts import Owner
from core.errors import Malformed, NotFound
from core.idempotency import claim_of
from core.web.api.base import ApiView, answer, checked
from core.web.api.schema import KEY_PARAMETER as KEY_PARAMETER
from orders.api.input import CheckoutIn, fulfilment_request, request_fields
from orders.api.output import CHECKOUT_EXAMPLE, OrderOut, order_json, placed_json
from orders.queries.orders import get_order_for
from orders.rules.checkout import BALANCES, CARD, PAY_IN_STORE, TEST, CheckoutRequest, Tender
from orders.services.payments.gateway import confirm, is_taken, is_token
from orders.services.settlement.checkout import check_out
from orders.services.settlement.payments import look_again


def who_asks(owner: Owner) -> str:
    """Return the owner of a request's idempotency key, so that two people may use the same key."""
    return f"customer:{owner.customer_id}" if owner.customer_ids else f"cart:{owner.token_hash[:32]}"


class Checkout(CartApiView):
    @extend_schema(
        operation_id="checkout",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        request=CheckoutIn,
        responses={201: OrderOut, 202: OrderOut},
        examples=[CHECKOUT_EXAMPLE],
        tags=["orders"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Order the cart: 201 with the order, or 202 with next_action when the payment needs the shopper."""
        now = timezone.now()
        body = checked(CheckoutIn, request)
        owner = self.owner(request, now=now)
        claim = claim_of(request, actor=who_asks(owner))
        checkout_request = CheckoutRequest(
            fulfilments=tuple(fulfilment_request(fields) for fields in body["fulfilments"]),
            request_key=claim.request_key,
            # Only guests are counted by it, and finding it reads all headers.
            source="" if owner.customer_ids else source_of(request),
            **request_fields(body, client_key=partial(client_key_of, request), now=now, person_ids=owner.customer_ids),
        )
        check_methods(checkout_request.tenders)
        return check_out(
            claim=claim, owner=owner, request=checkout_request, by=actor_of(request), now=now, render=placed_json
        )


class OrderPayment(CartApiView):
    @extend_schema(
        operation_id="order_payment", parameters=[TOKEN_PARAMETER], request=None, responses=OrderOut, tags=["orders"]
    )
    def post(self, request: Request, number: str) -> HttpResponse:
        """Check a payment that waited for the shopper again: the order is placed once the provider has the money."""
        now = timezone.now()
        owner = self.owner(request, now=now)
        order = get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)
        return answer(order_json(look_again(order=order, by=actor_of(request), now=now)))


class TestConfirmation(ApiView):
    """The test provider's own page: whoever has the key may confirm. Only where the test provider is on."""

    permission_classes = [AllowAny]
    authentication_classes = []

    @extend_schema(operation_id="test_provider_confirm", request=None, responses={204: None}, tags=["orders"])
    def post(self, request: Request, key: UUID) -> HttpResponse:
        """Act as the shopper who confirms a test payment with the bank."""
        if not is_taken(TEST):
            raise NotFound(_("The test provider is off."))
        if not confirm(key=key, provider=TEST, fields={}):
            raise NotFound(_("Not found, or you do not have access."))
        return HttpResponse(status=204)


def check_methods(tenders: Iterable[Tender]) -> None:
    """Refuse payment methods that are not available online. Raises Malformed."""
    possible = {*BALANCES, PAY_IN_STORE, *(method for method in (CARD, TEST) if is_taken(method))}
    for tender in tenders:
        if tender.method not in possible:
            raise Malformed(
                _("Paying by %(method)s is not possible here.") % {"method": tender.method}, field="payments"
            )
        if tender.method == CARD and not is_token(CARD, tender.payment_method):
            raise Malformed(_("Name the card by the token from the hosted fields."), field="payments")
