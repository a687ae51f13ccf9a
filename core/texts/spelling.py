"""
One spelling for what people, scanners and other systems write in many ways.

Keyboards write digits of several scripts, phones put invisible marks around numbers, word processors make dashes and
spaces of their own. What is stored or compared is brought into one form here, and nowhere else.
"""

import re
import unicodedata

import idna

# Joiners shape Persian words and emoji and belong to a name; in a code they are as invisible as every other mark.
ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER = "\u200c", "\u200d"
_JOINERS = {ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER}
_MINUS, _DASHES = "\u2212", {"Pd"}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co"}
# Unicode's own categories count these as letters or marks, although they show nothing.
_BLANK_LETTERS = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
# Letters of Western and Central Europe, none of which is invisible or has another form.
_EUROPEAN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u024f]*")
_VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def in_ascii_digits(text: str) -> str:
    """Return a text with the digits of every script as 0 to 9; nothing else changes, not even its length."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter)) if letter.isdecimal() else letter for letter in text)


def plain_text(text: str) -> str:
    """
    Return what a person would read of a code or number: no wide letters, invisible marks, foreign digits or dashes.

    Every run of white space is one blank, every dash a hyphen. The case stays.
    """
    if not (text.isascii() and text.isprintable()):
        folded = in_ascii_digits(unicodedata.normalize("NFKC", _VARIATIONS.sub("", text)))
        text = "".join(map(_plain, folded))
    return " ".join(text.split())


def plain_code(text: str) -> str:
    """Return a code as it is stored: plain, in capital letters, without blanks."""
    return plain_text(text).replace(" ", "").upper()


def code_letters(text: str) -> str:
    """Return the letters and digits of a code whose hyphens are there for the eye only."""
    return plain_code(text).replace("-", "")


def number_digits(text: str) -> str:
    """Return the digits of a number, in ASCII, without whatever stands between them."""
    return re.sub(r"\D", "", in_ascii_digits(text))


def plain_name(text: str) -> str:
    """
    Return a name or a line of an address as it is stored: one line, without marks that turn the text around it.

    Letters stay as they were written, joiners inside a word too.
    """
    if not _EUROPEAN.fullmatch(text):
        kept = (_in_name(letter) for letter in unicodedata.normalize("NFC", text))
        text = "".join(kept)
    elif "  " not in text:
        return text.strip()
    words = (word.strip(ZERO_WIDTH_NON_JOINER + ZERO_WIDTH_JOINER) for word in text.split())
    return " ".join(filter(None, words))


def plain_email(text: str) -> str:
    """
    Return an e-mail address as it is stored: plain, in small letters, with its domain as the mail system writes it.

    A domain beyond ASCII is written in ASCII (IDNA 2008). What is no address is returned plain; whether it is one, the
    caller checks.
    """
    local, at, domain = plain_text(text).lower().rpartition("@")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            pass
    return f"{local}{at}{domain}"


def plain_lines(text: str) -> str:
    """Return a text of several lines as it is stored: each line is spelt as a name, and none is empty."""
    return "\n".join(filter(None, map(plain_name, text.splitlines())))


def plain_postcode(text: str) -> str:
    """Return a postcode as it is stored: plain, in capital letters."""
    return plain_text(text).upper()


def has_invisible(text: str) -> bool:
    """Return whether a text has letters that nobody sees or can type: marks, joiners, control characters."""
    return any(_is_invisible(letter) for letter in text)


def _plain(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter == _MINUS or unicodedata.category(letter) in _DASHES:
        return "-"
    return "" if _is_invisible(letter) else letter


def _in_name(letter: str) -> str:
    if letter.isspace():
        return " "
    return "" if letter not in _JOINERS and _is_invisible(letter) else letter


def _is_invisible(letter: str) -> bool:
    return letter in _BLANK_LETTERS or unicodedata.category(letter) in _INVISIBLE or bool(_VARIATIONS.match(letter))
