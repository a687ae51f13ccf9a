"""Amounts of money as people type them: with the marks of their language, in the digits of their keyboard."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from babel.core import get_global
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.money import MoneyError, format_minor, parse_money, places_of
from core.texts.languages import active_language
from core.texts.languages import language as language_named
from core.texts.spelling import plain_text

LIKE_THIS = {0: 1290, 2: 1290, 3: 12900, 4: 129000}  # Minor units, by the currency's decimal places.
GROUP = 3  # Digits between two thousands marks.
# No drawer holds more; a barcode that is scanned into the field is longer. Units of the currency, not minor ones.
MOST_CASH, MOST_CASH_OF_SMALL_UNITS = 10**6, 10**10
_DECIMAL_MARKS = {"٫": "."}
_THOUSANDS_MARKS = "'’٬"  # Nobody writes these before decimals.
_COMMAS = {"،": ","}
_MARKED = re.compile(r"[0-9]+(?:[.,][0-9]*)*|[.,][0-9]+")


class AmbiguousAmount(MoneyError):
    """The mark could stand before decimals or between thousands: 1.250 is one and a quarter, or 1250."""


def read_amount(text: str, *, currency: str, language: str) -> int:
    """
    Return a typed amount in minor units: 12.90, 12,90, ١٢٫٩٠, 1.250,00 and 1'250.00 are read.

    Exactly three digits after a single mark are thousands if the currency has no decimals or the mark is the language's
    for thousands, and decimals if the currency has three and the mark is the language's for them. Raises
    AmbiguousAmount for any other, and MoneyError for what is no amount or has too many decimal places.
    """
    written = _Written.of(_without(currency, text))
    if written is None:
        raise MoneyError(f"{text!r} is not an amount.")
    return parse_money(_plain(written, currency, language), currency).amount


def amount_in_field(amount: int, currency: str, language: str) -> str:
    """Return minor units as a field shows them, so that the same language reads the same amount from it."""
    return format_minor(amount, currency).replace(".", _latin_symbols(language)["decimal"])


def clean_amount(text: str, currency: str) -> int:
    """Return what a field of a form holds in minor units, in the reader's language. Raises ValidationError in words."""
    language = active_language()
    example = {"text": text[:40], "example": amount_in_field(LIKE_THIS[places_of(currency)], currency, language)}
    try:
        return read_amount(text, currency=currency, language=language)
    except AmbiguousAmount:
        raise ValidationError(
            _("%(text)s can be read in two ways. Enter it without marks between thousands, like %(example)s."),
            params=example,
        ) from None
    except MoneyError:
        raise ValidationError(_("Enter an amount like %(example)s."), params=example) from None


def most_cash(currency: str) -> int:
    """Return the largest amount of cash that a field takes, in minor units."""
    # CLDR knows where no coins below the unit are used any more: there the unit itself is small.
    _places, _rounding, cash_places, _cash_rounding = get_global("currency_fractions").get(currency, (2, 0, 2, 0))
    units = MOST_CASH if cash_places else MOST_CASH_OF_SMALL_UNITS
    minor: int = units * 10 ** places_of(currency)
    return minor


@dataclass(frozen=True, slots=True)
class _Written:
    """Digits with points and commas, and whether the last mark can only be one before decimals."""

    digits: str
    has_decimal_mark: bool

    @classmethod
    def of(cls, text: str) -> "_Written | None":
        """Read a text without its currency; None if it is not one number."""
        has_decimal_mark = "٫" in text
        for mark, usual in (_DECIMAL_MARKS | _COMMAS).items():
            text = text.replace(mark, usual)
        parts = re.split(f"[{_THOUSANDS_MARKS} ]", plain_text(text))
        # 1 250,50 and 1'250.50 are one number, 12 50 is two.
        if len(parts) > 1 and not all(re.match(rf"[0-9]{{{GROUP}}}(?![0-9])", part) for part in parts[1:]):
            return None
        if len(parts) > 1 and not re.fullmatch(rf"[0-9]{{1,{GROUP}}}", parts[0]):
            return None
        digits = "".join(parts)
        return cls(digits, has_decimal_mark or len(parts) > 1) if _MARKED.fullmatch(digits) else None


def _without(currency: str, text: str) -> str:
    figures = "".join(letter for letter in text if unicodedata.category(letter) != "Sc")
    return re.sub(rf"^\s*{currency}|{currency}\s*$", "", figures, flags=re.IGNORECASE)


def _plain(written: _Written, currency: str, language: str) -> str:
    marks = re.findall(r"[.,]", written.digits)
    if not marks:
        return written.digits
    whole, _mark, rest = written.digits.rpartition(marks[-1])
    if len(set(marks)) == 2 or written.has_decimal_mark:
        return f"{_joined(whole, marks[:-1])}.{rest}"
    if len(marks) > 1 or _is_thousands(whole, rest, marks[0], currency, language):
        return _joined(written.digits, marks)
    return f"{whole or '0'}.{rest or '0'}"


def _is_thousands(whole: str, rest: str, mark: str, currency: str, language: str) -> bool:
    if len(rest) != GROUP or not 0 < len(whole) <= GROUP or whole.startswith("0"):
        return False
    symbols = _latin_symbols(language)
    places = places_of(currency)
    if not places or mark == symbols["group"]:
        return True
    if places == GROUP and mark == symbols["decimal"]:
        return False
    raise AmbiguousAmount(f"{whole}{mark}{rest} could be {whole}{rest}.")


def _latin_symbols(language: str) -> Mapping[str, str]:
    symbols: Mapping[str, str] = language_named(language).locale.number_symbols["latn"]
    return symbols


def _joined(text: str, marks: list[str]) -> str:
    """Return the digits without the marks between thousands. Raises MoneyError if they stand elsewhere."""
    groups = re.split(r"[.,]", text)
    is_grouped = 0 < len(groups[0]) <= GROUP and all(len(group) == GROUP for group in groups[1:])
    if marks and (len(set(marks)) > 1 or not is_grouped):
        raise MoneyError(f"{text!r} is not an amount.")
    return "".join(groups)
