"""Delivery methods and zones in the back office."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from carts.models import DeliveryArea, DeliveryMethod, DeliveryRate, DeliveryZone
from carts.rules.delivery import DeliveryRate as RateRule
from core.admin.base import BaseAdmin, BaseInline, MoneyForm, money_column


class DeliveryRateForm(MoneyForm):
    money_fields = {"amount": _("price"), "from_value": _("from a value of goods")}

    class Meta:
        model = DeliveryRate
        fields = ("method", "zone", "currency", "amount", "from_value", "most_grams", "most_mm")
        widgets = {"currency": forms.Select}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_value"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        return cleaned | {"from_value": cleaned.get("from_value") or 0}

    @property
    def rule(self) -> RateRule:
        """The rate as the rules take it."""
        values = self.cleaned_data
        limits = (values[name] for name in ("currency", "amount", "from_value", "most_grams", "most_mm"))
        return RateRule(values["zone"].pk if values["zone"] else None, *limits)


class DeliveryRates(BaseInlineFormSet):  # type: ignore[type-arg]
    """The rates of one method, each of which some parcel gets."""

    def clean(self) -> None:
        """Refuse a rate that another one replaces. Raises ValidationError."""
        super().clean()
        if any(self.errors):
            return
        kept: list[Any] = [
            form for form in self.forms if "amount" in form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]
        for form in kept:
            if any(other.rule.replaces(form.rule) for other in kept if other is not form):
                raise ValidationError(
                    _("No parcel gets the rate of %(amount)s: another one carries the same for no more."),
                    params={"amount": form.data.get(form.add_prefix("amount"))},
                )


class DeliveryRateInline(BaseInline):
    model = DeliveryRate
    form = DeliveryRateForm
    formset = DeliveryRates

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).select_related("zone", "method").order_by("zone", "amount", "id")


@admin.register(DeliveryMethod)
class DeliveryMethodAdmin(BaseAdmin):
    list_display = ("__str__", "code", "position", "working_days", "cut_off", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name")
    ordering = ("position", "id")
    inlines = (DeliveryRateInline,)


@admin.register(DeliveryRate)
class DeliveryRateAdmin(BaseAdmin):
    form = DeliveryRateForm
    list_display = ("method", "zone", "amount_money", "from_value_money", "most_grams", "most_mm")
    list_select_related = ("method", "zone")
    search_fields = ("method__code", "zone__code")
    ordering = ("method", "zone", "amount", "id")
    amount_money = money_column("amount", title=_("price"))
    from_value_money = money_column("from_value", title=_("from a value of goods"))


class DeliveryAreaInline(BaseInline):
    model = DeliveryArea


@admin.register(DeliveryZone)
class DeliveryZoneAdmin(BaseAdmin):
    list_display = ("__str__", "code")
    search_fields = ("code", "name", "areas__country__exact")
    ordering = ("code",)
    inlines = (DeliveryAreaInline,)


@admin.register(DeliveryArea)
class DeliveryAreaAdmin(BaseAdmin):
    list_display = ("zone", "country", "area", "postcodes")
    list_select_related = ("zone",)
    search_fields = ("zone__code", "country__exact", "area")
    ordering = ("zone", "country", "area")
