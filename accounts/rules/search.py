"""What somebody at the till may mean by the words they type into the search for customers."""

import re
from dataclasses import dataclass

CARD_NUMBER_DIGITS = 12
FEWEST_PHONE_DIGITS = 4
LONGEST_END_DIGITS = 6  # Up to here it is the end of a number, in which a zero counts.
FEWEST_LETTERS = 2

_ASCII_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_PHONE_LIKE = re.compile(r"[+0-9][0-9()/.\-\s\u2010-\u2015]*")
_WILDCARDS = re.compile(r"[%_\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """
    The same words, read as each thing they could be; empty where they cannot be that.

    email: the beginning of an address, in lower case. phone_end: the last digits of a number, without country code
    or with it, without the zeros that are dialled before it. words: parts of a name in their order.
    """

    email: str = ""
    phone_end: str = ""
    card_number: str = ""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to look for."""
        return not (self.email or self.phone_end or self.card_number or self.words)


def spell(text: str) -> Spelling:
    """Read what was typed: an address has an @, a number has digits only, anything else is a name."""
    text = _WILDCARDS.sub(" ", text.translate(_ASCII_DIGITS)).strip()
    if "@" in text:
        email = "".join(text.lower().split())
        return Spelling(email=email) if len(email) > FEWEST_LETTERS else Spelling()
    if _PHONE_LIKE.fullmatch(text):
        # People write +49 (0)171 1234567, 0049 171 1234567 and 0171 1234567 for the same number; it ends the same.
        digits = re.sub(r"\D", "", text.replace("(0)", ""))
        significant = digits.lstrip("0") if len(digits) > LONGEST_END_DIGITS else digits
        return Spelling(
            phone_end=significant if len(significant) >= FEWEST_PHONE_DIGITS else "",
            card_number=digits if len(digits) == CARD_NUMBER_DIGITS else "",
        )
    words = " ".join(text.split())
    return Spelling(words=words) if len(words) >= FEWEST_LETTERS else Spelling()
