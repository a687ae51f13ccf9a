"""The till's forms and fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models.form_fields import PhoneInput
from accounts.rules.addresses import NotAnAddress, normalise_address
from core.texts.amounts import clean_amount, most_cash
from core.texts.form_fields import CodeInput, EmailInput
from core.texts.formats import listed_text
from core.texts.languages import active_language
from core.texts.translated import in_language
from inventory.queries.products import shown_attributes


def label_of(line: Mapping[str, Any]) -> str:
    """Return the name of goods in the clerk's language, with what tells them apart; the name as sold without one."""
    name = in_language(line["product"]) if line.get("product") else line["name"]
    return listed_text([name, *shown_attributes(line.get("attributes") or {}).values()], active_language())


class CashField(forms.CharField):
    """An amount of the shop's currency as people write it (core.money.read_amount); cleaned to minor units."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "size": "10"}
        super().__init__(max_length=20, widget=forms.TextInput(attrs=attrs), **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        currency = settings.SHOP_CURRENCY
        amount = clean_amount(text, currency)
        if amount > most_cash(currency):
            raise ValidationError(_("No drawer holds so much cash. Count again."))
        return amount


class RegisterForm(forms.Form):
    """Opening a register with its counted float."""

    register = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 _.-]*$",
        max_length=40,
        label=gettext_lazy("Register"),
        help_text=gettext_lazy("As written on it, in Latin letters and digits."),
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    opening_float = CashField(label=gettext_lazy("Cash in the drawer"), help_text=gettext_lazy("Count it first."))


class CountForm(forms.Form):
    """Closing a register with its counted cash."""

    counted = CashField(label=gettext_lazy("Cash counted"), help_text=gettext_lazy("All the cash in the drawer."))


class ContactForm(forms.Form):
    """A contact at the till."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    phone = PhoneInput(label=gettext_lazy("Phone"), required=False)
    email = EmailInput(label=gettext_lazy("E-mail"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("email") and not cleaned.get("phone"):
            raise ValidationError(_("Give an e-mail address or a phone number."))
        return cleaned


class AddressForm(forms.Form):
    """A shipping address, validated against its country's rules."""

    prefix = "address"
    ADDRESS = ("name", "street_address", "postal_code", "city", "country_area", "country_code")

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    street_address = forms.CharField(label=gettext_lazy("Street and number"), max_length=400)
    postal_code = forms.CharField(label=gettext_lazy("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=gettext_lazy("City"), max_length=200, required=False)
    country_area = forms.CharField(label=gettext_lazy("State or province"), max_length=200, required=False)
    country_code = CodeInput(
        r"^[A-Z]{2}$",
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("Two letters, like DE."),
        widget=forms.TextInput(attrs={"dir": "ltr", "size": "2", "maxlength": "2"}),
    )
    keeps = forms.BooleanField(label=gettext_lazy("Save this address for next time"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        words = {"required": _("Required in this country."), "invalid": _("Not valid in this country.")}
        try:
            return cleaned | normalise_address({name: cleaned.get(name, "") for name in self.ADDRESS})
        except NotAnAddress as error:
            for field, code in error.errors.items():
                self.add_error(field if field in self.fields else None, words[code])
        return cleaned

    def address(self) -> dict[str, str]:
        """Return the address as an order stores it."""
        blank = {"company": "", "city_area": "", "phone": ""}
        return blank | {name: self.cleaned_data.get(name, "") for name in self.ADDRESS}


class ReceiptForm(forms.Form):
    """The recipient of a receipt."""

    medium = forms.ChoiceField(
        label=gettext_lazy("Send by"), choices=[("email", gettext_lazy("E-mail")), ("sms", gettext_lazy("SMS"))]
    )
    address = forms.CharField(
        label=gettext_lazy("Where to"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Empty: as in the order."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        recipient = cleaned.get("address", "")
        if recipient and not self.errors:
            field = EmailInput() if cleaned["medium"] == "email" else PhoneInput()
            try:
                cleaned["address"] = field.clean(recipient)
            except ValidationError as error:
                self.add_error("address", error)
        return cleaned
