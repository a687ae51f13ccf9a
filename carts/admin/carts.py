from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from carts.admin.inputs import plain_decimal
from carts.models import Cart, CartCode, CartLine, ShippingRate, TaxRate, TaxZone, WishlistItem
from carts.rules.taxes import whole_and_finer
from core.admin.base import (
    BaseAdmin,
    BaseInline,
    ChannelFilter,
    MoneyForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    money_column,
)
from core.admin.saving import BaseForm
from core.texts.formats import percent_text
from core.texts.languages import active_language


class CartLineInline(ReadOnlyInline):
    model = CartLine
    fields = ("variant", "quantity", "unit_price_when_added_money", "added_channel", "added_store", "added_at")
    readonly_fields = ("unit_price_when_added_money",)
    unit_price_when_added_money = money_column(
        "unit_price_when_added", title=_("unit price when added"), currency="cart.currency"
    )

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("variant", "added_store", "cart")


class CartChannelFilter(ChannelFilter):
    column = "created_channel"


@admin.register(Cart)
class CartAdmin(ReadOnlyAdmin):
    list_display = ("id", "customer", "state", "currency", "version", "created_channel", "changed_at")
    list_select_related = ("customer",)
    list_filter = ("state", CartChannelFilter)
    search_fields = ("id__exact", "customer__name", "customer__email__istartswith", "customer__card_number__exact")
    search_help_text = _("The cart's number, or its owner's name, e-mail address or card number.")
    exclude = ("token_hash",)
    ordering = ("-id",)
    inlines = (CartLineInline,)


@admin.register(CartLine)
class CartLineAdmin(ReadOnlyAdmin):
    list_display = ("cart", "variant", "quantity", "added_channel", "added_at")
    list_select_related = ("cart", "variant")
    search_fields = ("variant__sku__startswith", "cart__id__exact")
    ordering = ("-id",)


@admin.register(CartCode)
class CartCodeAdmin(ReadOnlyAdmin):
    """Which carts are being handed over; the code itself opens one, and is its owner's."""

    list_display = ("cart", "expires_at")
    list_select_related = ("cart",)
    exclude = ("code",)
    search_fields = ("cart__id__exact",)
    ordering = ("-id",)


@admin.register(WishlistItem)
class WishlistItemAdmin(ReadOnlyAdmin):
    list_display = ("customer", "variant", "added_channel", "added_at")
    list_select_related = ("customer", "variant")
    search_fields = ("variant__sku__startswith", "customer__name", "customer__email__istartswith")
    ordering = ("-id",)


class ShippingRateForm(MoneyForm):
    money_fields = {"amount": _("amount"), "free_from": _("free from")}

    class Meta:
        model = ShippingRate
        fields = ("currency", "amount", "free_from", "tax_category")
        widgets = {"currency": forms.Select}


@admin.register(ShippingRate)
class ShippingRateAdmin(BaseAdmin):
    form = ShippingRateForm
    list_display = ("currency", "amount_money", "free_from_money", "tax_category")
    list_select_related = ("tax_category",)
    search_fields = ("currency__iexact",)
    ordering = ("currency",)
    amount_money = money_column("amount", title=_("price"))
    free_from_money = money_column("free_from", title=_("free from"))


class TaxRateForm(BaseForm):
    """A rate in percent, as laws write it."""

    percent = forms.DecimalField(label=_("rate in percent"), min_value=0, max_value=100, decimal_places=5)

    class Meta:
        model = TaxRate
        fields = ("zone", "category", "levy", "is_compound", "starts_date", "ends_date")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["percent"] = plain_decimal(self.instance.percent)

    def clean_percent(self) -> Decimal:
        percent: Decimal = self.cleaned_data["percent"]
        self.instance.basis_points, self.instance.finer = whole_and_finer(percent * 100)
        return percent


class TaxRateInline(BaseInline):
    model = TaxRate
    form = TaxRateForm
    fields = ("category", "percent", "levy", "is_compound", "starts_date", "ends_date")

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("category", "zone")


@admin.register(TaxZone)
class TaxZoneAdmin(BaseAdmin):
    list_display = ("__str__", "code", "country", "region", "is_included")
    list_filter = ("is_included",)
    search_fields = ("code", "name", "country__exact")
    ordering = ("country", "region", "code")
    inlines = (TaxRateInline,)


@admin.register(TaxRate)
class TaxRateAdmin(BaseAdmin):
    form = TaxRateForm
    fields = ("zone", "category", "percent", "levy", "is_compound", "starts_date", "ends_date")
    list_display = ("zone", "category", "levy", "shown_percent", "starts_date", "ends_date")
    list_select_related = ("zone", "category")
    search_fields = ("zone__code", "category__code")
    ordering = ("zone", "category", "-starts_date")

    @admin.display(description=_("rate"), ordering="basis_points")
    def shown_percent(self, rate: TaxRate) -> str:
        return percent_text(rate.rate, active_language())
