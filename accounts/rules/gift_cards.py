"""
The code on a gift card.

It is nowhere stored: it is derived from the card's key under a secret of the shop, so that it can be shown when the
card is handed over, and only its hash is kept to recognise it. Sixteen letters of Crockford's base 32 are 80 bits:
nobody meets a card by trying, and wrong tries are counted besides (accounts/services/balances/gift_cards.py).
"""

import hashlib
import hmac
from datetime import UTC, datetime
from uuid import UUID

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def gift_card_code(key: UUID, *, secret: bytes) -> str:
    """Return the code of the card with this key, in groups of four; always the same one under the same secret."""
    number = int.from_bytes(hmac.digest(secret, b"gift card:" + key.bytes, hashlib.sha256)[:10], "big")
    letters = "".join(LETTERS[(number >> shift) & 31] for shift in range(75, -1, -5))
    return "-".join(letters[place : place + 4] for place in range(0, CODE_LENGTH, 4))


def plain_code(given: str) -> str:
    """Return a code as it is hashed, from what somebody typed or scanned; empty if it can be none."""
    letters = given.upper().translate(_MISREAD)
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(LETTERS) else ""


def code_hash(code: str) -> str:
    """Return the hash by which a code is recognised."""
    return hashlib.sha256(f"gift card {plain_code(code)}".encode()).hexdigest()


def end_of_validity(now: datetime, *, years: int) -> datetime | None:
    """Return when a card sold now ends: with the year so many years on, as the law on claims has it; 0 for never."""
    return datetime(now.year + years + 1, 1, 1, tzinfo=UTC) if years else None
