"""Detects card numbers in places where none belongs, so that they are refused, not stored or logged."""

import re

_RUN = re.compile(r"(?<!\d)[2-6](?:[ .-]?\d){12,18}(?!\d)")
SHORTEST, LONGEST = 14, 19


def holds_card_number(text: str) -> bool:
    """Return whether a text has digits that by length, prefix and check digit are a payment card's number."""
    if len(text) < SHORTEST:
        return False
    runs = (re.sub(r"\D", "", run) for run in _RUN.findall(text))
    return any(SHORTEST <= len(digits) <= LONGEST and _adds_up(digits) for digits in runs)


def _adds_up(digits: str) -> bool:
    """Check the last digit with Luhn's algorithm (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
