"""Return policies in the back office."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import BaseAdmin, BaseInline, MoneyForm, money_column
from inventory.models import ReturnFee, ReturnPolicy


class ReturnFeeForm(MoneyForm):
    class Meta:
        model = ReturnFee
        fields = ("policy", "currency", "amount")
        widgets = {"currency": forms.Select}


class ReturnFeeInline(BaseInline):
    model = ReturnFee
    form = ReturnFeeForm


@admin.register(ReturnPolicy)
class ReturnPolicyAdmin(BaseAdmin):
    list_display = ("__str__", "kind", "window_days", "statutory_days", "category", "store")
    list_select_related = ("category", "store")
    list_filter = ("kind",)
    search_fields = ("name", "category__slug", "store__code")
    autocomplete_fields = ("category", "store")
    ordering = ("pk",)
    inlines = (ReturnFeeInline,)


@admin.register(ReturnFee)
class ReturnFeeAdmin(BaseAdmin):
    form = ReturnFeeForm
    list_display = ("policy", "currency", "amount_money")
    list_select_related = ("policy",)
    list_filter = ("currency",)
    search_fields = ("policy__name", "currency__exact")
    ordering = ("policy", "currency")
    amount_money = money_column("amount", title=_("amount"))
