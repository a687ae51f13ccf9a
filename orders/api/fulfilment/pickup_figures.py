"""How well the acting store serves its pickups."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from accounts.rules import roles
from core.days import shop_day
from core.web.api.base import StrictSerializer, answer, checked_query
from inventory.channels.staff import StaffApiView
from orders.queries.fulfilment.pickup_figures import PickupFigures, pickup_figures

DAYS_SHOWN = 30


class DaysQuery(StrictSerializer):
    first = serializers.DateField(required=False, help_text="30 days ago when left out.")
    last = serializers.DateField(required=False, help_text="Today when left out.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        last = attrs.get("last", shop_day(timezone.now()))
        first = attrs.get("first", date.fromordinal(max(1, last.toordinal() - DAYS_SHOWN + 1)))
        if first > last:
            raise serializers.ValidationError({"first": _("The first day is after the last one.")})
        return {"first": first, "last": last}


class PickupFiguresOut(serializers.Serializer[Any]):
    store = serializers.CharField()
    first = serializers.DateField()
    last = serializers.DateField()
    collected = serializers.IntegerField()
    expired = serializers.IntegerField(help_text="Kept to the deadline, and collected by nobody.")
    cancelled = serializers.IntegerField()
    ready_in_time = serializers.IntegerField(help_text="Ready when the buyer was told.")
    ready_with_promise = serializers.IntegerField(help_text="Of how many that is said.")
    until_accepted_minutes = serializers.IntegerField(allow_null=True, help_text="The median from the order.")
    until_ready_minutes = serializers.IntegerField(allow_null=True, help_text="The median from the order.")
    dwell_minutes = serializers.IntegerField(allow_null=True, help_text="The median from ready to collected.")


class PickupFiguresView(StaffApiView):
    right = roles.HAND_OVER

    @extend_schema(
        operation_id="till_pickup_figures", parameters=[DaysQuery], responses=PickupFiguresOut, tags=["till"]
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the figures of the acting store's pickups that ended on these days of the store."""
        days = checked_query(DaysQuery, request)
        nothing = PickupFigures(self.store.code, {}, 0, 0, 0, 0, 0, None, None, None)
        (figures,) = pickup_figures(store_ids=[self.store.id], **days) or [nothing]
        durations = ("until_accepted", "until_ready", "dwell")
        shown = {name: value for name, value in asdict(figures).items() if name not in (*durations, "name")}
        minutes = {f"{name}_minutes": _minutes(getattr(figures, name)) for name in durations}
        return answer({**shown, **{name: day.isoformat() for name, day in days.items()}, **minutes})


def _minutes(duration: timedelta | None) -> int | None:
    return None if duration is None else round(duration / timedelta(minutes=1))
