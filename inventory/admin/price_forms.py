"""The forms in which staff edit price lists and check prices."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.models import Customer, SegmentMembership
from core.admin.saving import BaseForm, RowSelect
from core.currencies import PLACES
from core.texts.amounts import amount_in_field, clean_amount
from core.texts.languages import active_language
from inventory.models import ListPrice, Location, PriceList, Variant
from inventory.models.price_lists import SELLING_CHANNELS
from inventory.services.price_lists import LARGEST_QUANTITY

CURRENCIES = [(code, code) for code in sorted(PLACES)]


class PriceListForm(BaseForm):
    class Meta:
        model = PriceList
        fields: ClassVar = [
            *("code", "name", "currency", "is_tax_included", "segment", "channel", "store", "reason"),
            *("starts_at", "ends_at", "priority", "is_active"),
        ]
        widgets: ClassVar = {"currency": forms.Select(choices=CURRENCIES)}


class ListPriceForm(BaseForm):
    """A price of a list, with its amount in major units of the list's currency."""

    amount = forms.CharField(label=gettext_lazy("amount"), max_length=20)

    class Meta:
        model = ListPrice
        fields: ClassVar = ["price_list", "variant", "min_quantity", "amount"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            currency = self.instance.price_list.currency
            self.initial["amount"] = amount_in_field(self.instance.amount, currency, active_language())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        price_list = cleaned.get("price_list") or (self.instance.price_list if self.instance.pk else None)
        if price_list is not None and "amount" in cleaned:
            try:
                cleaned["amount"] = clean_amount(cleaned["amount"], price_list.currency)
            except forms.ValidationError as error:
                self.add_error("amount", error)
        return cleaned


class PriceCheckForm(forms.Form):
    """The variant and quantity, the customer, the place and the moment."""

    variant = forms.ModelChoiceField(
        label=gettext_lazy("variant"), queryset=Variant.objects.all(),
        widget=RowSelect(ListPrice._meta.get_field("variant"), admin.site),
    )  # fmt: skip
    quantity = forms.IntegerField(label=gettext_lazy("quantity"), min_value=1, max_value=LARGEST_QUANTITY, initial=1)
    customer = forms.ModelChoiceField(
        label=gettext_lazy("customer"), queryset=Customer.objects.all(), required=False,
        widget=RowSelect(SegmentMembership._meta.get_field("customer"), admin.site),
    )  # fmt: skip
    channel = forms.ChoiceField(label=gettext_lazy("channel"), choices=SELLING_CHANNELS, initial="web")
    store = forms.ModelChoiceField(
        label=gettext_lazy("store"), queryset=Location.objects.filter(kind=Location.STORE), to_field_name="code",
        required=False,
    )  # fmt: skip
    moment = forms.DateTimeField(label=gettext_lazy("at this moment"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("currency"), choices=CURRENCIES)
