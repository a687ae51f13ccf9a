"""Visit events that apps and pages report."""

from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.throttling import ScopedRateThrottle

from accounts.services.customers.visit_events import (
    VISITOR_HEADER,
    VisitEvent,
    is_visitor_key,
    record_visit_events,
)
from accounts.sign_in.authentication import actor_of
from core.errors import Malformed
from core.web.api.base import ApiView, StrictSerializer, answer, checked

MOST_EVENTS = 100
MOST_PROPS = 20
LONGEST_PATH = 200
CODE = r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$"
LARGEST_FIGURE = 10**15

_EVENT = {
    "message_id": "0190f2c4-7d5e-7c3a-9b1e-2f4f6a8c0d12",
    "kind": "product_viewed",
    "occurred_at": "2026-11-21T12:00:00+01:00",
    "url": "https://shop.example/products/copper-kettle/",
    "campaign": "autumn-2026",
    "props": {"sku": "KETTLE-CU-1", "seconds": 14},
}


@extend_schema_field({"oneOf": [{"type": "number"}, {"type": "boolean"}, {"type": "string", "pattern": CODE}]})
class Figure(serializers.Field[Any, Any, Any, Any]):
    """A number, a boolean, or a code without spaces: nothing that could hold free text."""

    default_error_messages = {"invalid": _("Give a number, true, false, or a code of up to 64 characters.")}

    def to_internal_value(self, data: Any) -> bool | int | float | str:
        if isinstance(data, bool):
            return data
        if isinstance(data, int | float) and abs(data) <= LARGEST_FIGURE:
            return data
        if isinstance(data, str):
            return str(serializers.RegexField(CODE).run_validation(data))
        self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return value


class VisitEventBody(StrictSerializer):
    """One visit event. A time in the future counts as now."""

    message_id = serializers.RegexField(r"^[A-Za-z0-9._-]{8,80}$", help_text="Made by the client, new for each event.")
    kind = serializers.RegexField(
        r"^[a-z][a-z_]{1,39}$", help_text="For example page_viewed, product_viewed, searched."
    )
    occurred_at = serializers.DateTimeField()
    url = serializers.CharField(max_length=2000, required=False, help_text="Where; its query is not kept.")
    campaign = serializers.RegexField(CODE, required=False)
    props = serializers.DictField(
        child=Figure(), required=False, help_text="Flat: numbers, switches and codes; at most 20."
    )

    def validate_url(self, value: str) -> str:
        try:
            path = urlsplit(value).path
        except ValueError as error:
            raise serializers.ValidationError(_("This is not a valid address."), code="invalid") from error
        return path[:LONGEST_PATH]

    def validate_props(self, value: dict[str, Any]) -> dict[str, Any]:
        if len(value) > MOST_PROPS:
            raise serializers.ValidationError(_("At most %d props.") % MOST_PROPS, code="too_many")
        for name in value:
            serializers.RegexField(CODE).run_validation(name)
        return value


class VisitEventsBody(StrictSerializer):
    """A batch of events."""

    events = serializers.ListField(child=VisitEventBody(), allow_empty=False, max_length=MOST_EVENTS)


class VisitEventsTaken(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    repeated = serializers.IntegerField(help_text="Had been reported before, by message_id.")
    too_old = serializers.IntegerField(help_text="Older than 30 days: not kept.")


class VisitEvents(ApiView):
    """Visit events that apps and pages report."""

    permission_classes = [AllowAny]
    throttle_classes = [ScopedRateThrottle]
    throttle_scope = "touch"

    @extend_schema(
        operation_id="events_report",
        parameters=[
            OpenApiParameter(
                VISITOR_HEADER,
                str,
                OpenApiParameter.HEADER,
                description="An opaque key of the device, 16 to 64 characters; needed by those not signed in.",
            )
        ],
        request=VisitEventsBody,
        responses={202: VisitEventsTaken},
        examples=[
            OpenApiExample("A look at a product", value={"events": [_EVENT]}, request_only=True),
            OpenApiExample("Taken", value={"accepted": 1, "repeated": 0, "too_old": 0}, response_only=True),
        ],
        tags=["events"],
    )
    def post(self, request: Request) -> HttpResponse:
        """Report up to 100 events; sending the same ones again changes nothing."""
        visitor = _visitor_of(request)
        body = checked(VisitEventsBody, request)
        taken = record_visit_events(
            visit_events=[_touch(event) for event in body["events"]],
            visitor=visitor,
            by=actor_of(request),
            now=timezone.now(),
        )
        return answer({"accepted": taken.accepted, "repeated": taken.repeated, "too_old": taken.too_old}, status=202)


def _visitor_of(request: Request) -> str:
    visitor = request.headers.get(VISITOR_HEADER, "")
    if not visitor and request.user.is_authenticated:
        return ""
    if not is_visitor_key(visitor):
        text = _("Sign in, or send an opaque key of 16 to 64 letters and digits in %s.") % VISITOR_HEADER
        raise Malformed(text, field=VISITOR_HEADER)
    return visitor


def _touch(event: dict[str, Any]) -> VisitEvent:
    return VisitEvent(
        message_id=event["message_id"],
        kind=event["kind"],
        occurred_at=event["occurred_at"],
        path=event.get("url", ""),
        campaign=event.get("campaign", ""),
        props=event.get("props", {}),
    )
