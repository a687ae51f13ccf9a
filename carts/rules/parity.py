"""Compares prices across channels. Amounts in minor units of one currency."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelPrice:
    """The price of one unit on a channel. is_registered: by a deviation that has a reason and an end."""

    amount: int | None
    is_registered: bool = False


def charges_differ(charges: Mapping[str, ChannelPrice]) -> bool:
    """Return whether prices differ among the channels that have no registered deviation."""
    return len({charge.amount for charge in charges.values() if not charge.is_registered}) > 1
