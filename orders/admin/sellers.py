from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.services.customers.tax_numbers import NotATaxNumber, checked_tax_number
from core.admin.base import BaseAdmin, ReadOnlyAdmin
from core.admin.saving import BaseForm
from orders.models import CashRegister, LegalEntity, RegisterCounter, RegisterReceipt, Seller


class LegalEntityForm(BaseForm):
    class Meta:
        model = LegalEntity
        fields = ("name", "street_address", "postal_code", "city", "country_code", "tax_number", "vat_number")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("vat_number") and cleaned.get("country_code"):
            try:
                cleaned["vat_number"] = checked_tax_number(cleaned["country_code"], cleaned["vat_number"])
            except NotATaxNumber as refusal:
                self.add_error("vat_number", str(refusal))
        return cleaned


@admin.register(LegalEntity)
class LegalEntityAdmin(BaseAdmin):
    form = LegalEntityForm
    list_display = ("name", "city", "country_code", "tax_number", "vat_number")
    search_fields = ("name", "vat_number__exact", "tax_number__exact")
    ordering = ("name",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether it may be edited: not once it sells, since receipts name it as it was."""
        has_sold = obj is not None and obj.places.filter(since__lte=timezone.now()).exists()
        return super().has_change_permission(request, obj) and not has_sold


class SellerForm(BaseForm):
    class Meta:
        model = Seller
        fields = ("location", "legal_entity", "since")

    def clean_since(self) -> Any:
        since = self.cleaned_data["since"]
        location = self.cleaned_data.get("location")
        has_one = location is not None and location.sellers.exclude(pk=self.instance.pk).exists()
        if has_one and since <= timezone.now():
            raise forms.ValidationError(
                _("This place has a seller, and its receipts stay as they are: give a moment in the future.")
            )
        return since


@admin.register(Seller)
class SellerAdmin(BaseAdmin):
    form = SellerForm
    list_display = ("location", "legal_entity", "since")
    list_select_related = ("location", "legal_entity")
    search_fields = ("location__code__exact", "legal_entity__name")
    ordering = ("location", "-since")
    autocomplete_fields = ("location", "legal_entity")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not _has_begun(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not _has_begun(obj)


@admin.register(CashRegister)
class CashRegisterAdmin(BaseAdmin):
    list_display = ("store", "name", "serial_number")
    list_select_related = ("store",)
    search_fields = ("store__code__exact", "name__istartswith", "serial_number__istartswith")
    ordering = ("store", "name")
    autocomplete_fields = ("store",)


@admin.register(RegisterReceipt)
class RegisterReceiptAdmin(ReadOnlyAdmin):
    list_display = ("store", "register", "sequence", "order", "numbered_at")
    list_select_related = ("store", "order")
    list_filter = ("store",)
    search_fields = ("register__exact", "order__number__exact")
    ordering = ("-id",)


@admin.register(RegisterCounter)
class RegisterCounterAdmin(ReadOnlyAdmin):
    list_display = ("store", "register", "last")
    list_select_related = ("store",)
    list_filter = ("store",)
    search_fields = ("register__istartswith", "store__code__exact")
    ordering = ("store", "register")


def _has_begun(seller: Seller | None) -> bool:
    return seller is not None and seller.since <= timezone.now()
