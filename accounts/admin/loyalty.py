from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import LoyaltyProgramme, LoyaltyTier, PointAccrual, PointBatch, PointRedemption, TierMembership
from core import currencies
from core.admin.base import BaseAdmin, ReadOnlyAdmin, ReadOnlyInline
from core.admin.saving import BaseForm


class ProgrammeForm(BaseForm):
    currency = forms.ChoiceField(label=_("currency"), choices=[(code, code) for code in sorted(currencies.PLACES)])

    class Meta:
        model = LoyaltyProgramme
        fields = "__all__"


@admin.register(LoyaltyProgramme)
class LoyaltyProgrammeAdmin(BaseAdmin):
    form = ProgrammeForm
    list_display = ("currency", "is_active", "points_per_unit", "point_value", "pending_days", "expiry_months")
    search_fields = ("currency__iexact",)
    ordering = ("currency",)
    fieldsets = (
        (_("Earning"), {"fields": ("currency", "is_active", "points_per_unit", "pending_days")}),
        (_("Redeeming"), {"fields": ("point_value", "minimum_points", "most_percent")}),
        (_("Expiry"), {"fields": ("expiry_months", "warning_days")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("currency",) if obj is not None else ()


@admin.register(LoyaltyTier)
class LoyaltyTierAdmin(BaseAdmin):
    list_display = ("__str__", "code", "threshold", "segment")
    list_select_related = ("segment",)
    search_fields = ("code", "name")
    ordering = ("threshold",)
    autocomplete_fields = ("segment",)


@admin.register(TierMembership)
class LoyaltyStandingAdmin(ReadOnlyAdmin):
    list_display = ("customer", "tier", "points", "reached_at", "computed_at")
    list_select_related = ("customer", "tier")
    list_filter = ("tier",)
    search_fields = ("customer__name", "customer__email__istartswith", "customer__card_number__exact")
    ordering = ("-id",)


class EarnedLotInline(ReadOnlyInline):
    model = PointBatch
    fields = ("created_at", "points", "remaining", "matures_at", "matured_at", "expires_at")
    ordering = ("-id",)


class DrawInline(ReadOnlyInline):
    model = PointRedemption
    fields = ("occurred_at", "cause", "points", "restored", "reference")
    ordering = ("-id",)


@admin.register(PointAccrual)
class PointEarningAdmin(ReadOnlyAdmin):
    """The points accrued by each order, with their batches and the points taken back."""

    list_display = ("reference", "owner", "points", "owed", "channel", "store", "earned_at")
    list_select_related = ("balance__customer",)
    search_fields = ("reference__exact", "balance__customer__name", "balance__customer__email__istartswith")
    search_help_text = _("The number of the order, or a person.")
    ordering = ("-id",)
    inlines = (EarnedLotInline,)

    @admin.display(description=_("customer"))
    def owner(self, accrual: PointAccrual) -> str:
        return str(accrual.balance.customer)


@admin.register(PointBatch)
class PointLotAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "owner", "kind", "points", "remaining", "matures_at", "expires_at")
    list_select_related = ("balance__customer",)
    list_filter = ("kind", ("matured_at", admin.EmptyFieldListFilter))
    search_fields = ("reference__exact", "balance__customer__name", "balance__customer__email__istartswith")
    ordering = ("-id",)
    inlines = (DrawInline,)

    @admin.display(description=_("customer"))
    def owner(self, batch: PointBatch) -> str:
        return str(batch.balance.customer)


@admin.register(PointRedemption)
class PointDrawAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "batch", "cause", "points", "restored", "reference")
    list_select_related = ("batch",)
    list_filter = ("cause",)
    search_fields = ("reference__exact",)
    ordering = ("-id",)
