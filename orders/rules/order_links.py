"""The key in the link with which a person without an account returns to their order."""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence

KEY_LENGTH = 26  # 130 bits, in letters that survive being read aloud


def order_key(number: str, *, secret: bytes) -> str:
    """Return the key of an order's link; always the same under the same secret, and not guessable."""
    digest = hmac.digest(secret, b"order:" + number.encode(), hashlib.sha256)
    return b32encode(digest).decode().lower()[:KEY_LENGTH]


def is_order_key(key: str, *, number: str, secrets: Sequence[bytes]) -> bool:
    """
    Return whether a link has the right key, in a time that does not reveal how much of it was right.

    secrets: the present one and those of links that were sent before it.
    """
    right = [order_key(number, secret=secret).encode() for secret in secrets]
    return any(hmac.compare_digest(key.encode(), one) for one in right)
