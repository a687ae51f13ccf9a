"""Phone numbers in forms, in any spelling; they are cleaned to E.164."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.rules.phones import NotAPhone, canonical_phone


class PhoneInput(forms.CharField):
    """A phone number with its country code; cleaned to E.164."""

    def __init__(self, *, region: str | None = None, **kwargs: Any) -> None:
        # Of a model's field, whose length is that of what is stored.
        kwargs |= {"max_length": 40, "widget": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the number, empty for none."""
        text = super().clean(value)
        try:
            return canonical_phone(text) if text else ""
        except NotAPhone:
            raise ValidationError(_("Give a phone number with its country code, like +49 171 1234567.")) from None
