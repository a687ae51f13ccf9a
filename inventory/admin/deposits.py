"""Deposits on containers in the back office."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import BaseAdmin, BaseInline, MoneyForm, money_column
from inventory.models import Deposit, DepositAmount


class DepositAmountForm(MoneyForm):
    class Meta:
        model = DepositAmount
        fields = ("deposit", "country", "currency", "amount", "bears_tax")
        widgets = {"currency": forms.Select}


class DepositAmountInline(BaseInline):
    model = DepositAmount
    form = DepositAmountForm


@admin.register(Deposit)
class DepositAdmin(BaseAdmin):
    list_display = ("__str__", "code")
    search_fields = ("code", "name")
    ordering = ("code",)
    inlines = (DepositAmountInline,)


@admin.register(DepositAmount)
class DepositAmountAdmin(BaseAdmin):
    form = DepositAmountForm
    list_display = ("deposit", "country", "amount_money", "bears_tax")
    list_select_related = ("deposit",)
    list_filter = ("bears_tax",)
    search_fields = ("deposit__code", "country__exact")
    ordering = ("deposit", "country")
    amount_money = money_column("amount", title=_("amount"))
