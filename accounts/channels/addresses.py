"""Postal addresses in the input and output of every app's API."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from accounts.channels.phones import PhoneText
from accounts.rules.addresses import NotAnAddress, normalise_address
from core.texts.spelling import plain_code
from core.web.api.base import StrictSerializer

ADDRESS_EXAMPLE = {
    "name": "Ana Moreno",
    "company": "",
    "street_address": "Torstraße 112",
    "city": "Berlin",
    "city_area": "",
    "country_area": "",
    "postal_code": "10119",
    "country_code": "DE",
    "phone": "+491713920001",
}


class CountryText(serializers.RegexField):
    """A country's two letters, in any spelling."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^[A-Za-z]{2}$", help_text="ISO 3166-1 alpha-2.", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return plain_code(super().to_internal_value(data))


class AddressBody(StrictSerializer):
    """A postal address, validated against the rules of its country."""

    name = serializers.CharField(max_length=200)
    company = serializers.CharField(max_length=200, allow_blank=True, default="")
    street_address = serializers.CharField(max_length=400, help_text="May have several lines.")
    city = serializers.CharField(max_length=200, allow_blank=True, default="")
    city_area = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="District.")
    country_area = serializers.CharField(max_length=200, allow_blank=True, default="", help_text="State or province.")
    postal_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    country_code = CountryText()
    phone = PhoneText(allow_blank=True, default="", help_text="For the carrier; E.164.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Return the address in its country's format."""
        try:
            return attrs | normalise_address(attrs)
        except NotAnAddress as error:
            texts = {"required": _("Required in this country."), "invalid": _("Not valid in this country.")}
            raise serializers.ValidationError(
                {field: [exceptions.ErrorDetail(texts[code], code=code)] for field, code in error.errors.items()}
            ) from error
