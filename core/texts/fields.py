"""Model fields that store a text in one spelling, whichever door it came through."""

from typing import TYPE_CHECKING, Any

from django.db import models

from core.texts.form_fields import EmailInput
from core.texts.spelling import plain_email, plain_lines, plain_name, plain_postcode, plain_text

if TYPE_CHECKING:
    _Text = models.CharField[str, str]
    _Email = models.EmailField[str, str]
    _Base = models.CharField[str, str]
else:
    _Text = models.CharField
    _Email = models.EmailField
    _Base = object


class Spelled(_Base):
    """A field whose text is brought into one spelling by forms, by saving, and in look-ups."""

    def spelt(self, text: str) -> str:
        """Return the text as it is stored: what a person would read."""
        return plain_text(text)

    def to_python(self, value: Any) -> Any:
        """Return the value in its one spelling."""
        text = super().to_python(value)
        return self.spelt(text) if isinstance(text, str) else text

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Bring the object's own value into the spelling too, so that it is what the row has."""
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class SpelledField(Spelled, _Text):
    """A code or number in one spelling."""


class PostcodeField(SpelledField):
    """A postcode: plain, in capital letters."""

    def spelt(self, text: str) -> str:
        """Return the postcode as it is stored."""
        return plain_postcode(text)


class PlainEmailField(Spelled, _Email):
    """An e-mail address: in small letters, its domain as the mail system writes it."""

    def spelt(self, text: str) -> str:
        """Return the address as it is stored."""
        return plain_email(text)

    def formfield(self, **kwargs: Any) -> Any:
        """Return a form's field that folds the address before it checks it."""
        return super().formfield(**{"form_class": EmailInput} | kwargs)


class NameField(SpelledField):
    """A person's name, a company or a line of an address: one line, without marks that turn other texts around."""

    def spelt(self, text: str) -> str:
        """Return the name as it was written, in one line."""
        return plain_name(text)


class LinesField(SpelledField):
    """Lines of an address: each is spelt as a name."""

    def spelt(self, text: str) -> str:
        """Return the lines as they were written, without empty ones."""
        return plain_lines(text)
