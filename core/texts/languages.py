"""The shop's languages. The settings list their codes; everything else comes from CLDR."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language

RIGHT_TO_LEFT = "rtl"
CODES_REMEMBERED = 256
# The zero of each set of digits in Unicode; languages with other sets are written in Latin digits.
_ZEROS = {"arab": "\u0660", "arabext": "\u06f0"}
_MARK = "\u200e"
_LISTS = ("unit-short", "standard")
_COMMA = re.compile(r"\{0\}[^,،、{]*([,،、])")


@dataclass(frozen=True, slots=True)
class Language:
    """
    How one language is written.

    direction: "ltr" or "rtl", as HTML says it. comma: the separator of listed items, with the space after it. dot: the
    separator of short facts. zero: the first of its ten digits. percent: the pattern of a percentage.
    """

    code: str
    locale: Locale
    direction: str
    comma: str
    dot: str
    zero: str
    percent: str
    percent_sign: str

    @property
    def is_rtl(self) -> bool:
        return self.direction == RIGHT_TO_LEFT


def named(*codes: str) -> list[tuple[str, str]]:
    """Return languages for Django's setting LANGUAGES: each with its name in that language."""
    return [(code, _capitalised(_locale(code).display_name or code)) for code in codes]


def language_choices() -> list[tuple[str, str]]:
    """Return the choices of a field that holds a language. Called each time, so a new language needs no migration."""
    return list(settings.LANGUAGES)


@cache
def language(code: str) -> Language:
    """Return how a language is written."""
    locale = _locale(code)
    digits = locale.default_numbering_system
    symbols = locale.number_symbols
    return Language(
        code=code,
        locale=locale,
        direction=locale.text_direction,
        comma=_comma(locale),
        # The usual dot looks like the zero of the Arabic-Indic digits: 8 · 20 would read as one number.
        dot="|" if digits in _ZEROS else "·",
        zero=_ZEROS.get(digits, "0"),
        percent=locale.percent_formats[None].pattern.replace("#,##0", "#,##0.#####"),
        percent_sign=symbols.get(digits, symbols["latn"])["percentSign"].strip(_MARK),
    )


def active_language() -> str:
    """Return the code of the reader's language: one of the shop's."""
    return known_language(get_language() or "")


@lru_cache(CODES_REMEMBERED)
def known_language(code: str) -> str:
    """Return the shop's language for a code with or without a region, or the shop's first language."""
    # Every text of a cart asks this, and Django looks up a setting in Python.
    known = [name for name, _title in settings.LANGUAGES]
    return next((name for name in (code, code.partition("-")[0]) if name in known), default_language())


def default_language() -> str:
    """Return the language for people who chose none."""
    return settings.LANGUAGE_CODE


def _locale(code: str) -> Locale:
    # Django writes pt-br, Babel expects pt_BR.
    return Locale.parse(code, sep="-")


def _comma(locale: Locale) -> str:
    for kind in _LISTS:
        patterns = locale.list_patterns.get(kind)
        match = _COMMA.match(patterns.get("middle", "")) if patterns else None
        if match:
            return f"{match[1]} "
    return ", "


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
