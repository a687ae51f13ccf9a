"""
Reading the till's search field: a barcode, a cart code, a customer's card, phone number, e-mail address or name.

A wedge scanner types what it reads and presses Enter, so the kind of input is unknown; the likeliest kinds at a till,
and the cheapest to check, are tried first.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.queries.people import LONGEST_SEARCH, Person, find_people
from carts.queries.cart_codes import cart_id_of
from carts.rules.cart_codes import plain_cart_code
from core.errors import NotFound
from core.texts.spelling import number_digits, plain_email, plain_text
from inventory.queries.products import find_by_barcode, find_sku

LONGEST_SCAN = 200
MOST_FOUND = 12
FEWEST_DIGITS = 7  # Of a phone number that identifies only one person.
_TIMES = re.compile(r"(\d{1,4})\s*[*×xX]\s*(\S.*)")
_SKU = re.compile(r"\w[\w./+ -]{1,63}")
# A letter and a digit: names do not look like this.
_LIKE_A_SKU = re.compile(r"(?=.*\d)(?=.*[^\W\d])|.*[-_/]")


@dataclass(frozen=True, slots=True)
class ScannedGoods:
    """A variant by its SKU, and the quantity."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class OpenCart:
    """A cart whose code was scanned."""

    cart_id: int


@dataclass(frozen=True, slots=True)
class People:
    """Matching customers, the likeliest first. is_certain: exactly one can be meant."""

    found: Sequence[Person]
    is_certain: bool


Read = ScannedGoods | OpenCart | People


def read_scan(text: str, *, now: datetime, before_code: Callable[[], None]) -> Read:
    """
    Return the meaning of a typed or scanned text. `3*4006381333931` means three of them.

    before_code: called before a text is tried as a cart code, so that attempts can be counted.

    Raises NotFound, with advice, if the shop does not know it.
    """
    words = _content(text)
    if not words:
        raise NotFound(_("Nothing was scanned. Scan again, or type the number below the bars."))
    # An SKU may look like a quantity and another SKU: 2XL-TEE is one article, not two of L-TEE.
    scanned = _goods(words, 1)
    times = _TIMES.fullmatch(words)
    if scanned is None and times:
        scanned = _goods(times[2], int(times[1]))
    if scanned is not None:
        return scanned
    if plain_cart_code(words):
        before_code()
        cart_id = cart_id_of(words, now=now)
        if cart_id is not None:
            return OpenCart(cart_id)
    return _people(text[:LONGEST_SCAN].strip())


def _content(text: str) -> str:
    words = plain_text(text[:LONGEST_SCAN])
    # A QR code may hold a URL of the shop, whose last part is the code.
    if words.startswith(("http://", "https://")):
        words = urlsplit(words).path.rstrip("/").rpartition("/")[2].removesuffix(".svg")
    return words


def _goods(text: str, quantity: int) -> ScannedGoods | None:
    sku = _sku_of_barcode(text) or (find_sku(text) if _SKU.fullmatch(text) and _LIKE_A_SKU.match(text) else None)
    return ScannedGoods(sku, max(1, quantity)) if sku else None


def _sku_of_barcode(text: str) -> str | None:
    try:
        return find_by_barcode(text)[1]
    except NotFound:
        return None


def _people(text: str) -> People:
    customers = find_people(text=text[:LONGEST_SEARCH], limit=MOST_FOUND)
    if not customers:
        raise NotFound(
            _("Nothing found for “%(text)s”. Scan again, or enter a name, phone number, e-mail or SKU.")
            % {"text": text[:40]}
        )
    return People(customers, len(customers) == 1 and _is_exact(text, customers[0]))


def _is_exact(text: str, person: Person) -> bool:
    digits = number_digits(text)
    if "@" in text or len(digits) < FEWEST_DIGITS:
        return plain_email(text) == plain_email(person.email)
    return digits == person.card_number or person.phone.endswith(digits.lstrip("0"))
