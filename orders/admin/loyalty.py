from django.contrib import admin

from core.admin.base import BaseAdmin
from orders.models import PointBonus


@admin.register(PointBonus)
class PointBonusAdmin(BaseAdmin):
    """Customers, goods and days that earn more points than usual."""

    list_display = ("__str__", "percent", "segment", "tier", "category", "starts_at", "ends_at", "is_active")
    list_select_related = ("segment", "tier", "category")
    list_filter = ("is_active",)
    search_fields = ("name",)
    ordering = ("-id",)
    autocomplete_fields = ("segment", "tier", "category")
