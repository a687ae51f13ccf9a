"""Selling at the till: to carry out, to pick up, or to ship; from the shopper's own cart or from scanned goods."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.queries.people import Person, get_person
from accounts.rules import roles
from accounts.sign_in.attempt_limits import client_key_of
from carts.channels.views import parse_int
from carts.queries.holders import holder_of
from core.actors import Actor
from core.errors import Malformed, NotFound
from core.idempotency import claim_of
from core.web.api.base import checked
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.input import SaleIn, fulfilment_request, request_fields, scanned_lines
from orders.api.output import SALE_EXAMPLE, OrderOut, paid_at_till_json
from orders.models import TillSession
from orders.rules.checkout import CARRY_OUT, CheckoutRequest, FulfilmentRequest
from orders.services.payments.card_readers import check_readers
from orders.services.registers.late_sales import CLOCKS_DIFFER, OccurredAtNotValid
from orders.services.settlement.checkout import sell_cart, sell_lines

OLDEST_OFFLINE_SALE = timedelta(days=30)


class Sales(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_sale",
        parameters=[KEY_PARAMETER],
        request=SaleIn,
        responses={201: OrderOut, 202: OrderOut},
        examples=[SALE_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request) -> HttpResponse:
        """
        Sell at the till, like checkout; goods are carried out unless fulfilments say otherwise.

        A client_id made at the till makes a sale safe to send again, with any key: the answer is the order that it made
        the first time.

        occurred_at says that the sale has happened already, while the line was away. It costs what it cost then, is
        never refused for stock or a closed register, and needs a count where the books had too little.
        """
        now = timezone.now()
        body = checked(SaleIn, request)
        by = self.actor(request)
        claim = claim_of(request, actor=f"staff:{request.user.pk}")
        session_id = _session(body["session"], by)
        cart_id = parse_int(body["cart"]) if "cart" in body else None
        person = _recognised(body)
        buyer = person or _holder(cart_id)
        customer_id = person.id if person else None
        fields = body.get("fulfilments")
        checkout_request = CheckoutRequest(
            fulfilments=tuple(fulfilment_request(entry) for entry in fields)
            if fields
            else (FulfilmentRequest(CARRY_OUT),),
            client_id=body.get("client_id"),
            session_id=session_id,
            customer_id=customer_id,
            occurred_at=_occurred_at(body, now),
            sequence=body.get("sequence"),
            request_key=claim.request_key,
            **request_fields(body, client_key=partial(client_key_of, request), now=now, at_till=True)
            | ({"language": buyer.language} if buyer else {}),
        )
        check_readers(checkout_request.tenders, store_id=by.store_id)
        if cart_id is not None:
            return sell_cart(
                claim=claim,
                cart_id=cart_id,
                request=checkout_request,
                by=by,
                now=now,
                render=paid_at_till_json,
            )
        return sell_lines(
            claim=claim,
            lines=scanned_lines(body["lines"]),
            customer_id=customer_id,
            voucher_codes=body.get("vouchers", ()),
            request=checkout_request,
            by=by,
            now=now,
            render=paid_at_till_json,
        )


def _recognised(body: Mapping[str, Any]) -> Person | None:
    return get_person(customer_id=parse_int(body["customer"])) if body.get("customer") else None


def _holder(cart_id: int | None) -> Person | None:
    # Mails and receipts of a sale are in the buyer's language, not in that of whoever stands at the till.
    holder_id = None if cart_id is None else holder_of(cart_id).customer_id
    return None if holder_id is None else get_person(customer_id=holder_id)


def _session(text: str, by: Actor) -> int:
    # A sale that is sent again may belong to a session that was closed since; a new one is refused when it is placed.
    session_id = parse_int(text)
    if not TillSession.objects.filter(pk=session_id, store_id=by.store_id).exists():
        raise NotFound(_("There is no such till session in this store. Open one first."))
    return session_id


def _occurred_at(body: Mapping[str, Any], now: datetime) -> datetime | None:
    given: datetime | None = body.get("occurred_at")
    if given is None:
        return None
    if not now - OLDEST_OFFLINE_SALE <= given <= now + CLOCKS_DIFFER:
        raise OccurredAtNotValid(_("A sale must be sent within 30 days and not before it happened."))
    if "cart" in body:
        raise Malformed(_("A late sale names its lines: the cart may have changed since."), field="cart")
    if any(part["kind"] != CARRY_OUT for part in body.get("fulfilments") or ()):
        raise Malformed(_("A late sale hands its goods out: promise pickup or delivery online."), field="fulfilments")
    return min(given, now)
