"""
The code by which a shopper collects an order.

It is nowhere stored: it is derived from the fulfilment's number under a secret of the shop. Eight digits can be read
out at a desk; trying them out is stopped by counting wrong ones (orders/services/fulfilment/pickup.py).
"""

import hashlib
import hmac
import unicodedata

CODE_DIGITS = 8


def collection_code(fulfilment_id: int, *, secret: bytes) -> str:
    """Return the eight digits that collect this fulfilment; always the same ones under the same secret."""
    digest = hmac.digest(secret, b"collect:%d" % fulfilment_id, hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def is_pickup_code(given: str, *, fulfilment_id: int, secret: bytes) -> bool:
    """
    Tell whether somebody showed the right code, in a time that does not tell how much of it was right.

    given: as typed or read out; digits of any script count, anything between them does not.
    """
    digits = "".join(str(unicodedata.digit(letter)) for letter in given if letter.isdecimal())
    return hmac.compare_digest(digits, collection_code(fulfilment_id, secret=secret))
