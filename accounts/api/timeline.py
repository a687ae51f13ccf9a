"""A person's own timeline."""

import re
from typing import Any

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from accounts.queries.timeline import TimelinePlace, entry_json, timeline
from accounts.sign_in.authentication import person_ids, shopper_of
from core.web.api.base import (
    DEFAULT_LIMIT,
    LARGEST_LIMIT,
    ApiView,
    StrictSerializer,
    address_with,
    answer,
    checked_query,
)

_ENTRY = {
    "id": "90210",
    "kind": "order.placed",
    "occurred_at": "2026-11-21T12:00:00+00:00",
    "channel": "app",
    "store": None,
    "summary": "Order 1000042 placed",
    "ref": "1000042",
}
LARGEST_ID = 2**63 - 1


@extend_schema_field(OpenApiTypes.STR)
class PlaceText(serializers.Field[TimelinePlace, str, str, Any]):
    """An instant (RFC 3339, with offset), or the place in a `next` URL."""

    default_error_messages = {"invalid_place": _("Give a time with its UTC offset, or follow the address in next.")}

    def to_internal_value(self, data: str) -> TimelinePlace:
        # An unescaped plus sign arrives as a space.
        instant, _tilde, entry_id = data.replace(" ", "+").partition("~")
        try:
            at = parse_datetime(instant)
        except ValueError:
            at = None
        if at is None or at.tzinfo is None or not re.fullmatch(r"[0-9]{0,19}", entry_id):
            self.fail("invalid_place")
        return TimelinePlace(at, min(int(entry_id or 0), LARGEST_ID))

    def to_representation(self, value: TimelinePlace) -> str:
        return str(value)


class TimelineQuery(StrictSerializer):
    """The query parameters of the timeline."""

    kind = serializers.RegexField(
        r"^[a-z_.]+$", max_length=60, default="", help_text='One kind ("order.placed") or a family of them ("order").'
    )
    channel = serializers.RegexField(r"^[a-z0-9_:-]+$", max_length=40, default="")
    store = serializers.RegexField(r"^[a-z0-9-]+$", max_length=40, default="", help_text="A store's code.")
    before = PlaceText(required=False, help_text="An instant, or the place that `next` names.")
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=DEFAULT_LIMIT)


class TimelineEntry(serializers.Serializer[Any]):
    id = serializers.CharField()
    kind = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    channel = serializers.CharField()
    store = serializers.CharField(allow_null=True)
    summary = serializers.CharField(help_text="In the language of the request.")
    ref = serializers.CharField(allow_null=True, help_text="The number or code of what it is about.")


class TimelinePage(serializers.Serializer[Any]):
    results = TimelineEntry(many=True)
    next = serializers.CharField(allow_null=True)


class Timeline(ApiView):
    """The signed-in person's events on every channel."""

    @extend_schema(
        operation_id="me_timeline",
        parameters=[TimelineQuery],
        responses=TimelinePage,
        examples=[OpenApiExample("Story", value={"results": [_ENTRY], "next": None}, response_only=True)],
        tags=["me"],
    )
    def get(self, request: Request) -> HttpResponse:
        """List events of every channel, newest first."""
        query = checked_query(TimelineQuery, request)
        limit = query.pop("limit")
        entries = timeline(person_ids=person_ids(shopper_of(request)), limit=limit + 1, **query)
        following = None
        if len(entries) > limit:
            last = entries[limit - 1]
            following = address_with(request, before=str(TimelinePlace(last.occurred_at, last.id)))
        return answer({"results": [entry_json(entry) for entry in entries[:limit]], "next": following})
