"""Fees on orders in the back office."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from carts.models import Fee
from core.admin.base import BaseAdmin, ChannelFilter, MoneyForm, money_column


class FeeForm(MoneyForm):
    money_fields = {"amount": _("amount"), "below": _("only below")}

    class Meta:
        model = Fee
        fields = (
            *("name", "currency", "amount", "below", "channel", "country", "tax_category", "starts_at", "ends_at"),
        )
        widgets = {"currency": forms.Select}


@admin.register(Fee)
class FeeAdmin(BaseAdmin):
    form = FeeForm
    list_display = ("__str__", "amount_money", "below_money", "channel", "country", "starts_at", "ends_at")
    list_filter = (ChannelFilter,)
    search_fields = ("name", "country__exact")
    ordering = ("id",)
    amount_money = money_column("amount", title=_("amount"))
    below_money = money_column("below", title=_("only below"))
