"""
The short code by which a till opens a shopper's cart.

It is not stored: it is the cart's id, encrypted under a key that changes with time. A Feistel network over HMAC-SHA256
(Luby and Rackoff, 1988: four rounds make a strong pseudo-random permutation) turns 40 bits, 31 of the id and 9 zeros,
into eight letters of Crockford's base 32. With a million open carts, one guess in a million matches any of them; only
staff may look up codes, and only a limited number a minute.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache

LIFETIME = timedelta(minutes=15)
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})

_HALF_BITS = 20
_HALF_MASK = (1 << _HALF_BITS) - 1
_CHECK_BITS = 9
_ROUNDS = 4
CODES_REMEMBERED = 4096  # A cart is shown many times while its code is valid.
LARGEST_CART_ID = (1 << (2 * _HALF_BITS - _CHECK_BITS)) - 1


def cart_code(cart_id: int, *, secret: bytes, now: datetime) -> tuple[str, datetime]:
    """Return the cart's current code and when it expires; codes last from one to two lifetimes of 15 minutes."""
    window = _window(now)
    ends_at = datetime.fromtimestamp((window + 2) * LIFETIME.total_seconds(), UTC)
    return _code(cart_id, secret, window), ends_at


@lru_cache(CODES_REMEMBERED)
def _code(cart_id: int, secret: bytes, window: int) -> str:
    left, right = cart_id >> (_HALF_BITS - _CHECK_BITS), (cart_id << _CHECK_BITS) & _HALF_MASK
    for turn in range(_ROUNDS):
        left, right = right, left ^ _scramble(right, turn, secret, window)
    number = (left << _HALF_BITS) | right
    return "".join(LETTERS[(number >> shift) & 31] for shift in range(35, -1, -5))


def cart_id_of(code: str, *, secret: bytes, now: datetime) -> int | None:
    """Return the cart's id, or None for a code that is misspelt, invented or expired."""
    letters = code.upper().translate(MISREAD)
    if len(letters) != CODE_LENGTH or not set(letters) <= set(LETTERS):
        return None
    number = 0
    for letter in letters:
        number = number << 5 | LETTERS.index(letter)
    for window in (_window(now), _window(now) - 1):
        left, right = number >> _HALF_BITS, number & _HALF_MASK
        for turn in reversed(range(_ROUNDS)):
            left, right = right ^ _scramble(left, turn, secret, window), left
        joined = (left << _HALF_BITS) | right
        if joined >> (2 * _HALF_BITS) == 0 and joined & ((1 << _CHECK_BITS) - 1) == 0:
            return joined >> _CHECK_BITS
    return None


def _window(now: datetime) -> int:
    return int(now.timestamp() // LIFETIME.total_seconds())


def _scramble(half: int, turn: int, secret: bytes, window: int) -> int:
    message = b"%d:%d:%d" % (window, turn, half)
    return int.from_bytes(hmac.digest(secret, message, hashlib.sha256)[:4], "big") & _HALF_MASK
