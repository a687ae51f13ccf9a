from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from carts.forms import PromotionForm
from carts.models import Promotion
from core.back_office import OfficeAdmin


@admin.register(Promotion)
class PromotionAdmin(OfficeAdmin):
    form = PromotionForm
    list_display = ("__str__", "kind", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at", "is_active")
    list_filter = ("is_active", "needs_voucher", "is_exclusive")
    search_fields = ("name",)
    ordering = ("priority", "id")
    fieldsets = (
        (None, {"fields": ("name", "is_active", "starts_at", "ends_at")}),
        (
            _("What it gives"),
            {
                "fields": (
                    *("kind", "currency", "percent", "on_whole", "amount", "is_each"),
                    *("buy", "get", "at_least", "parts"),
                )
            },
        ),
        (_("On which goods"), {"fields": ("categories", "products", "minimum_value", "minimum_quantity")}),
        (_("For whom"), {"fields": ("needs_voucher", "first_purchase", "segments")}),
        (_("Not everywhere"), {"fields": ("channels", "stores", "door_reason")}),
        (_("With other offers"), {"fields": ("priority", "is_exclusive")}),
    )

    @admin.display(description=_("what it gives"))
    def kind(self, promotion: Promotion) -> str:
        choices: Any = PromotionForm.base_fields["kind"]
        return str(dict(choices.choices).get(promotion.benefit.get("kind"), ""))

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False  # Orders tell which offers they had; one that is over is made inactive.
