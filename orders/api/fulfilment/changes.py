"""Changing where goods of an order go, until they are prepared: by the shopper, or by staff until they leave."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.channels.addresses import AddressBody
from accounts.rules import roles
from accounts.sign_in.authentication import actor_of
from carts.channels.views import TOKEN_PARAMETER, CartApiView, parse_int
from core.actors import Actor
from core.idempotency import claim_of, do_once
from core.web.api.base import StrictSerializer, checked, list_of
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER, who_asks
from orders.api.fulfilment.pieces import PieceIn, pieces_of
from orders.api.input import MOST_LINES
from orders.api.output import OrderOut, order_json
from orders.queries.orders import get_order, get_order_for
from orders.rules.checkout import PICKUP, SHIP
from orders.services.settlement.rerouting import Destination, change_fulfilment


class FulfilmentChange(StrictSerializer):
    kind = serializers.ChoiceField([PICKUP, SHIP])
    store = serializers.CharField(max_length=40, required=False, help_text="Where to collect.")
    address = AddressBody(required=False, help_text="Where to send.")
    lines = list_of(
        PieceIn, most=MOST_LINES, required=False, allow_empty=False,
        help_text="Some pieces only; all that waits in this part when left out.",
    )  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted, other = ("store", "address") if attrs["kind"] == PICKUP else ("address", "store")
        if not attrs.get(wanted):
            words = _("Name the pickup store.") if wanted == "store" else _("Name the delivery address.")
            raise serializers.ValidationError({wanted: [words]})
        if other in attrs:
            raise serializers.ValidationError({other: [_("Leave it out for this kind.")]})
        return attrs


EXAMPLES = [
    OpenApiExample("Another store", value={"kind": "pickup", "store": "ber-mitte"}, request_only=True),
    OpenApiExample(
        "One piece elsewhere",
        value={"kind": "pickup", "store": "ber-mitte", "lines": [{"line": "12", "quantity": 1}]},
        request_only=True,
    ),
]
_SCHEMA: dict[str, Any] = {"request": FulfilmentChange, "responses": OrderOut, "examples": EXAMPLES}


def _change(number: str, fulfilment_id: str, body: dict[str, Any], *, by: Actor, now: datetime) -> None:
    change_fulfilment(
        number=number,
        fulfilment_id=parse_int(fulfilment_id),
        to=Destination(body["kind"], body.get("store", ""), body.get("address", {})),
        pieces=pieces_of(body.get("lines")),
        by=by,
        now=now,
    )


class OrderFulfilment(CartApiView):
    @extend_schema(
        operation_id="order_fulfilment_change",
        parameters=[KEY_PARAMETER, TOKEN_PARAMETER],
        tags=["orders"],
        **_SCHEMA,
    )
    def patch(self, request: Request, number: str, fulfilment_id: str) -> HttpResponse:
        """
        Choose another store, address or way for a part of an order, until it is picked.

        Nothing becomes dearer: what would is refused as way_not_possible. Shipping is given back with the last parcel.
        """
        now = timezone.now()
        body = checked(FulfilmentChange, request)
        owner = self.owner(request, now=now)
        get_order_for(number=number, customer_ids=owner.customer_ids, token_hash=owner.token_hash)

        def act() -> dict[str, Any]:
            _change(number, fulfilment_id, body, by=actor_of(request), now=now)
            return order_json(get_order(number))

        return do_once(claim_of(request, actor=who_asks(owner)), act, status=200)


class TillFulfilment(StaffApiView):
    right = roles.HAND_OVER

    @extend_schema(operation_id="till_fulfilment_change", parameters=[KEY_PARAMETER], tags=["till"], **_SCHEMA)
    def patch(self, request: Request, number: str, fulfilment_id: str) -> HttpResponse:
        """Send a part of an order elsewhere until it leaves, for example what the store does not have."""
        now = timezone.now()
        body = checked(FulfilmentChange, request)
        by = self.actor(request)

        def act() -> dict[str, Any]:
            _change(number, fulfilment_id, body, by=by, now=now)
            return order_json(get_order(number), shows_codes=False)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)
