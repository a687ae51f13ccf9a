"""Interpretation of the text in the till's customer search."""

import re
from dataclasses import dataclass

from core.texts.spelling import in_ascii_digits, number_digits, plain_email, plain_name, plain_text

CARD_NUMBER_DIGITS = 12
FEWEST_PHONE_DIGITS = 4
LONGEST_END_DIGITS = 6  # Up to this length it is the end of a number, in which a leading zero counts.
FEWEST_LETTERS = 2

_PHONE_LIKE = re.compile(r"[+0-9][0-9()/. -]*")
_WILDCARDS = re.compile(r"[%_\\]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """
    The text, read as each kind of detail that it could be; empty where it cannot be that kind.

    email: the beginning of an address, in lower case. phone_end: the last digits of a number, with or without country
    code, without leading dialling zeros. words: parts of a name in order.
    """

    email: str = ""
    phone_end: str = ""
    card_number: str = ""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to search."""
        return not (self.email or self.phone_end or self.card_number or self.words)


def _beginning_of_email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    # Half a domain beyond ASCII cannot be written as the whole one is.
    return plain_email(text) if domain.isascii() or "." in domain else f"{local}{at}"


def spell(text: str) -> Spelling:
    """Read the typed text: an address has an @, a number has digits only, anything else is a name."""
    words = plain_name(_WILDCARDS.sub(" ", in_ascii_digits(text)))
    text = plain_text(text)
    if "@" in text:
        email = _beginning_of_email("".join(text.lower().split()))
        return Spelling(email=email) if len(email) > FEWEST_LETTERS else Spelling()
    if _PHONE_LIKE.fullmatch(text):
        # People write +49 (0)171 1234567, 0049 171 1234567 and 0171 1234567 for the same number; all end alike.
        digits = number_digits(text.replace("(0)", ""))
        significant = digits.lstrip("0") if len(digits) > LONGEST_END_DIGITS else digits
        return Spelling(
            phone_end=significant if len(significant) >= FEWEST_PHONE_DIGITS else "",
            card_number=digits if len(digits) == CARD_NUMBER_DIGITS else "",
        )
    return Spelling(words=words) if len(words) >= FEWEST_LETTERS else Spelling()
