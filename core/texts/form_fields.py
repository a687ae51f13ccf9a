"""Form fields that take a text in any spelling, and clean it to the one in which it is stored."""

from typing import Any

from django import forms

from core.texts.spelling import plain_code, plain_email


class EmailInput(forms.EmailField):
    """An e-mail address; it is folded before it is checked, as people type it with their own keyboard."""

    def to_python(self, value: Any) -> str:
        """Return the address in its one spelling."""
        return plain_email(super().to_python(value) or "")


class CodeInput(forms.RegexField):
    """A code with a form of its own; the pattern is about capital letters and ASCII digits."""

    def to_python(self, value: Any) -> str:
        """Return the code in its one spelling."""
        return plain_code(super().to_python(value) or "")
