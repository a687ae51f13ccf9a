"""The form in which staff write an offer; it puts the small values of the offer together."""

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
DOORS = [choice for choice in CHANNELS if choice[0] != "system"]


class Written(forms.JSONField):
    """JSON as staff write it, and an empty field where there is none."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


def _many(model: Any, title: Any, related: Any) -> Any:
    """A choice of many rows, looked up while typing."""
    return forms.ModelMultipleChoiceField(
        label=title, queryset=model.objects.all(), required=False,
        widget=AutocompleteSelectMultiple(related, admin.site),
    )  # fmt: skip


class PreviewForm(forms.Form):
    """An imagined cart: what lies in it, whose it is, when and where."""

    lines = forms.CharField(
        label=gettext_lazy("in the cart"), widget=forms.Textarea(attrs={"rows": 5, "dir": "ltr"}), max_length=4000,
        help_text=gettext_lazy("One SKU per line, followed by the quantity: MUG-STONE 2"),
    )  # fmt: skip
    customer = forms.ModelChoiceField(
        label=gettext_lazy("customer"), queryset=Customer.objects.all(), required=False,
        widget=AutocompleteSelect(SegmentMembership._meta.get_field("customer"), admin.site),
    )  # fmt: skip
    moment = forms.DateTimeField(label=gettext_lazy("at this moment"), required=False)
    channel = forms.ChoiceField(label=gettext_lazy("channel"), choices=DOORS, initial="web")
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
    """An offer in words and figures: amounts as people speak them, percentages as percentages."""

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
    channels = forms.MultipleChoiceField(label=gettext_lazy("only on these channels"), choices=DOORS, required=False)
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
        goods = self._goods(cleaned)
        if not self.errors:
            self.instance.benefit = self._benefit(cleaned, goods)
            self.instance.conditions = self._conditions(cleaned, goods)
        return cleaned

    def _post_clean(self) -> None:
        # The offer is put together from fields that are right, and only then has something to be looked at.
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]

    def _goods(self, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        goods = {
            "categories": [category.path for category in cleaned["categories"]],
            "products": [product.pk for product in cleaned["products"]],
        }
        return {name: values for name, values in goods.items() if values}

    def _benefit(self, cleaned: Mapping[str, Any], goods: dict[str, Any]) -> dict[str, Any]:
        kind = cleaned["kind"]
        found: dict[str, Any] = {"kind": kind}
        if kind == "percent":
            found |= {"basis_points": int(cleaned["percent"] * 100), "on_whole": cleaned["on_whole"]}
        elif kind == "buy_and_get":
            off = 100 if cleaned["percent"] is None else cleaned["percent"]
            found |= {"buy": cleaned["buy"], "get": cleaned["get"], "basis_points": int(off * 100)}
        elif kind == "cheapest_free":
            found["at_least"] = cleaned["at_least"]
        if "amount" in NEEDS[kind]:
            found["amount"] = self._minor("amount", cleaned)
        if kind == "amount":
            found["is_each"] = cleaned["is_each"]
        if kind == "bundle":
            found["parts"] = cleaned["parts"]
        elif goods and kind != "free_shipping":
            found["goods"] = goods
        return found

    def _conditions(self, cleaned: Mapping[str, Any], goods: dict[str, Any]) -> list[dict[str, Any]]:
        of_these = {"goods": goods} if goods else {}
        found: list[dict[str, Any]] = []
        if cleaned["minimum_value"]:
            found.append({"kind": "minimum_value", "amount": self._minor("minimum_value", cleaned), **of_these})
        if cleaned["minimum_quantity"]:
            found.append({"kind": "minimum_quantity", "quantity": cleaned["minimum_quantity"], **of_these})
        if cleaned["first_purchase"]:
            found.append({"kind": "first_purchase"})
        if cleaned["segments"]:
            found.append({"kind": "segment", "segments": [segment.code for segment in cleaned["segments"]]})
        if cleaned["channels"]:
            found.append({"kind": "channel", "channels": cleaned["channels"]})
        if cleaned["stores"]:
            found.append({"kind": "store", "stores": [store.code for store in cleaned["stores"]]})
        return found

    def _minor(self, name: str, cleaned: Mapping[str, Any]) -> int:
        try:
            return parse_money(cleaned[name].strip(), cleaned["currency"]).amount
        except MoneyError:
            self.add_error(name, ValidationError(_("Give an amount of the offer's currency, like 5.00.")))
            return 1


def _written(promotion: Promotion) -> dict[str, Any]:
    """Return what the fields say of an offer that is there."""
    benefit, found = dict(promotion.benefit), {}
    parse_benefit(benefit)
    found["kind"] = benefit["kind"]
    for name in ("on_whole", "is_each", "buy", "get", "at_least", "parts"):
        found[name] = benefit.get(name)
    if "basis_points" in benefit:
        found["percent"] = f"{benefit['basis_points'] / 100:g}"
    if "amount" in benefit:
        found["amount"] = format_minor(benefit["amount"], promotion.currency)
    goods = benefit.get("goods", {})
    for condition in promotion.conditions:
        goods = condition.get("goods", goods)
        if condition["kind"] == "minimum_value":
            found["minimum_value"] = format_minor(condition["amount"], promotion.currency)
        elif condition["kind"] == "minimum_quantity":
            found["minimum_quantity"] = condition["quantity"]
        elif condition["kind"] == "first_purchase":
            found["first_purchase"] = True
        else:
            name = f"{condition['kind']}s"
            found[name] = condition[name]
    found["categories"] = list(Category.objects.filter(path__in=goods.get("categories", [])))
    found["products"] = goods.get("products", [])
    return found
