"""Limits of articles at places."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.editing import BarcodeSearch
from inventory.models import Location, ReorderRule


@admin.register(ReorderRule)
class ReorderRuleAdmin(BarcodeSearch):
    list_display = ("variant", "location", "minimum_units", "maximum_units", "is_proposed")
    list_select_related = ("variant", "location")
    list_filter = ("is_proposed", "location")
    search_fields = ("variant__sku__istartswith", "variant__barcodes__code__exact", "location__code__exact")
    autocomplete_fields = ("variant",)
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the person may order for the place of a rule; for any place without one."""
        return super().has_change_permission(request, obj) and _may_order(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_order(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "location":
            places = Location.objects.filter(is_active=True)
            mine = [place.pk for place in places if request.user.has_perm("inventory.purchase", place)]
            kwargs["queryset"] = places.filter(pk__in=mine)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def _may_order(request: HttpRequest, rule: ReorderRule | None) -> bool:
    return rule is None or bool(request.user.has_perm("inventory.purchase", rule.location))
