"""Phone numbers in the input of every app's API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.rules.phones import NotAPhone, canonical_phone


class PhoneText(serializers.CharField):
    """A phone number with its country code, in any spelling; it is stored and returned as E.164."""

    default_error_messages = {"invalid_phone": _("Give a phone number with its country code, like +49 171 1234567.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if not text:
            return ""
        try:
            return canonical_phone(text)
        except NotAPhone:
            self.fail("invalid_phone")
