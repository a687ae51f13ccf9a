"""Identifiers that the application makes itself."""

import os
import time
import uuid

_VERSION, _VARIANT = 0x7 << 76, 0b10 << 62
_FIXED_BITS = 0xF << 76 | 0b11 << 62


def new_id() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, 5.7): in order of time, so that it clusters well as a primary key."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (2**48 - 1)) << 80 | random & ~_FIXED_BITS | _VERSION | _VARIANT
    return uuid.UUID(int=value)
