"""Opening a till session with its float, and closing it with the count."""

from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from carts.channels.views import parse_int
from core.errors import Malformed
from core.idempotency import claim_of, do_once
from core.money import money_json
from core.web.api.amounts import MoneyIn
from core.web.api.base import StrictSerializer, answer, checked
from core.web.api.schema import MoneySchema
from inventory.channels.staff import StaffApiView
from orders.api.checkout import KEY_PARAMETER
from orders.api.input import shop_amount
from orders.models import TillSession as Session
from orders.queries.sellers import receipt_lacks
from orders.services.registers.receipt_numbers import last_number
from orders.services.registers.till_sessions import (
    close_till_session,
    expected_cash,
    get_till_session,
    open_till_session,
)


class SessionIn(StrictSerializer):
    register = serializers.RegexField(r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$", max_length=40)
    float = MoneyIn(help_text="The cash counted into the drawer.")


class CountIn(StrictSerializer):
    counted = MoneyIn(help_text="The cash counted out of the drawer.")


class SessionOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    register = serializers.CharField()
    store = serializers.CharField()
    is_open = serializers.BooleanField()
    float = MoneySchema()
    expected = MoneySchema(
        allow_null=True,
        help_text="What should lie in the drawer. While it is open, only managers see it: others must count.",
    )
    counted = MoneySchema(allow_null=True)
    difference = MoneySchema(allow_null=True, help_text="Counted less expected.")
    rescues = serializers.CharField(
        allow_null=True, help_text="The closed session whose late sales this one takes; a manager closes it."
    )
    last_sequence = serializers.IntegerField(help_text="The number of the register's last receipt; 0 for none.")
    receipt_lacks = serializers.ListField(
        child=serializers.ChoiceField(["seller", "serial_number"]),
        help_text="What the law asks for on receipts and head office has not entered: the legal seller of this store, "
        "the serial number of this register. Selling goes on.",
    )
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


OPEN_EXAMPLE = OpenApiExample(
    "A hundred in the drawer",
    value={"register": "till-1", "float": {"amount": "100.00", "currency": "EUR"}},
    request_only=True,
)
CLOSE_EXAMPLE = OpenApiExample("Counted", value={"counted": {"amount": "431.20", "currency": "EUR"}}, request_only=True)


class TillSessions(StaffApiView):
    right = roles.SELL

    @extend_schema(
        operation_id="till_session_open",
        parameters=[KEY_PARAMETER],
        request=SessionIn,
        responses={201: SessionOut},
        examples=[OPEN_EXAMPLE],
        tags=["till"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Open a register with the cash counted into it."""
        now = timezone.now()
        body = checked(SessionIn, request)
        by = self.actor(request)
        opening_float = _cash(body, "float")

        def act() -> dict[str, Any]:
            session = open_till_session(register=body["register"], opening_float=opening_float, by=by, now=now)
            return _session_json(session)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=201)


class TillSession(StaffApiView):
    right: ClassVar[Any] = roles.SELL

    @extend_schema(operation_id="till_session", responses=SessionOut, tags=["till"])
    def get(self, request: Request, session_id: str) -> HttpResponse:
        """Return a till session of the store."""
        assert self.staff.store is not None
        session = get_till_session(session_id=parse_int(session_id), store_id=self.staff.store.id)
        return answer(_session_json(session, shows_expected=self.staff.may(roles.CLOSE_SESSION_WITH_DIFFERENCE)))

    @extend_schema(
        operation_id="till_session_close",
        parameters=[KEY_PARAMETER],
        request=CountIn,
        responses=SessionOut,
        examples=[CLOSE_EXAMPLE],
        tags=["till"],
    )
    def patch(self, request: Request, session_id: str) -> HttpResponse:
        """Close the session with the count; a large difference needs a manager."""
        now = timezone.now()
        body = checked(CountIn, request)
        by = self.actor(request)
        counted = _cash(body, "counted")
        may_differ = self.staff.may(roles.CLOSE_SESSION_WITH_DIFFERENCE)

        def act() -> dict[str, Any]:
            session = close_till_session(
                session_id=parse_int(session_id), counted=counted, may_differ=may_differ, by=by, now=now
            )
            return _session_json(session)

        return do_once(claim_of(request, actor=f"staff:{by.staff_id}"), act, status=200)


def _cash(body: dict[str, Any], field: str) -> int:
    amount = shop_amount(body[field], field)
    if amount < 0:
        raise Malformed(_("Cash in a drawer cannot be below zero."), field=field)
    return amount


def _session_json(session: Session, *, shows_expected: bool = False) -> dict[str, Any]:
    def money(amount: int | None) -> dict[str, str] | None:
        return None if amount is None else money_json(amount, session.currency)

    expected = session.expected
    if expected is None and shows_expected:
        expected = expected_cash(session_id=session.pk)
    return {
        "id": str(session.pk),
        "register": session.register,
        "store": session.store.code,
        "is_open": session.is_open,
        "float": money(session.opening_float),
        "expected": money(expected),
        "counted": money(session.counted),
        "difference": money(session.difference),
        "rescues": str(session.rescues_id) if session.is_rescue else None,
        "last_sequence": last_number(session_id=session.pk),
        "receipt_lacks": receipt_lacks(store_id=session.store_id, register=session.register),
        "opened_at": session.opened_at.isoformat(),
        "closed_at": session.closed_at.isoformat() if session.closed_at else None,
    }
