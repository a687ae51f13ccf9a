"""The pickups of a store: from acceptance to the hand-over at the desk."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from carts.channels.views import parse_int
from core.errors import NotFound
from core.idempotency import claim_of, do_once
from core.money import money_json
from core.web.api.amounts import MoneyIn
from core.web.api.base import (
    PageQuery,
    StrictSerializer,
    answer,
    checked,
    checked_query,
    list_of,
    page_json,
    page_of,
)
from core.web.api.schema import MoneySchema
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.fulfilment.pieces import LineOrPieceField, PieceIn, added_up, pieces_of
from orders.api.input import MOST_LINES, MOST_PARTS, AnyPaymentIn, tender
from orders.queries.fulfilment.pickups import PickupView, ended_pickups, get_pickup, open_pickups
from orders.rules.checkout import BALANCES, CARD, CASH
from orders.rules.lifecycle import OPEN_PICKUP_STATES
from orders.services.fulfilment.pickups.hand_over import (
    MOST_WRONG_CODES,
    Proof,
    hand_over_pickup,
    prove_by_code,
    prove_by_document,
)
from orders.services.fulfilment.pickups.preparing import (
    accept_pickup,
    make_pickup_ready,
    reject_pickup,
    start_picking,
    unlock_pickup,
)
from orders.services.payments.authorisations import capturing_first
from orders.services.settlement.balance_payments import end_waiting_payment

FINAL_STATES = ("collected", "cancelled", "expired")


class PickupQuery(PageQuery):
    store = serializers.CharField(max_length=40, required=False, help_text="The store's code; yours when left out.")
    state = serializers.ChoiceField(
        [*OPEN_PICKUP_STATES, *FINAL_STATES], required=False, help_text="Every open one when left out."
    )


class Rejection(StrictSerializer):
    reason = serializers.CharField(max_length=200)
    lines = list_of(
        PieceIn, most=MOST_LINES, required=False, allow_empty=False,
        help_text="What the store does not have; all that is waiting when left out.",
    )  # fmt: skip


class DeskPayment(AnyPaymentIn):
    """The amount of one payment may be left out: it pays the rest."""

    method = serializers.ChoiceField([CASH, CARD, *BALANCES])
    tendered = MoneyIn(required=False, help_text="The cash laid down.")


class HandOverIn(StrictSerializer):
    code = serializers.CharField(max_length=40, required=False, help_text="The collection code, typed or scanned.")
    proof = serializers.ChoiceField(["id_seen"], required=False, help_text="Instead of the code.")
    collected_by = serializers.CharField(
        max_length=200, required=False, allow_blank=True, help_text="The named collector or the buyer when left out."
    )
    lines = serializers.ListField(
        child=LineOrPieceField(), required=False, allow_empty=False, max_length=MOST_LINES,
        help_text="Order lines, or some pieces of them; all that is waiting when left out.",
    )  # fmt: skip
    payments = list_of(DeskPayment, most=MOST_PARTS, required=False)
    session = serializers.CharField(max_length=20, required=False, help_text="The till session that takes the cash.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("code" in attrs) == ("proof" in attrs):
            raise serializers.ValidationError(_("Give either the collection code or the other proof."))
        return attrs


class PickupLineOut(serializers.Serializer[Any]):
    line = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    barcodes = serializers.ListField(child=serializers.CharField())
    handed_over_at = serializers.DateTimeField(allow_null=True)


class PickupCustomerOut(serializers.Serializer[Any]):
    id = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    phone = serializers.CharField()


class PickupCollectorOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    phone = serializers.CharField()


class PickupHandOverOut(serializers.Serializer[Any]):
    collected_by = serializers.CharField()
    proof = serializers.CharField()
    staff = serializers.CharField()
    handed_over_at = serializers.DateTimeField()


_LINE_FIELDS = ("line", "sku", "name", "quantity", "handed_over_at", "barcodes")


class PickupOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    order = serializers.CharField(help_text="The order's number.")
    store = serializers.CharField()
    channel = serializers.CharField()
    state = serializers.CharField()
    waiting_since = serializers.DateTimeField()
    promised_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    customer = PickupCustomerOut()
    collector = PickupCollectorOut(allow_null=True)
    due = MoneySchema(help_text="To be paid before the goods go.")
    is_locked = serializers.BooleanField(help_text="Too many wrong codes: a manager must unlock it.")
    reject_reason = serializers.CharField()
    extension_reason = serializers.CharField(help_text="Why it is kept longer than usual; empty when it is not.")
    lines = PickupLineOut(many=True)
    hand_overs = PickupHandOverOut(many=True)


class PickupListOut(serializers.Serializer[Any]):
    results = PickupOut(many=True)
    next = serializers.CharField(allow_null=True)


HAND_OVER_EXAMPLES = [
    OpenApiExample("Paid, with the code", value={"code": "48213907", "collected_by": "Ana Moreno"}, request_only=True),
    OpenApiExample(
        "To be paid in cash, identity card seen",
        value={
            "proof": "id_seen",
            "collected_by": "Ben Bakker",
            "payments": [{"method": "cash", "tendered": {"amount": "50.00", "currency": "EUR"}}],
            "session": "12",
        },
        request_only=True,
    ),
]
REJECTION_EXAMPLE = OpenApiExample("Broken", value={"reason": "The last one is damaged."}, request_only=True)


class Pickups(StaffApiView):
    right = roles.HAND_OVER

    def store_code(self, request: Request) -> str:
        return super().store_code(request) or request.query_params.get("store", "")[:40]

    @extend_schema(operation_id="till_pickups", parameters=[PickupQuery], responses=PickupListOut, tags=["till"])
    def get(self, request: Request) -> HttpResponse:
        """List the store's pickups: open ones by promised time, or those that ended in one state, newest first."""
        query = checked_query(PickupQuery, request)
        page = page_of(query)
        store = self.staff.store
        assert store is not None
        if query.get("store", store.code) != store.code:
            raise NotFound(_("You act in another store."))
        state = query.get("state", "")
        where: dict[str, Any] = {"store_id": store.id, "after": page.key(str, int), "limit": page.fetch}
        if state in FINAL_STATES:
            pickups = ended_pickups(state=state, **where)
        else:
            pickups = open_pickups(states=[state] if state else [], **where)
        body = page_json(request, page, pickups, key=lambda pickup: pickup.place)
        body["results"] = [pickup_json(pickup) for pickup in body["results"]]
        return answer(body)


class PickupApiView(StaffApiView):
    """A view of one pickup of the acting store."""

    right: ClassVar[Any] = roles.HAND_OVER

    def shown(self, pickup_id: str) -> dict[str, Any]:
        """Return the pickup in its present state."""
        assert self.staff.store is not None
        return pickup_json(get_pickup(pickup_id=parse_int(pickup_id), store_id=self.staff.store.id))


class Pickup(PickupApiView):
    @extend_schema(operation_id="till_pickup", responses=PickupOut, tags=["till"])
    def get(self, request: Request, pickup_id: str) -> HttpResponse:
        """Return one pickup of the store."""
        return answer(self.shown(pickup_id))


class Acceptance(PickupApiView):
    @extend_schema(operation_id="till_pickup_accept", request=None, responses=PickupOut, tags=["till"])
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """Accept a pickup."""
        accept_pickup(pickup_id=parse_int(pickup_id), by=self.actor(request), now=timezone.now())
        return answer(self.shown(pickup_id))


class Picking(PickupApiView):
    @extend_schema(operation_id="till_pickup_pick", request=None, responses=PickupOut, tags=["till"])
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """Begin to pick a pickup."""
        start_picking(pickup_id=parse_int(pickup_id), by=self.actor(request), now=timezone.now())
        return answer(self.shown(pickup_id))


class Readiness(PickupApiView):
    @extend_schema(operation_id="till_pickup_ready", request=None, responses=PickupOut, tags=["till"])
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """Mark a pickup as ready; the buyer is notified."""
        make_pickup_ready(pickup_id=parse_int(pickup_id), by=self.actor(request), now=timezone.now())
        return answer(self.shown(pickup_id))


class RejectPickup(PickupApiView):
    @extend_schema(
        operation_id="till_pickup_reject",
        parameters=[KEY_PARAMETER],
        request=Rejection,
        responses=PickupOut,
        examples=[REJECTION_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """
        Reject a pickup, or some pieces of it, that the store cannot serve; what was paid for them is refunded.

        The buyer is told that the store could not prepare the goods. For a buyer who no longer wants them, use
        `till/orders/{number}/cancellation/`; goods that nobody collects end by themselves.
        Pieces that are rejected while others are kept become a cancelled pickup of their own.
        """
        now = timezone.now()
        body = checked(Rejection, request)
        by = self.actor(request)

        def act() -> dict[str, Any]:
            reject_pickup(
                pickup_id=parse_int(pickup_id),
                reason=body["reason"],
                pieces=pieces_of(body.get("lines")),
                by=by,
                now=now,
            )
            return self.shown(pickup_id)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)


class HandOver(PickupApiView):
    @extend_schema(
        operation_id="till_pickup_hand_over",
        parameters=[KEY_PARAMETER],
        request=HandOverIn,
        responses=PickupOut,
        examples=HAND_OVER_EXAMPLES,
        tags=["till"],
    )
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """
        Hand a ready pickup over, for its code or a document that was checked, and take the balance due.

        A wrong code is refused and counted; after five, a manager must unlock the pickup. lines hands over a part.
        """
        now = timezone.now()
        body = checked(HandOverIn, request)
        by = self.actor(request)
        claim = claim_of(request, actor=f"staff:{by.staff_id}")
        tenders = [
            tender(payment, client_key=lambda: f"staff:{by.staff_id}", now=now, at_till=True)
            for payment in body.get("payments", ())
        ]
        pieces = added_up(body["lines"]) if "lines" in body else None
        proof = self._proof(parse_int(pickup_id), body, now)
        if tenders:
            end_waiting_payment(number=self.shown(pickup_id)["order"], by=by, now=now)

        def act() -> dict[str, Any]:
            hand_over_pickup(
                proof=proof,
                collected_by=body.get("collected_by", ""),
                pieces=pieces,
                tenders=tenders,
                session_id=parse_int(body["session"]) if "session" in body else None,
                by=by,
                now=now,
            )
            return self.shown(pickup_id)

        def hand_over() -> HttpResponse:
            return do_once(claim, act, status=200)

        return capturing_first(hand_over, by=by, now=now)

    def _proof(self, pickup_id: int, body: dict[str, Any], now: datetime) -> Proof:
        if "proof" in body:
            return prove_by_document(pickup_id=pickup_id)
        return prove_by_code(pickup_id=pickup_id, code=body["code"], by=self.actor(self.request), now=now)


class Unlocking(PickupApiView):
    right = roles.UNLOCK_PICKUP

    @extend_schema(operation_id="till_pickup_unlock", request=None, responses=PickupOut, tags=["till"])
    def post(self, request: Request, pickup_id: str) -> HttpResponse:
        """Allow pickup codes again after too many wrong ones."""
        unlock_pickup(pickup_id=parse_int(pickup_id), by=self.actor(request), now=timezone.now())
        return answer(self.shown(pickup_id))


def pickup_json(pickup: PickupView) -> dict[str, Any]:
    """Return a pickup as staff see it; its code is only for the buyer."""
    return {
        "id": str(pickup.id),
        "order": pickup.number,
        "store": pickup.store,
        "channel": pickup.channel,
        "state": pickup.state,
        "waiting_since": pickup.placed_at.isoformat(),
        "promised_at": _time(pickup.promised_at),
        "accepted_at": _time(pickup.accepted_at),
        "ready_at": _time(pickup.ready_at),
        "expires_at": _time(pickup.expires_at),
        "finished_at": _time(pickup.finished_at),
        "customer": {
            "id": None if pickup.customer_id is None else str(pickup.customer_id),
            "name": pickup.customer,
            "phone": pickup.phone,
        },
        "collector": pickup.collector,
        "due": money_json(pickup.due, pickup.currency),
        "is_locked": pickup.wrong_codes >= MOST_WRONG_CODES,
        "reject_reason": pickup.reject_reason,
        "extension_reason": pickup.extension_reason,
        "lines": [{name: line[name] for name in _LINE_FIELDS} for line in pickup.lines],
        "hand_overs": pickup.hand_overs,
    }


def _time(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
