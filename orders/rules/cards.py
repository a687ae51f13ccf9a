"""Validity of saved cards."""

from datetime import datetime


def has_expired(*, month: int, year: int, now: datetime) -> bool:
    """Return whether a card's last month is over."""
    return (year, month) < (now.year, now.month)


def may_be_kept(*, last4: str, month: int, year: int) -> bool:
    """Return whether a provider's description of a card can be shown to its owner."""
    return len(last4) == 4 and last4.isascii() and last4.isdigit() and 1 <= month <= 12 and 2000 <= year <= 2999
