"""E-mail addresses in the input of every app's API."""

from typing import Any

from rest_framework import serializers

from core.texts.spelling import plain_email


class EmailText(serializers.EmailField):
    """An e-mail address in any spelling; it is checked, stored and returned in its one form."""

    def to_internal_value(self, data: Any) -> str:
        return plain_email(super().to_internal_value(data))
