"""The forms in which staff edit and preview promotions; they build the JSON of conditions and rewards."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from accounts.models import Customer, SegmentMembership
from carts.admin.inputs import SELLING_CHANNELS, is_given
from carts.admin.kind_forms import (
    condition_fields,
    initial_of,
    reward_choices,
    reward_fields,
    written_amount,
    written_conditions,
    written_reward,
)
from carts.models import Promotion
from core.admin.saving import BaseForm, RowSelect, RowsSelect
from core.currencies import PLACES
from core.money import format_minor
from core.texts.form_fields import CodeInput
from inventory.models import Category, Location, Product, Variant


def _many(model: Any, title: Any, related: Any) -> Any:
    """Return a field to choose many rows, with autocompletion."""
    return forms.ModelMultipleChoiceField(
        label=title, queryset=model.objects.all(), required=False,
        widget=RowsSelect(related, admin.site),
    )  # fmt: skip


class PreviewForm(forms.Form):
    """A hypothetical cart: its lines, its owner, the moment and the place."""

    lines = forms.CharField(
        label=gettext_lazy("in the cart"), widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr"}), max_length=4000,
        help_text=gettext_lazy("One SKU per line, followed by the quantity: MUG-STONE 2"),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        label=gettext_lazy("customer"), queryset=Customer.objects.all(), required=False,
        widget=RowSelect(SegmentMembership._meta.get_field("customer"), admin.site),
    )  # fmt: skip
    moment = forms.DateTimeField(label=gettext_lazy("at this moment"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("channel"), choices=SELLING_CHANNELS, initial="web")
    store = forms.ModelChoiceField(
        label=gettext_lazy("store"), queryset=Location.objects.filter(kind=Location.STORE), to_field_name="code",
        required=False,
    )  # fmt: skip
    codes = forms.CharField(label=gettext_lazy("vouchers"), max_length=200, required=False)
    country = CodeInput(
        r"^[A-Z]{2}$", label=gettext_lazy("sent to this country"), required=False,
        help_text=gettext_lazy("Two letters, like FR; empty for goods that are handed over."),
    )  # fmt: skip
    postcode = forms.CharField(label=gettext_lazy("postcode"), max_length=20, required=False)

    def clean_lines(self) -> dict[str, int]:
        units: dict[str, int] = {}
        for line in self.cleaned_data["lines"].splitlines()[:200]:
            sku, _space, count = line.strip().rpartition(" ")
            if not count.isascii() or not count.isdigit() or not sku:
                sku, count = line.strip(), "1"
            if sku:
                units[sku] = min(9999, max(1, units.get(sku, 0) + int(count[:5])))
        return units


class PromotionForm(BaseForm):
    """
    A promotion as form fields: amounts in major units, percentages as percentages.

    Besides its own it has the fields that the kinds of rewards and conditions declare.
    """

    kind = forms.ChoiceField(label=gettext_lazy("what it gives"), choices=reward_choices)
    categories = _many(Category, gettext_lazy("only these categories"), Product._meta.get_field("category"))
    products = _many(Product, gettext_lazy("only these products"), Variant._meta.get_field("product"))
    price_from = forms.CharField(label=gettext_lazy("only units from this price"), max_length=20, required=False)
    price_to = forms.CharField(label=gettext_lazy("only units up to this price"), max_length=20, required=False)
    without_reduced = forms.BooleanField(label=gettext_lazy("not on goods that are reduced already"), required=False)

    class Meta:
        model = Promotion
        fields: ClassVar = [
            *("name", "currency", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at"),
            *("door_reason", "is_active"),
        ]
        widgets: ClassVar = {"currency": forms.Select(choices=[("", "–"), *((code, code) for code in sorted(PLACES))])}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(reward_fields() | condition_fields())
        if self.instance.pk:
            self.initial.update(_initial_of(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        goods = _goods(self, cleaned)
        reward, conditions = written_reward(self, goods), written_conditions(self, goods)
        if not self.errors:
            self.instance.reward, self.instance.conditions = reward, conditions
        return cleaned

    def _post_clean(self) -> None:
        # The JSON that the model validates is built from valid fields only.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]


def _goods(form: PromotionForm, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    goods = {
        "categories": [category.path for category in cleaned["categories"]],
        "products": [product.pk for product in cleaned["products"]],
        "price_from": written_amount(form, "price_from"),
        "price_to": written_amount(form, "price_to"),
        "without_reduced": cleaned["without_reduced"],
    }
    return {name: value for name, value in goods.items() if is_given(value)}


def _initial_of(promotion: Promotion) -> dict[str, Any]:
    goods: dict[str, Any] = {}
    for part in (promotion.reward, *promotion.conditions):
        goods = part.get("goods", goods)
    return {
        **initial_of(promotion.reward, promotion.conditions, currency=promotion.currency),
        "categories": list(Category.objects.filter(path__in=goods.get("categories", []))),
        "products": goods.get("products", []),
        **{name: format_minor(goods[name], promotion.currency) for name in ("price_from", "price_to") if name in goods},
        "without_reduced": goods.get("without_reduced", False),
    }
