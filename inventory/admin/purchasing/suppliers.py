"""Suppliers and their terms."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core import currencies
from core.admin.base import AmountText, BaseAdmin, money_column
from core.admin.saving import BaseForm
from core.texts.amounts import amount_in_field, clean_amount
from core.texts.languages import active_language
from inventory.admin.editing import BarcodeSearch
from inventory.models import Supplier, SupplierProduct


class SupplierForm(BaseForm):
    currency = forms.ChoiceField(
        label=_("currency"), choices=[(code, code) for code in sorted(currencies.PLACES)], initial="EUR"
    )

    class Meta:
        model = Supplier
        fields = ("name", "code", "email", "currency", "lead_time_days", "review_days", "is_active")


class SupplierProductForm(BaseForm):
    """Takes the cost as people write money ("4.10") in the supplier's currency."""

    cost = AmountText(label=capfirst(_("cost of a unit")), required=False)

    class Meta:
        model = SupplierProduct
        fields = ("supplier", "variant", "supplier_sku", "pack_size", "minimum_units", "cost", "is_preferred")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.cost is not None:
            self.initial["cost"] = amount_in_field(
                self.instance.cost, self.instance.supplier.currency, active_language()
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        supplier = cleaned.get("supplier")
        written, cleaned["cost"] = cleaned.get("cost"), None
        if written and supplier is not None:
            try:
                cleaned["cost"] = clean_amount(written, supplier.currency)
            except ValidationError as error:
                self.add_error("cost", error)
        return cleaned


@admin.register(Supplier)
class SupplierAdmin(BaseAdmin):
    form = SupplierForm
    list_display = ("name", "code", "email", "currency", "lead_time_days", "review_days", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "code", "email__istartswith")
    ordering = ("name",)


@admin.register(SupplierProduct)
class SupplierProductAdmin(BarcodeSearch):
    form = SupplierProductForm
    list_display = (
        *("variant", "supplier", "supplier_sku", "pack_size", "minimum_units", "cost_money", "is_preferred"),
    )
    list_select_related = ("variant", "supplier")
    list_filter = ("is_preferred", "supplier")
    search_fields = (
        *("variant__sku__istartswith", "variant__barcodes__code__exact"),
        *("supplier_sku__exact", "supplier__code__exact"),
    )
    autocomplete_fields = ("supplier", "variant")
    ordering = ("-id",)
    cost_money = money_column("cost", title=_("cost of a unit"), currency="supplier.currency")
