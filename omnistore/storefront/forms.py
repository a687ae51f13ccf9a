"""The forms of the checkout and the address book."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions

from accounts.channels.addresses import AddressBody
from accounts.models.form_fields import PhoneInput
from core.texts.form_fields import EmailInput
from core.texts.languages import language as language_named
from core.web.api.base import checked_values
from omnistore.storefront.payment_pages import MeansForm
from orders.channels.tender_split import BalanceForm
from orders.queries.cards import SavedCardView
from orders.rules.checkout import PAY_IN_STORE, PICKUP, SHIP
from orders.rules.order_fields import QUESTIONS, OrderField

NEW_ADDRESS = "new"
AT_ONCE = "at_once"
ADDRESS_FIELDS = ("name", "street_address", "postal_code", "city", "country_area", "country_code")


def checked_address(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an address in its country's format. Raises ValidationError with the error of each field."""
    address = {name: values.get(name) or "" for name in ADDRESS_FIELDS}
    # The country's rules check the other fields even while these are blank, so that all errors appear at once.
    wrong = {name: [_("Please fill this in.")] for name in ("name", "street_address") if not address[name].strip()}
    try:
        checked = checked_values(AddressBody, address | dict.fromkeys(wrong, "–"))
    except exceptions.ValidationError as error:
        assert isinstance(error.detail, dict)
        for name, details in error.detail.items():
            blank = [_("Please fill this in.")] if not values.get(name) else [str(detail) for detail in details]
            wrong[name if name in ADDRESS_FIELDS else "street_address"] = blank
    if wrong:
        raise forms.ValidationError(wrong)
    return checked


class AddressForm(forms.Form):
    """An address in the visitor's address book."""

    name = forms.CharField(required=False, max_length=200)
    street_address = forms.CharField(required=False, max_length=400)
    postal_code = forms.CharField(required=False, max_length=20)
    city = forms.CharField(required=False, max_length=200)
    country_area = forms.CharField(required=False, max_length=200)
    country_code = forms.CharField(required=False, max_length=2)
    is_default = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Validate it against its country's rules."""
        return checked_address(self.cleaned_data) | {"is_default": self.cleaned_data["is_default"]}


class CheckoutForm(MeansForm):
    """
    The whole checkout. Its required fields depend on the fulfilment: a store, an address, or neither.

    expected_ship and expected_pickup: the totals that the visitor saw for each, in minor units. asks_method: the page
    showed delivery methods to choose from.
    """

    key = forms.RegexField(r"^[0-9a-f-]{20,64}$")
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    expected_ship = forms.IntegerField(min_value=0, max_value=10**15)
    expected_pickup = forms.IntegerField(min_value=0, max_value=10**15)
    kind = forms.ChoiceField(choices=[(PICKUP, ""), (SHIP, ""), (AT_ONCE, "")])
    store = forms.CharField(max_length=40, required=False)
    method = forms.CharField(max_length=40, required=False)
    asks_method = forms.BooleanField(required=False)
    address = forms.CharField(max_length=20, required=False)
    email = EmailInput(label=gettext_lazy("E-mail"), required=False, max_length=254)
    phone = PhoneInput(label=gettext_lazy("Phone"), required=False)
    name = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    street_address = forms.CharField(label=gettext_lazy("Street and number"), required=False, max_length=400)
    postal_code = forms.CharField(label=gettext_lazy("Postcode"), required=False, max_length=20)
    city = forms.CharField(label=gettext_lazy("City"), required=False, max_length=200)
    country_area = forms.CharField(label=gettext_lazy("State or province"), required=False, max_length=200)
    country_code = forms.CharField(label=gettext_lazy("Country"), required=False, max_length=2)
    keep_address = forms.BooleanField(required=False)

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        is_guest: bool,
        saved: Sequence[Mapping[str, Any]],
        cards: Sequence[SavedCardView],
        balances: BalanceForm,
    ) -> None:
        super().__init__(data, cards=cards, others=[PAY_IN_STORE])
        self.fields |= question_fields(QUESTIONS)
        self.is_guest = is_guest
        self.balances = balances
        self.saved = {str(row["id"]): row for row in saved}

    def clean(self) -> dict[str, Any]:
        """Validate fields that depend on each other."""
        values = self.cleaned_data
        if self.is_guest and not values.get("email") and not {"email", "phone"} & self.errors.keys():
            self.add_error("email", _("Enter your e-mail address so that we can send you updates."))
        if values.get("kind") == PICKUP and not values.get("store"):
            self.add_error("store", _("Choose a store for pickup."))
        if values.get("kind") == SHIP:
            values["ship_to"] = self._address(values)
            if values["asks_method"] and not values.get("method"):
                self.add_error("method", _("Choose how it is sent."))
        self._check_payment(values)
        return values

    def _check_payment(self, values: dict[str, Any]) -> None:
        if not self.balances.is_valid():
            self.add_error(None, list(self.balances.errors.get("gift_cards", [])))
            return
        total = values.get("expected_pickup" if values.get("kind") == PICKUP else "expected_ship") or 0
        values["rest"] = self.balances.split(total).rest
        if not values["rest"]:
            return
        ways = [*self.ways, *([PAY_IN_STORE] if values.get("kind") == PICKUP else [])]
        self.check_token(values)
        if values.get("pay") not in ways and "pay" not in self.errors:
            self.add_error("pay", _("Choose how to pay. Only pickup orders can be paid in the store."))

    def _address(self, values: Mapping[str, Any]) -> dict[str, Any]:
        chosen = self.saved.get(values.get("address", ""))
        if chosen is not None:
            return {name: chosen[name] for name in (*ADDRESS_FIELDS, "company", "city_area", "phone")}
        try:
            return checked_address(values)
        except forms.ValidationError as error:
            self.add_error(None, error)
            return {}


def question_fields(questions: Sequence[OrderField]) -> dict[str, forms.CharField]:
    """Return the form's fields for the free texts that an order asks for, by name."""
    return {
        question.name: forms.CharField(
            label=_(question.stored.question), required=False, max_length=question.stored.longest
        )
        for question in questions
    }


def country_options(language: str, chosen: str, *, among: frozenset[str] | None = None) -> str:
    """Return countries as the options of a field; chosen: the code of the selected one; among: only these."""
    options = _country_options(language, among)
    if chosen in _countries(language):
        options = options.replace(f'<option value="{chosen}">', f'<option value="{chosen}" selected>')
    return mark_safe(options)  # noqa: S308


@lru_cache(maxsize=8)
def _country_options(language: str, among: frozenset[str] | None) -> str:
    # Rendered once: 250 options cost more than the rest of the page.
    named = sorted(_countries(language).items(), key=lambda country: country[1])
    return format_html_join(
        "", '<option value="{}">{}</option>', [(code, name) for code, name in named if among is None or code in among]
    )


@lru_cache(maxsize=8)
def _countries(language: str) -> dict[str, str]:
    territories = language_named(language).locale.territories
    # CLDR codes that are not countries: outlying groups, pseudo-locales, and the unknown one.
    nowhere = {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"}
    return {
        code: name for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in nowhere
    }
