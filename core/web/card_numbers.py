"""Card numbers in places where none belongs: they are refused, so that they are neither kept nor logged."""

import re

_RUN = re.compile(r"(?<!\d)[2-6](?:[ .-]?\d){12,18}(?!\d)")
SHORTEST, LONGEST = 14, 19


def holds_card_number(text: str) -> bool:
    """Tell whether a text holds digits that are a payment card's number by length, beginning and check digit."""
    if len(text) < SHORTEST:
        return False
    runs = (re.sub(r"\D", "", found) for found in _RUN.findall(text))
    return any(SHORTEST <= len(digits) <= LONGEST and _adds_up(digits) for digits in runs)


def _adds_up(digits: str) -> bool:
    """Check the last digit as Luhn had it (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
