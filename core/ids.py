"""Identifiers that the application makes itself."""

import secrets
import time
import uuid


def new_id() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7): in order of time, so that it clusters well as a primary key."""
    milliseconds = time.time_ns() // 1_000_000
    value = (
        (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    )
    return uuid.UUID(int=value)
