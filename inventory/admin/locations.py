from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin.base import BaseAdmin, BaseInline, ReadOnlyInline, admin_actor
from core.admin.saving import BaseForm
from inventory.admin.editing import CatalogueAdmin
from inventory.models import Location, OpeningException, OpeningHours, StaffAssignment
from inventory.services.public_holidays import close_on_public_holidays


class OpeningHoursInline(BaseInline):
    model = OpeningHours


class ExceptionForm(BaseForm):
    """Whatever staff enter for a day is theirs: no calendar changes it any more."""

    def save(self, commit: bool = True) -> Any:
        self.instance.source = OpeningException.STAFF
        return super().save(commit)


class OpeningExceptionInline(BaseInline):
    model = OpeningException
    form = ExceptionForm
    readonly_fields = ("source",)

    def get_queryset(self, request: HttpRequest) -> Any:
        # Past days fill the page, and mean nothing any more.
        return super().get_queryset(request).filter(day__gte=timezone.now().date() - timedelta(days=2))


class AssignmentInline(ReadOnlyInline):
    model = StaffAssignment
    fields = ("staff", "role")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("staff", "location")


@admin.register(Location)
class LocationAdmin(CatalogueAdmin):
    list_display = ("__str__", "code", "kind", "city", "country_code", "offers_pickup", "ships", "is_active")
    list_filter = ("kind", "is_active", "offers_pickup", "ships")
    search_fields = ("code", "name", "city")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": ("name", "code", "kind", "is_active")}),
        (_("Address"), {"fields": ("street_address", "postal_code", "city", "region", "country_code", "phone")}),
        (_("Place and time"), {"fields": ("latitude", "longitude", "time_zone")}),
        (_("Opening"), {"fields": ("holiday_calendar",)}),
        (_("Services"), {"fields": ("offers_pickup", "pickup_lead_minutes", "pickup_keep_days")}),
        (None, {"fields": ("takes_returns", "ships", "ship_rank")}),
        (_("Stock counts"), {"fields": ("recount_above_units", "recount_above_percent")}),
    )
    inlines = (OpeningHoursInline, OpeningExceptionInline, AssignmentInline)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        close_on_public_holidays(by=admin_actor(request), now=timezone.now(), location_id=form.instance.pk)


@admin.register(OpeningHours)
class OpeningHoursAdmin(CatalogueAdmin):
    list_display = ("location", "weekday", "opens", "closes")
    list_select_related = ("location",)
    list_filter = ("weekday",)
    search_fields = ("location__code",)
    ordering = ("location", "weekday", "opens")
    autocomplete_fields = ("location",)


@admin.register(OpeningException)
class OpeningExceptionAdmin(CatalogueAdmin):
    form = ExceptionForm
    list_display = ("location", "day", "opens", "closes", "source")
    list_filter = ("source",)
    readonly_fields = ("source",)
    list_select_related = ("location",)
    search_fields = ("location__code",)
    ordering = ("-day",)
    autocomplete_fields = ("location",)


@admin.register(StaffAssignment)
class StaffAssignmentAdmin(BaseAdmin):
    list_display = ("staff", "role", "location")
    list_select_related = ("staff", "location")
    list_filter = ("role",)
    search_fields = ("staff__name", "staff__email__istartswith", "location__code")
    ordering = ("-id",)
    autocomplete_fields = ("staff", "location")
