"""
Reading what a client sent: strictly, and without asking a form about itself at every request.

REST framework works out anew for each body what every field's class has said long before, which takes longer than all
that a checkout then does with the body. Here it is worked out once, as one small function for each field. They accept
what is plainly right. Whatever else comes, and every kind of field not known here, is left to REST framework: it alone
says what is wrong, and in which words.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.core import validators as django_validators
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, validators
from rest_framework.fields import empty

from core.web.card_numbers import SHORTEST, holds_card_number

GOODS_BY_DIGITS = {"sku", "barcode"}  # May look like the number of a card by chance.

_LEAST = (django_validators.MinLengthValidator, django_validators.MinValueValidator)
_MOST = (django_validators.MaxLengthValidator, django_validators.MaxValueValidator)
# Held by whatever is printable.
_OF_CHARACTERS = (django_validators.ProhibitNullCharactersValidator, validators.ProhibitSurrogateCharactersValidator)

Read = Callable[[Any], Any]
AnyField = serializers.Field[Any, Any, Any, Any]


class NeedsFullParser(Exception):
    """A value is wrong, or it is right in a way that is REST framework's to judge."""


class StrictSerializer(serializers.Serializer[Any]):
    """Checks the form of a request and refuses fields it does not know, so that a misspelt one is not lost."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                name: [exceptions.ErrorDetail(_("Unknown field."), code="unknown_field")]
                for name in data
                if name not in self.fields
            }
            if unknown:
                raise serializers.ValidationError(unknown)
            cards = [name for name, text in data.items() if _holds_card(name, text)]
            if cards:
                words = _("This looks like a card number. Enter card numbers only in the payment provider's fields.")
                raise serializers.ValidationError(
                    {name: [exceptions.ErrorDetail(words, code="card_number")] for name in cards}
                )
        return super().to_internal_value(data)


def checked_values(serializer: type[serializers.Serializer[Any]], given: Any) -> dict[str, Any]:
    """Return values as the serializer reads them. Raises ValidationError naming each wrong field."""
    whole, read = _kept(serializer)
    try:
        return dict(read(given))
    except (NeedsFullParser, serializers.ValidationError, DjangoValidationError):
        pass
    # A new serializer copies every field below it, which costs more than all the checking; one that was made before
    # holds nothing of the requests that it has read.
    try:
        return dict(whole.run_validation(given))
    except serializers.ValidationError:
        serializer(data=given).is_valid(raise_exception=True)
        raise


@cache
def _kept(serializer: type[serializers.Serializer[Any]]) -> tuple[serializers.Serializer[Any], Read]:
    whole = serializer()
    return whole, parser_of(whole)


def parser_of(field: AnyField) -> Read:
    """Return the function that reads what the field would read. It raises NeedsFullParser where the field must."""
    if isinstance(field, StrictSerializer):
        read = _object(field)
    else:
        make = _BY_KIND.get(type(field))
        read = make(field) if make else None
    return read or field.run_validation


def _holds_card(name: str, text: object) -> bool:
    return isinstance(text, str) and name not in GOODS_BY_DIGITS and holds_card_number(text)


def _limits(field: AnyField) -> tuple[float, float] | None:
    """The least and the most that a field's validators let pass; None if one of them asks for anything else."""
    least, most = -math.inf, math.inf
    for validator in field.validators:
        if isinstance(validator, _LEAST):
            least = max(least, validator.limit_value)
        elif isinstance(validator, _MOST):
            most = min(most, validator.limit_value)
        elif not isinstance(validator, _OF_CHARACTERS):
            return None
    return least, most


def _text(field: serializers.CharField) -> Read | None:
    if (limits := _limits(field)) is None:
        return None
    least, most = limits
    trims, may_be_blank = field.trim_whitespace, field.allow_blank

    def read(given: Any) -> str:
        if type(given) is not str:
            raise NeedsFullParser
        text = given.strip() if trims else given
        if not (least <= len(text) <= most and text.isprintable() if text else may_be_blank):
            raise NeedsFullParser
        return text

    return read


def _whole_number(field: serializers.IntegerField) -> Read | None:
    if (limits := _limits(field)) is None:
        return None
    least, most = limits

    def read(given: Any) -> int:
        if type(given) is not int or not least <= given <= most:
            raise NeedsFullParser
        return given

    return read


def _choice(field: serializers.ChoiceField) -> Read | None:
    choices = {text: value for text, value in field.choice_strings_to_values.items() if text}

    def read(given: Any) -> Any:
        if type(given) is not str or given not in choices:
            raise NeedsFullParser
        return choices[given]

    return None if field.validators else read


def _truth(field: serializers.BooleanField) -> Read | None:
    def read(given: Any) -> bool:
        if type(given) is not bool:
            raise NeedsFullParser
        return given

    return None if field.validators else read


def _list(field: Any) -> Read | None:
    """For a list of fields and for one of serializers; the latter keeps its limits beside its validators."""
    if (limits := _limits(field)) is None:
        return None
    least = max(limits[0], field.min_length or 0, 0 if field.allow_empty else 1)
    most = min(limits[1], math.inf if field.max_length is None else field.max_length)
    read_each = parser_of(field.child)

    def read(given: Any) -> list[Any]:
        if type(given) is not list or not least <= len(given) <= most:
            raise NeedsFullParser
        return [read_each(each) for each in given]

    return read


_BY_KIND: dict[type[AnyField], Callable[[Any], Read | None]] = {
    serializers.CharField: _text,
    serializers.IntegerField: _whole_number,
    serializers.ChoiceField: _choice,
    serializers.BooleanField: _truth,
    serializers.ListField: _list,
    serializers.ListSerializer: _list,
}


class _Part(NamedTuple):
    """One field of an object. default: what stands for it if it is left out, or empty for nothing."""

    name: str
    read: Read
    is_required: bool
    default: Any


def _object(serializer: StrictSerializer) -> Read | None:
    fields = serializer.fields
    if serializer.validators or _has_ways_of_its_own(serializer) or not all(map(_is_plain, fields.values())):
        return None
    parts = [_Part(name, parser_of(field), field.required, field.default) for name, field in fields.items()]
    return _reader_of_parts(parts, serializer.validate)


def _reader_of_parts(parts: list[_Part], validate: Read) -> Read:
    names = {part.name for part in parts}

    def read(given: Any) -> Any:
        if type(given) is not dict or not given.keys() <= names:
            raise NeedsFullParser
        found = {}
        for name, read_part, is_required, default in parts:
            if name in given:
                value = given[name]
                if type(value) is str and len(value) >= SHORTEST and _holds_card(name, value):
                    raise NeedsFullParser
                found[name] = read_part(value)
            elif is_required:
                raise NeedsFullParser
            elif default is not empty:
                found[name] = default
        return validate(found)

    return read


def _has_ways_of_its_own(serializer: StrictSerializer) -> bool:
    kind = type(serializer)
    return (
        kind.run_validation is not serializers.Serializer.run_validation
        or kind.to_internal_value is not StrictSerializer.to_internal_value
        or any(hasattr(kind, f"validate_{name}") for name in serializer.fields)
    )


def _is_plain(field: AnyField) -> bool:
    """Whether a field is found under its own name, and what stands for it is always the same value."""
    has_own_default = field.default is empty or not callable(field.default)
    return has_own_default and not field.read_only and field.source == field.field_name
