"""Texts in several languages, stored as one JSON object: `{"en": "Mug", "ar": "...", "fa": "..."}`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.texts.languages import active_language, known_language

TranslatedText = dict[str, str]


def in_language(text: Mapping[str, str], language: str | None = None) -> str:
    """Return the text in a language (default: the active one), else in the shop's first, else in any."""
    wanted_language = known_language(language) if language else active_language()
    return text.get(wanted_language) or text.get(settings.LANGUAGE_CODE) or next(iter(text.values()), "")


def check_translated(value: Any) -> None:
    """Refuse a value that is not an object of language codes and texts. Raises ValidationError."""
    languages = dict(settings.LANGUAGES)
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValidationError(_("Give an object of language codes and texts."))
    unknown = set(value) - set(languages)
    if unknown:
        raise ValidationError(_("Unknown language: %(codes)s."), params={"codes": ", ".join(sorted(unknown))})


class TranslatedField(models.JSONField):
    """A text in every language of the shop; a new language needs no migration."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        super().__init__(*args, **kwargs)
        self.validators = [*self.validators, check_translated]
