"""
The code on a gift card.

It is never stored: it is derived from the card's key with a secret of the shop, so that it can be shown when the card
is handed over, and only its hash is stored to look it up. Sixteen letters of Crockford's base 32 are 80 bits: nobody
finds a card by guessing, and wrong codes are limited as well (accounts/services/balances/gift_cards.py).
"""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

from core.texts.spelling import code_letters

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def gift_card_code(key: UUID, *, secret: bytes) -> str:
    """Return the code of the card with this key, in groups of four; the same secret gives the same code."""
    number = int.from_bytes(hmac.digest(secret, b"gift card:" + key.bytes, hashlib.sha256)[:10], "big")
    letters = "".join(LETTERS[(number >> shift) & 31] for shift in range(75, -1, -5))
    return "-".join(letters[place : place + 4] for place in range(0, CODE_LENGTH, 4))


def plain_code(entered: str) -> str:
    """Return a typed or scanned code in the form that is hashed; empty if it cannot be a code."""
    letters = code_letters(entered).translate(_MISREAD)
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(LETTERS) else ""


def code_hash(code: str) -> str:
    """Return the hash by which a code is looked up."""
    return hashlib.sha256(f"gift card {plain_code(code)}".encode()).hexdigest()


def end_of_validity(now: datetime, *, years: int) -> datetime | None:
    """Return when a card sold now expires: at the end of a year, as claims do by law. years: 0 for never."""
    return datetime(now.year + years + 1, 1, 1, tzinfo=UTC) if years else None
