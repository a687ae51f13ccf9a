"""What products and variants are described by: named values, which every page and list can show."""

from collections.abc import Container, Mapping
from decimal import Decimal
from typing import Any

from core.texts.spelling import plain_name

MOST_ATTRIBUTES, LONGEST_NAME, LONGEST_VALUE = 50, 40, 200
EXAMPLE = '{"colour": {"en": "Blue", "de": "Blau"}, "size": "M", "volume_ml": 300}'

Attributes = dict[str, str | int | float | dict[str, str]]


class NotAttributes(ValueError):
    """The value is not an object of names and texts, numbers or texts in the shop's languages; what: the part."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what[:LONGEST_VALUE]


def stored_attributes(value: Any, *, languages: Container[str]) -> Attributes:
    """
    Return attributes as they are stored: an object of names, each with a text, a number, or texts by language.

    Texts lose what nobody sees. Raises NotAttributes for anything that a page could not show.
    """
    if not isinstance(value, Mapping) or len(value) > MOST_ATTRIBUTES:
        raise NotAttributes(str(value))
    stored: Attributes = {}
    for name, content in value.items():
        known = plain_name(str(name))
        if not 0 < len(known) <= LONGEST_NAME or known in stored:
            raise NotAttributes(str(name))
        stored[known] = _value(known, content, languages)
    return stored


def _value(name: str, content: Any, languages: Container[str]) -> str | int | float | dict[str, str]:
    if isinstance(content, bool) or not isinstance(content, str | int | float | Mapping):
        raise NotAttributes(f"{name}: {content}")
    if isinstance(content, str):
        return _text(name, content)
    if isinstance(content, int | float):
        # JSON has neither infinity nor NaN, and PostgreSQL takes none.
        if not Decimal(content).is_finite() or len(str(content)) > LONGEST_NAME:
            raise NotAttributes(f"{name}: {content}")
        return content
    if not content or not all(language in languages and isinstance(text, str) for language, text in content.items()):
        raise NotAttributes(f"{name}: {dict(content)}")
    return {language: _text(name, text) for language, text in content.items()}


def _text(name: str, text: str) -> str:
    stored = plain_name(text)
    if not 0 < len(stored) <= LONGEST_VALUE:
        raise NotAttributes(f"{name}: {text}")
    return stored
