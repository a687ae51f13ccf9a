"""Matches returned units with sold ones."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

Key = tuple[int, str, int]  # customer, SKU or the name of a charge, price per unit


@dataclass(slots=True)
class Sold:
    """A line of an order, and how many of its units have not been returned yet."""

    line_id: int
    order_id: int
    key: Key
    placed_at: datetime
    units_out: int


@dataclass(frozen=True, slots=True)
class Returned:
    """A line of a return. key: None if its customer is not known."""

    line: int
    key: Key | None
    quantity: int
    returned_at: datetime


def match_returns(returned: Sequence[Returned], sold: Iterable[Sold]) -> dict[int, Sold]:
    """
    Match each returned line with the sold line that it returns; the result is keyed by the returned line's number.

    It is the newest line of the same customer, SKU and price, placed no later than the return, that has all the units
    left: people return what they bought last. Each unit is returned once; a return is never spread over several lines.
    Lines without a match are left out.
    """
    by_key: defaultdict[Key, list[Sold]] = defaultdict(list)
    for line in sold:
        by_key[line.key].append(line)
    for lines in by_key.values():
        lines.sort(key=lambda line: (line.placed_at, line.line_id), reverse=True)

    matches: dict[int, Sold] = {}
    for back in returned:
        for line in by_key.get(back.key, ()) if back.key else ():
            if line.placed_at <= back.returned_at and line.units_out >= back.quantity:
                line.units_out -= back.quantity
                matches[back.line] = line
                break
    return matches
