"""The forms in which staff edit and preview promotions; they build the JSON of conditions and benefits."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Customer, Segment, SegmentMembership
from carts.models import Promotion
from carts.rules.benefits import parse_benefit
from core.currencies import PLACES
from core.models import CHANNELS
from core.money import MoneyError, format_minor, parse_money
from inventory.models import Category, Location, Product, Variant

KINDS = [
    ("percent", gettext_lazy("A percentage off")),
    ("amount", gettext_lazy("An amount off")),
    ("fixed_price", gettext_lazy("A fixed price each")),
    ("buy_and_get", gettext_lazy("Buy X, get Y")),
    ("cheapest_free", gettext_lazy("The cheapest is free")),
    ("bundle", gettext_lazy("Together for one price")),
    ("free_shipping", gettext_lazy("Free shipping")),
]
NEEDS = {
    "percent": ("percent",),
    "amount": ("amount",),
    "fixed_price": ("amount",),
    "buy_and_get": ("buy", "get"),
    "cheapest_free": ("at_least",),
    "bundle": ("amount", "parts"),
    "free_shipping": (),
}
SELLING_CHANNELS = [choice for choice in CHANNELS if choice[0] != "system"]


class Written(forms.JSONField):
    """A JSON field that is shown empty if it has no value."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


def _many(model: Any, title: Any, related: Any) -> Any:
    """Return a field to choose many rows, with autocompletion."""
    return forms.ModelMultipleChoiceField(
        label=title, queryset=model.objects.all(), required=False,
        widget=AutocompleteSelectMultiple(related, admin.site),
    )  # fmt: skip


class PreviewForm(forms.Form):
    """A hypothetical cart: its lines, its owner, the moment and the place."""

    lines = forms.CharField(
        label=gettext_lazy("in the cart"), widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr"}), max_length=4000,
        help_text=gettext_lazy("One SKU per line, followed by the quantity: MUG-STONE 2"),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        label=gettext_lazy("customer"), queryset=Customer.objects.all(), required=False,
        widget=AutocompleteSelect(SegmentMembership._meta.get_field("customer"), admin.site),
    )  # fmt: skip
    moment = forms.DateTimeField(label=gettext_lazy("at this moment"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("channel"), choices=SELLING_CHANNELS, initial="web")
    store = forms.ModelChoiceField(
        label=gettext_lazy("store"), queryset=Location.objects.filter(kind=Location.STORE), to_field_name="code",
        required=False,
    )  # fmt: skip
    codes = forms.CharField(label=gettext_lazy("vouchers"), max_length=200, required=False)
    country = forms.RegexField(
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


class PromotionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A promotion as form fields: amounts in major units, percentages as percentages."""

    kind = forms.ChoiceField(label=gettext_lazy("what it gives"), choices=KINDS)
    percent = forms.DecimalField(
        label=gettext_lazy("percent"), min_value=0, max_value=100, decimal_places=2, required=False,
        help_text=gettext_lazy("For “Buy X, get Y”: the discount on the units that shoppers get; empty for free."),
    )  # fmt: skip
    amount = forms.CharField(label=gettext_lazy("amount"), max_length=20, required=False)
    on_whole = forms.BooleanField(label=gettext_lazy("off the cart, not off each line"), required=False)
    is_each = forms.BooleanField(label=gettext_lazy("off each unit"), required=False)
    buy = forms.IntegerField(label=gettext_lazy("units bought"), min_value=1, required=False)
    get = forms.IntegerField(label=gettext_lazy("units received"), min_value=1, required=False)
    at_least = forms.IntegerField(label=gettext_lazy("units at least"), min_value=1, required=False)
    parts = Written(
        label=gettext_lazy("parts of the bundle"), required=False,
        help_text='[{"quantity": 1, "goods": {"categories": ["kitchen/cups"]}}, ...]',
    )  # fmt: skip
    categories = _many(Category, gettext_lazy("only these categories"), Product._meta.get_field("category"))
    products = _many(Product, gettext_lazy("only these products"), Variant._meta.get_field("product"))
    minimum_value = forms.CharField(label=gettext_lazy("from a value of these goods"), max_length=20, required=False)
    minimum_quantity = forms.IntegerField(
        label=gettext_lazy("from so many of these units"), min_value=1, required=False
    )
    first_purchase = forms.BooleanField(label=gettext_lazy("for the first purchase"), required=False)
    segments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("for these segments"), queryset=Segment.objects.all(), to_field_name="code", required=False
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("only on these channels"), choices=SELLING_CHANNELS, required=False
    )
    stores = forms.ModelMultipleChoiceField(
        label=gettext_lazy("only in these stores"),
        queryset=Location.objects.filter(kind=Location.STORE), to_field_name="code", required=False,
    )  # fmt: skip

    class Meta:
        model = Promotion
        fields: ClassVar = [
            *("name", "currency", "priority", "is_exclusive", "needs_voucher", "starts_at", "ends_at"),
            *("door_reason", "is_active"),
        ]
        widgets: ClassVar = {"currency": forms.Select(choices=[("", "–"), *((code, code) for code in sorted(PLACES))])}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update(_written(self.instance))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        for name in NEEDS[cleaned["kind"]]:
            if cleaned.get(name) in (None, "", []):
                self.add_error(name, _("This is needed here."))
        goods_filter = self._goods(cleaned)
        if not self.errors:
            self.instance.benefit = self._benefit(cleaned, goods_filter)
            self.instance.conditions = self._conditions(cleaned, goods_filter)
        return cleaned

    def _post_clean(self) -> None:
        # The JSON that the model validates is built from valid fields only.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]

    def _goods(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        goods_filter = {
            "categories": [category.path for category in cleaned["categories"]],
            "products": [product.pk for product in cleaned["products"]],
        }
        return {name: values for name, values in goods_filter.items() if values}

    def _benefit(self, cleaned: Mapping[str, Any], goods_filter: dict[str, Any]) -> dict[str, Any]:
        kind = cleaned["kind"]
        benefit: dict[str, Any] = {"kind": kind}
        if kind == "percent":
            benefit |= {"basis_points": int(cleaned["percent"] * 100), "on_whole": cleaned["on_whole"]}
        elif kind == "buy_and_get":
            off = 100 if cleaned["percent"] is None else cleaned["percent"]
            benefit |= {"buy": cleaned["buy"], "get": cleaned["get"], "basis_points": int(off * 100)}
        elif kind == "cheapest_free":
            benefit["at_least"] = cleaned["at_least"]
        if "amount" in NEEDS[kind]:
            benefit["amount"] = self._minor("amount", cleaned)
        if kind == "amount":
            benefit["is_each"] = cleaned["is_each"]
        if kind == "bundle":
            benefit["parts"] = cleaned["parts"]
        elif goods_filter and kind != "free_shipping":
            benefit["goods"] = goods_filter
        return benefit

    def _conditions(self, cleaned: Mapping[str, Any], goods_filter: dict[str, Any]) -> list[dict[str, Any]]:
        with_goods = {"goods": goods_filter} if goods_filter else {}
        conditions: list[dict[str, Any]] = []
        if cleaned["minimum_value"]:
            conditions.append({"kind": "minimum_value", "amount": self._minor("minimum_value", cleaned), **with_goods})
        if cleaned["minimum_quantity"]:
            conditions.append({"kind": "minimum_quantity", "quantity": cleaned["minimum_quantity"], **with_goods})
        if cleaned["first_purchase"]:
            conditions.append({"kind": "first_purchase"})
        if cleaned["segments"]:
            conditions.append({"kind": "segment", "segments": [segment.code for segment in cleaned["segments"]]})
        if cleaned["channels"]:
            conditions.append({"kind": "channel", "channels": cleaned["channels"]})
        if cleaned["stores"]:
            conditions.append({"kind": "store", "stores": [store.code for store in cleaned["stores"]]})
        return conditions

    def _minor(self, name: str, cleaned: Mapping[str, Any]) -> int:
        try:
            return parse_money(cleaned[name].strip(), cleaned["currency"]).amount
        except MoneyError:
            self.add_error(name, ValidationError(_("Give an amount of the offer's currency, like 5.00.")))
            return 1


def _written(promotion: Promotion) -> dict[str, Any]:
    """Return the initial values of the fields for an existing promotion."""
    benefit, initial = dict(promotion.benefit), {}
    parse_benefit(benefit)
    initial["kind"] = benefit["kind"]
    for name in ("on_whole", "is_each", "buy", "get", "at_least", "parts"):
        initial[name] = benefit.get(name)
    if "basis_points" in benefit:
        initial["percent"] = f"{benefit['basis_points'] / 100:g}"
    if "amount" in benefit:
        initial["amount"] = format_minor(benefit["amount"], promotion.currency)
    goods_filter = benefit.get("goods", {})
    for condition in promotion.conditions:
        goods_filter = condition.get("goods", goods_filter)
        if condition["kind"] == "minimum_value":
            initial["minimum_value"] = format_minor(condition["amount"], promotion.currency)
        elif condition["kind"] == "minimum_quantity":
            initial["minimum_quantity"] = condition["quantity"]
        elif condition["kind"] == "first_purchase":
            initial["first_purchase"] = True
        else:
            name = f"{condition['kind']}s"
            initial[name] = condition[name]
    initial["categories"] = list(Category.objects.filter(path__in=goods_filter.get("categories", [])))
    initial["products"] = goods_filter.get("products", [])
    return initial
