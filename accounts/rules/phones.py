"""Phone numbers in any spelling, and the one form in which they are stored."""

import phonenumbers

from core.texts.spelling import plain_text

_DIALLED_ABROAD = "00"


class NotAPhone(ValueError):
    """Not a phone number that can be dialled."""


def dialled_alike(text: str, *, region: str | None = None) -> str:
    """Return a number as E.164 if it can be dialled, else as it is. region: as for canonical_phone."""
    try:
        return canonical_phone(text, region=region)
    except NotAPhone:
        return text


def canonical_phone(text: str, *, region: str | None = None) -> str:
    """
    Return a phone number as E.164.

    text: in digits of any script, with or without marks; 00 before the country code counts as +. region: the country
    (ISO 3166) of numbers without a country code. Raises NotAPhone, also for numbers that no network assigns.
    """
    written = plain_text(text)
    if written.startswith(_DIALLED_ABROAD):
        written = f"+{written[2:]}"
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException as error:
        raise NotAPhone(text) from error
    if not phonenumbers.is_valid_number(number):
        raise NotAPhone(text)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
