"""
Strict request parsing, precompiled for each serializer class.

For each body, REST framework derives again what the field classes already say, which takes longer than all that a
checkout then does with the body. Here it is derived once, as one small function for each field, which accepts only
values that are certainly valid. Every other value, and every kind of field not known here, is left to REST framework:
it alone words the errors.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from itertools import islice
from typing import Any, NamedTuple

from django.core import validators as django_validators
from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, validators
from rest_framework.fields import empty

from core.texts.card_numbers import holds_card_number, may_hold_card_number

MOST_ERRORS = 100

_LEAST = (django_validators.MinLengthValidator, django_validators.MinValueValidator)
_MOST = (django_validators.MaxLengthValidator, django_validators.MaxValueValidator)
# True of every printable character.
_OF_CHARACTERS = (django_validators.ProhibitNullCharactersValidator, validators.ProhibitSurrogateCharactersValidator)

Read = Callable[[Any], Any]
AnyField = serializers.Field[Any, Any, Any, Any]


class NeedsFullParser(Exception):
    """A value is wrong, or only REST framework can decide whether it is right."""


class StrictSerializer(serializers.Serializer[Any]):
    """Validates a request's form and refuses unknown fields, so that a misspelt one is not silently ignored."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = {
                name: [exceptions.ErrorDetail(_("Unknown field."), code="unknown_field")]
                for name in islice((name for name in data if name not in self.fields), MOST_ERRORS)
            }
            if unknown:
                raise serializers.ValidationError(unknown)
            cards = [
                name
                for name, value in data.items()
                # Objects and lists of them look themselves, and name the field within.
                if not isinstance(self.fields[name], serializers.BaseSerializer) and holds_card(name, value)
            ]
            if cards:
                words = _("This looks like a card number. Enter card numbers only in the payment provider's fields.")
                raise serializers.ValidationError(
                    {name: [exceptions.ErrorDetail(words, code="card_number")] for name in cards}
                )
        return super().to_internal_value(data)


def list_of(item: type[StrictSerializer], *, most: int, **options: Any) -> Any:
    """Return the field for a list of objects in a body; a longer one is refused before its items are read."""
    return item(many=True, max_length=most, **options)  # type: ignore[call-arg]  # The list's own option.


def checked_values(serializer: type[serializers.Serializer[Any]], values: Any) -> dict[str, Any]:
    """Return values as the serializer reads them. Raises ValidationError naming each wrong field."""
    whole, read = _kept(serializer)
    try:
        return dict(read(values))
    except (NeedsFullParser, serializers.ValidationError, DjangoValidationError):
        pass
    # A new serializer copies every field below it, which costs more than all the validation; an existing one holds no
    # state of the requests that it has read.
    try:
        return dict(whole.run_validation(values))
    except serializers.ValidationError:
        serializer(data=values).is_valid(raise_exception=True)
        raise


@cache
def _kept(serializer: type[serializers.Serializer[Any]]) -> tuple[serializers.Serializer[Any], Read]:
    whole = serializer()
    return whole, parser_of(whole)


def parser_of(field: AnyField) -> Read:
    """Return the function that parses the field's values. It raises NeedsFullParser where the field itself must."""
    if isinstance(field, StrictSerializer):
        read = _object(field)
    else:
        make = _BY_KIND.get(type(field))
        read = make(field) if make else None
    return read or field.run_validation


def holds_card(name: str, value: object) -> bool:
    """Return whether a value of a body has a card's number in it, at any depth; a number counts as its digits."""
    # A body may be nested more deeply than functions may call themselves.
    waiting: list[tuple[str, object]] = [(name, value)]
    while waiting:
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += ((str(key), part) for key, part in value.items())
        elif isinstance(value, list | tuple):
            waiting += ((name, part) for part in value)
        elif isinstance(value, str | int) and may_hold_card_number(name) and holds_card_number(str(value)):
            return True
    return False


def _limits(field: AnyField) -> tuple[float, float] | None:
    """Return the smallest and largest value that a field's validators allow; None if one checks anything else."""
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
    """Parse a list of fields or of serializers; the latter stores its limits outside its validators."""
    if (limits := _limits(field)) is None:
        return None
    least = max(limits[0], field.min_length or 0, 0 if field.allow_empty else 1)
    most = min(limits[1], math.inf if field.max_length is None else field.max_length)
    read_item = parser_of(field.child)

    def read(value: Any) -> list[Any]:
        if type(value) is not list or not least <= len(value) <= most:
            raise NeedsFullParser
        return [read_item(item) for item in value]

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
    """
    One field of an object.

    default: its value when it is omitted, or what returns one, or `empty` for none. finds_card: whether a value has a
    card's number in it; None if its own fields look.
    """

    name: str
    read: Read
    is_required: bool
    default: Any
    default_is_made: bool
    finds_card: Callable[[Any], bool] | None


def _object(serializer: StrictSerializer) -> Read | None:
    fields = serializer.fields
    if serializer.validators or _has_ways_of_its_own(serializer) or not all(map(_is_plain, fields.values())):
        return None
    return _reader_of_parts([_part(name, field) for name, field in fields.items()], serializer.validate)


def _part(name: str, field: AnyField) -> _Part:
    default_is_made = callable(field.default) and field.default is not empty
    finds_card: Callable[[Any], bool] | None = None
    if not isinstance(field, serializers.BaseSerializer):
        is_searched = may_hold_card_number(name)

        def finds_card(value: Any) -> bool:
            if type(value) is str:
                return is_searched and holds_card_number(value)
            # A number in a field of texts is left to REST framework, which makes a text of it.
            return type(value) in (list, dict) and holds_card(name, value)

    return _Part(name, parser_of(field), field.required, field.default, default_is_made, finds_card)


def _reader_of_parts(parts: list[_Part], validate: Read) -> Read:
    names = {part.name for part in parts}

    def read(values: Any) -> Any:
        if type(values) is not dict or not values.keys() <= names:
            raise NeedsFullParser
        parsed = {}
        for name, read_part, is_required, default, default_is_made, finds_card in parts:
            if name in values:
                value = values[name]
                if finds_card is not None and finds_card(value):
                    raise NeedsFullParser
                parsed[name] = read_part(value)
            elif is_required:
                raise NeedsFullParser
            elif default is not empty:
                parsed[name] = default() if default_is_made else default
        return validate(parsed)

    return read


def _has_ways_of_its_own(serializer: StrictSerializer) -> bool:
    kind = type(serializer)
    return (
        kind.run_validation is not serializers.Serializer.run_validation
        or kind.to_internal_value is not StrictSerializer.to_internal_value
        or any(hasattr(kind, f"validate_{name}") for name in serializer.fields)
    )


def _is_plain(field: AnyField) -> bool:
    """Return whether a field is read under its own name, and its default needs nothing else of the request."""
    needs_context = getattr(field.default, "requires_context", False)
    return not needs_context and not field.read_only and field.source == field.field_name
