"""The short code by which a till opens a shopper's cart: how it is spelt, and how long it is valid."""

from datetime import UTC, datetime, timedelta

from core.texts.spelling import code_letters

PERIOD = timedelta(minutes=15)
# Crockford's base 32 has no letters that people misread.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def code_expires_at(now: datetime) -> datetime:
    """
    Return when a code that is made now expires: from one to two periods of 15 minutes later.

    All codes of a period expire together, so a cart has one code in each period, and whoever reads it last can still
    show it for 15 minutes.
    """
    return datetime.fromtimestamp((now.timestamp() // PERIOD.total_seconds() + 2) * PERIOD.total_seconds(), UTC)


def plain_cart_code(text: str) -> str | None:
    """Return a typed or scanned code as it is stored, or None if the text cannot be one."""
    letters = code_letters(text).translate(_MISREAD)
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(LETTERS) else None
