"""The shop's languages. Each is one word in the settings; what else is to be known of it comes from CLDR."""

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale
from django.conf import settings
from django.utils.translation import get_language

RIGHT_TO_LEFT = "rtl"
# Where each set of digits begins in Unicode; sets that CLDR knows and this table does not are written in Latin digits.
_ZEROS = {"arab": "\u0660", "arabext": "\u06f0"}
_MARK = "\u200e"
_LISTS = ("unit-short", "standard")
_COMMA = re.compile(r"\{0\}[^,،、{]*([,،、])")


@dataclass(frozen=True, slots=True)
class Language:
    """
    How one language is written.

    direction: "ltr" or "rtl", as HTML says it. comma: what stands between things in a row, with the space behind it.
    dot: the sign between short facts. zero: the first of its ten digits. percent: the pattern of a share.
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
    """Return languages as Django's setting LANGUAGES wants them: each with its name in itself."""
    return [(code, _capitalised(_locale(code).display_name or code)) for code in codes]


def language_choices() -> list[tuple[str, str]]:
    """Return what a field offers that holds a language. Called anew each time: a language needs no migration."""
    return list(settings.LANGUAGES)


@cache
def language(code: str) -> Language:
    """Return what is to be known of a language."""
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
        percent=locale.percent_formats[None].pattern.replace("#,##0", "#,##0.##"),
        percent_sign=symbols.get(digits, symbols["latn"])["percentSign"].strip(_MARK),
    )


def active_language() -> str:
    """Return the code of the reader's language: one of the shop's."""
    return known_language(get_language() or "")


def known_language(code: str) -> str:
    """Return the shop's language that a code names, with its region or without, or else the shop's first."""
    known = dict(settings.LANGUAGES)
    return next((name for name in (code, code.split("-")[0]) if name in known), default_language())


def default_language() -> str:
    """Return the language of people who chose none."""
    return settings.LANGUAGE_CODE


def _locale(code: str) -> Locale:
    # Django writes pt-br, Babel expects pt_BR.
    return Locale.parse(code, sep="-")


def _comma(locale: Locale) -> str:
    for kind in _LISTS:
        patterns = locale.list_patterns.get(kind)
        found = _COMMA.match(patterns.get("middle", "")) if patterns else None
        if found:
            return f"{found[1]} "
    return ", "


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]
