"""How events are worded in a timeline: a text with places for what the entry holds, in the reader's language."""

from collections.abc import Callable
from typing import Any

from django.apps import apps

from core.journal import Entry, Words
from core.texts.formats import money_text, number_text
from core.texts.languages import active_language

Reader = Callable[[Entry], Any]


def worded(text: Any, **values: Reader) -> Words:
    """
    Word an event by one text. text: lazily translated; `%(number)s` stands for the entry's ref.

    values: what the other places stand for. A plural form is chosen by a value that count() reads.
    """
    return lambda entry: str(text % {"number": entry.ref, **{name: read(entry) for name, read in values.items()}})


def ref(entry: Entry) -> str:
    """Read the number or code of the entry's subject."""
    return entry.ref


def count(name: str) -> Reader:
    """Read a figure as it is, to choose a plural form by it."""
    return lambda entry: entry.payload[name]


def number(name: str) -> Reader:
    """Read a figure, with the reader's digits."""
    return lambda entry: number_text(entry.payload[name], active_language())


def money(name: str) -> Reader:
    """Read an amount in minor units of the payload's currency."""
    return lambda entry: money_text(entry.payload[name], entry.payload["currency"], active_language())


def choice(name: str, model: str, field: str | None = None) -> Reader:
    """
    Read a code as the choice of a model's field. field: its name, if it differs.

    The model is named, not imported: events stand below the models.
    """

    def read(entry: Entry) -> Any:
        known: dict[Any, Any] = dict(apps.get_model(model)._meta.get_field(field or name).flatchoices)
        return known.get(entry.payload[name], entry.payload[name])

    return read
