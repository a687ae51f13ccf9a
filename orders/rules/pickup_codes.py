"""
The pickup code of a fulfilment.

It is not stored: it is derived from the fulfilment's number with a secret of the shop. Eight digits can be read out at
a desk; guessing is stopped by counting wrong codes (orders/services/fulfilment/pickups/hand_over.py).
"""

import hashlib
import hmac
from collections.abc import Sequence

from core.texts.spelling import number_digits

CODE_DIGITS = 8


def collection_code(fulfilment_id: int, *, secret: bytes) -> str:
    """Return the eight-digit pickup code of this fulfilment; always the same under the same secret."""
    digest = hmac.digest(secret, b"collect:%d" % fulfilment_id, hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_pickup_code(code: str, *, fulfilment_id: int, secrets: Sequence[bytes]) -> bool:
    """
    Return whether a code is the right one, in a time that does not reveal how much of it was right.

    code: as typed or read out; digits of any script count, anything between them does not. secrets: the present one and
    those of codes that were sent before it.
    """
    digits = number_digits(code)
    return any(hmac.compare_digest(digits, collection_code(fulfilment_id, secret=secret)) for secret in secrets)
