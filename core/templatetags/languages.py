"""What stands between texts on a page, and which way the page reads; every template has these without loading them."""

from django import template

from core.languages import active_language, language

register = template.Library()


@register.simple_tag
def direction() -> str:
    """Return "ltr" or "rtl", as the reader's language is written."""
    return language(active_language()).direction


@register.simple_tag
def comma() -> str:
    """Return the comma of the reader's language, and the space behind it."""
    return language(active_language()).comma


@register.simple_tag
def dot() -> str:
    """Return the sign that parts short facts: one that is no digit in the reader's language."""
    return language(active_language()).dot
