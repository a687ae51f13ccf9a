"""The key in the link by which somebody without an account comes back to his order."""

import hashlib
import hmac
from base64 import b32encode

KEY_LENGTH = 26  # 130 bits, in letters that survive being read out


def order_key(number: str, *, secret: bytes) -> str:
    """Return the key of an order's link; always the same under the same secret, and not to be guessed."""
    digest = hmac.digest(secret, b"order:" + number.encode(), hashlib.sha256)
    return b32encode(digest).decode().lower()[:KEY_LENGTH]


def is_order_key(given: str, *, number: str, secret: bytes) -> bool:
    """Tell whether a link holds the right key, in a time that does not tell how much of it was right."""
    return hmac.compare_digest(given.encode(), order_key(number, secret=secret).encode())
