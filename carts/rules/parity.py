"""Whether the same thing costs the same behind every door. Amounts in minor units of one currency."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelPrice:
    """What one unit costs behind a door. is_registered: by a deviation for which somebody answers."""

    amount: int | None
    is_registered: bool = False


def charges_differ(charges: Mapping[str, ChannelPrice]) -> bool:
    """Return whether prices differ among the doors that have no registered deviation."""
    return len({charge.amount for charge in charges.values() if not charge.is_registered}) > 1
