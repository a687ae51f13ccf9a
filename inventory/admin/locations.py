from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin.base import BaseAdmin, BaseInline, ReadOnlyInline
from inventory.admin.editing import CatalogueAdmin
from inventory.models import Location, OpeningException, OpeningHours, StaffAssignment


class OpeningHoursInline(BaseInline):
    model = OpeningHours


class OpeningExceptionInline(BaseInline):
    model = OpeningException


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
        (_("Services"), {"fields": ("offers_pickup", "pickup_lead_minutes", "pickup_keep_days")}),
        (None, {"fields": ("takes_returns", "ships", "ship_rank")}),
        (_("Stock counts"), {"fields": ("recount_above_units", "recount_above_percent")}),
    )
    inlines = (OpeningHoursInline, OpeningExceptionInline, AssignmentInline)


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
    list_display = ("location", "day", "opens", "closes")
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
