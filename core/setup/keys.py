"""Keys derived from the shop's secrets, a separate one for each purpose."""

import hmac
from collections.abc import Sequence


def derived_keys(keys: Sequence[str], *, purpose: bytes) -> tuple[bytes, ...]:
    """Return the key of a purpose under each of the shop's keys, in their order; none leads to the others."""
    return tuple(hmac.digest(key.encode(), purpose, "sha256") for key in keys)
