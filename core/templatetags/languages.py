"""Separators and the direction of the reader's language; every template has these tags without loading them."""

from django import template

from core.texts.languages import active_language, language

register = template.Library()


@register.simple_tag
def direction() -> str:
    """Return the direction of the reader's language, "ltr" or "rtl"."""
    return language(active_language()).direction


@register.simple_tag
def comma() -> str:
    """Return the comma of the reader's language with the space after it."""
    return language(active_language()).comma


@register.simple_tag
def dot() -> str:
    """Return the separator of short facts: a sign that is not a digit in the reader's language."""
    return language(active_language()).dot
