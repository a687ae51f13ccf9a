"""The order's own fields in the API: how they are written, documented, and asked for."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from rest_framework import serializers

from core.money import money_json
from core.web.api.schema import MoneySchema
from orders.rules.order_fields import ORDER_FIELDS, OrderField, OrderFields


class ShownField(NamedTuple):
    """A field in the JSON. group: what it stands in, if anything; write: makes the JSON of its value and currency."""

    group: str
    key: str
    field: OrderField
    write: Callable[[Any, str], Any]


def shown_fields(fields: Sequence[OrderField]) -> tuple[ShownField, ...]:
    """Return the fields that the JSON shows, in order."""
    shown = [(field, field.stored.shown_as.rpartition(".")) for field in fields if field.stored.shown_as]
    return tuple(ShownField(group, key, field, _writer(field)) for field, (group, _dot, key) in shown)


def fields_json(order: OrderFields) -> dict[str, Any]:
    """Return the order's own fields as the contract defines them."""
    shown: dict[str, Any] = {}
    currency = order.currency
    for group, key, field, write in SHOWN:
        target = shown.setdefault(group, {}) if group else shown
        target[key] = write(getattr(order, field.name), currency)
    return shown


def documented(group: str = "") -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return how the document describes the fields of a group, by key."""
    return {shown.key: _described(shown.field) for shown in SHOWN if shown.group == group}


def asked(questions: Sequence[OrderField]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """Return the inputs for the free texts that whoever orders may give."""
    return {
        field.name: serializers.CharField(
            required=False, allow_blank=True, max_length=field.stored.longest, help_text=field.stored.help
        )
        for field in questions
    }


def _writer(field: OrderField) -> Callable[[Any, str], Any]:
    if field.stored.is_money:
        return money_json
    if field.type is datetime:
        return lambda instant, _currency: instant.isoformat()
    if field.type is int:
        # Ids are texts in the API, so that no client counts with them.
        return lambda number, _currency: None if number is None else str(number)
    return lambda value, _currency: value


def _described(field: OrderField) -> serializers.Field[Any, Any, Any, Any]:
    described: dict[str, Any] = {"help_text": field.stored.help} if field.stored.help else {}
    if field.stored.is_money:
        return MoneySchema(**described)
    if field.type is datetime:
        return serializers.DateTimeField(allow_null=field.is_optional, **described)
    return serializers.CharField(allow_null=field.is_optional, **described)


SHOWN = shown_fields(ORDER_FIELDS)
